"""Templates: whom they serve, what their forks find, and what makes none."""

import asyncio
from typing import Any

import pytest

from fnkit.local.scheduler import Scheduler
from fnkit.local.zygotes import Zygotes
from tests.unit.local.instances.bench import Bench, code, job, own_view, until

LIVES = """
import os, pathlib, random, tempfile
events = ['init']
made = os.getpid()
scratch = pathlib.Path(tempfile.mkdtemp(), 'scratch')
scratch.write_text('as made')
count = 0
def before_snapshot(): events.append('before')
def after_restore(): events.append('after')
def main(args):
    global count
    count += 1
    before = scratch.read_text()
    scratch.write_text('changed')
    pathlib.Path('beside').write_text('mine')
    return {'events': events, 'made': made, 'me': os.getpid(), 'count': count, 'before': before,
            'drawn': random.random(), 'beside': os.listdir('.'), 'token': os.environ.get('TOKEN')}
"""


async def several(scheduler: Scheduler, *jobs: Any) -> list[Any]:
    """All at once, so that each has an instance of its own."""
    return list(await asyncio.gather(*map(scheduler.run, jobs)))


async def template(scheduler: Scheduler, zygotes: Zygotes, text: str, **changes: Any) -> None:
    """Two starts of an action: after them there is a template of it, or a reason why not."""
    await several(scheduler, job(text, **changes), job(text, **changes))
    await zygotes.templates.settled()


LEADS_OUT = """
import os
room, victim = os.path.dirname(os.getcwd()), {victim!r}
for slot in range(100):
    if {slots}:
        os.symlink(victim, f'{{room}}/{{slot}}')
if not {slots}:
    os.rename(f'{{room}}/home', f'{{room}}/before')
    os.symlink(victim, f'{{room}}/home')
made = os.getpid()
def main(args):
    home = os.environ['HOME']
    return {{'found': os.listdir(home) if os.path.isdir(home) else [], 'mine': made == os.getpid()}}
"""


@own_view
@pytest.mark.sandbox
@pytest.mark.parametrize("slots", [False, True], ids=["instead of its home", "where forks will be"])
def test_links_that_a_template_leaves_lead_nobody_out(forks: Bench, slots: bool) -> None:
    """The platform prepares the folders of forks outside of the sandbox: it follows nothing that lies within."""
    victim = forks.root / "victim"
    victim.mkdir()
    (victim / "secret").write_text("the server's key")
    text = LEADS_OUT.format(victim=str(victim), slots=slots)

    async def scene(scheduler: Scheduler, zygotes: Zygotes) -> list[Any]:
        await template(scheduler, zygotes, text)
        return await several(scheduler, *[job(text) for _ in range(3)])

    outcomes = forks.play_with_zygotes(scene)
    assert [outcome.result["found"] for outcome in outcomes] == [[]] * 3
    assert [path.name for path in victim.iterdir()] == ["secret"]
    assert {outcome.began for outcome in outcomes} <= {"cold", "warm"}


@own_view
@pytest.mark.sandbox
def test_a_template_is_as_its_init_code_left_it(forks: Bench) -> None:
    """Whatever its forks do, the next one finds what the first one found: values, files, and no activation."""

    async def scene(scheduler: Scheduler, zygotes: Zygotes) -> None:
        await template(scheduler, zygotes, LIVES)
        assert len(zygotes.templates.ready) == 1, zygotes.templates.trouble
        outcomes = await several(scheduler, *(job(LIVES) for _ in range(6)))
        made = [o.result for o in outcomes if o.result["events"] == ["init", "before", "after"]]
        assert len(made) == 4
        assert {one["made"] for one in made} == {made[0]["made"]}
        assert len({one["me"] for one in made} | {made[0]["made"]}) == 5
        assert {(one["count"], one["before"]) for one in made} == {(1, "as made")}
        assert len({one["drawn"] for one in made}) == 4
        assert all(one["beside"].count("beside") == 1 for one in made)
        written = [folder for folder in forks.folders() if (folder / "action" / "beside").exists()]
        assert len(written) == 6

    forks.play_with_zygotes(scene)


@own_view
@pytest.mark.sandbox
def test_a_template_serves_one_version_of_one_action_for_one_namespace(forks: Bench) -> None:
    """Another caller, action, version or environment has no part in it."""
    others: list[dict[str, Any]] = [
        {"namespace": "somebody-else"},
        {"of": {"revision": "other"}},
        {"of": {"name": "other"}},
        {"environment": {"TOKEN": "other"}},
        {"of": {"template": False}},
    ]

    async def scene(scheduler: Scheduler, zygotes: Zygotes) -> None:
        await template(scheduler, zygotes, LIVES, environment={"TOKEN": "mine"})
        for changes in others:
            outcome = await scheduler.run(job(LIVES, **{"environment": {"TOKEN": "mine"}, **changes}))
            assert outcome.result["events"] == ["init"] or ("of" in changes and "template" in changes["of"])
            assert outcome.result["token"] == changes.get("environment", {"TOKEN": "mine"})["TOKEN"]
        scheduler.discard("guest", "hello")
        assert zygotes.templates.ready == ()
        again = await scheduler.run(job(LIVES, environment={"TOKEN": "mine"}))
        assert (again.result["events"], again.result["count"]) == (["init"], 1)

    forks.play_with_zygotes(scene)


@own_view
@pytest.mark.sandbox
def test_a_changed_action_lets_its_running_forks_end(forks: Bench) -> None:
    """The template goes with its last fork, not before."""

    text = code("waits_for_a_file")

    async def scene(scheduler: Scheduler, zygotes: Zygotes) -> None:
        await several(scheduler, *(job(text, {"gate": "main__.py"}) for _ in range(2)))
        await zygotes.templates.settled()
        (made,) = zygotes.templates.ready
        runs = [asyncio.ensure_future(scheduler.run(job(text, {"gate": "gate"}))) for _ in range(3)]
        await until(lambda: made.forks == 1)
        scheduler.discard("guest", "hello")
        assert zygotes.templates.ready == ()
        assert made.alive
        await until(lambda: len([f for f in forks.folders() if (f / "action" / "started").exists()]) == 3)
        for folder in forks.folders():
            (folder / "action" / "gate").touch()
        assert [o.result for o in await asyncio.gather(*runs)] == [{"waited": True}] * 3
        await made.ended()

    forks.play_with_zygotes(scene)


UNFIT = {
    "a thread": (
        "import threading, time\nthreading.Thread(target=time.sleep, args=(99,), daemon=True).start()",
        "2 threads",
    ),
    "an open file": ("kept = open('main__.py')", "1 files or connections open"),
    "a connection": ("import socket\nkept = socket.socketpair()", "2 files or connections open"),
    "a process": ("import subprocess\nkept = subprocess.Popen(['sleep', '99'])", "left processes behind"),
    "shared memory": ("import mmap\nkept = mmap.mmap(-1, 4096)", "shared memory"),
    "a generator": ("import random\nkept = random.Random(7)", "random numbers of its own (Random)"),
}


@pytest.mark.sandbox
@pytest.mark.parametrize("name", UNFIT)
def test_what_cannot_be_shared_makes_no_template(highest: Bench, name: str) -> None:
    """Its instances begin from the zygote, which has run none of its code."""
    holds, reason = UNFIT[name]
    text = f"{holds}\ndef main(args):\n    return {{'held': True}}\n"

    async def scene(scheduler: Scheduler, zygotes: Zygotes) -> None:
        await template(scheduler, zygotes, text)
        (trouble,) = zygotes.templates.trouble.values()
        assert reason in trouble.why
        (told,) = zygotes.troubles()
        assert (told.source, told.action, told.times, told.rests > 0) == ("template", "/guest/hello", 1, True)
        outcomes = await several(scheduler, *(job(text) for _ in range(3)))
        assert all(o.result == {"held": True} for o in outcomes), outcomes
        assert "forked" in {o.began for o in outcomes}

    highest.play_with_zygotes(scene)
