"""Forks: what they share, what each has for itself, and what is not forked."""

import asyncio
import json
import os
import resource
import signal
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fnkit.local.activation import Course, start
from fnkit.local.answers import ACTION_LOOP, of_init
from fnkit.local.control import Ungrown
from fnkit.local.errands import Errands
from fnkit.local.libraries import imports
from fnkit.local.nursery import MOST_DEATHS, Nursery
from fnkit.local.runtime import Layouts
from fnkit.local.sandbox import rung as claims
from fnkit.local.sandbox.kernel import Kernel
from fnkit.local.sandbox.place import Place
from fnkit.local.sandbox.rung import Rung, ladder
from fnkit.local.sandbox.start import Own, ProcessStarter, spawn
from fnkit.local.scheduler import Scheduler
from fnkit.local.sources import Seed
from fnkit.local.starter import wanted
from fnkit.local.stems import Stems
from fnkit.local.zygote import Zygote
from fnkit.local.zygotes import Zygotes
from tests.archives import zipped
from tests.unit.local.instances.bench import KINDS, LADDER, Bench, alive, code, job, until

DRAWS = 64
"""Forks of the drill on random values; each draws nine. With 10,000 it takes minutes."""
AT_ONCE = 8
COUNTS = code("counts")


@pytest.fixture
def forks(tmp_path: Path, rung: Rung) -> Bench:
    """A bench on each rung on which instances are forks."""
    if rung.no_forks:
        pytest.skip(f"nothing is forked on {rung.name}: {rung.no_forks}")
    return Bench(tmp_path, rung, forks=True)


def only(rungs: list[Rung]) -> pytest.MarkDecorator:
    """Some rungs of the ladder."""
    return pytest.mark.parametrize("rung", rungs, ids=[rung.name for rung in rungs], indirect=True)


own_view = only([rung for rung in LADDER if rung.own_view])
"""The rungs on which there are templates: elsewhere a fork's folder has a name of its own."""
apart = only([rung for rung in LADDER if claims.FILES in rung.stops])
"""The rungs that keep anything apart."""


@pytest.fixture
def highest(tmp_path: Path, why_not: dict[str, str | None]) -> Bench:
    """A bench on the rung that this machine uses, where it has templates."""
    rung = next(rung for rung in LADDER if why_not[rung.name] is None)
    if rung.no_forks or not rung.own_view:
        pytest.skip(f"there are no templates on {rung.name}")
    return Bench(tmp_path, rung, forks=True)


def fresh(text: str, number: int, **changes: Any) -> Any:
    """A job for which no instance is warm."""
    return job(text, of={"revision": f"{number}", "template": False, **changes.pop("of", {})}, **changes)


RANDOM = """
import os, random, secrets, ssl, tempfile, time, uuid
def main(args):
    names = [os.path.basename(tempfile.mktemp()) for _ in range(3)]
    bits = [str(random.getrandbits(64)), secrets.token_hex(8), str(uuid.uuid4()), str(uuid.uuid1()), *names]
    return {"drawn": [*bits, ssl.RAND_bytes(8).hex(), str(random.Random().getrandbits(64))]}
"""


def test_no_two_forks_draw_the_same(forks: Bench) -> None:
    """Numbers, tokens, identifiers and file names: none comes twice."""
    count = DRAWS if forks.rung is LADDER[0] else DRAWS // 8

    async def scene(scheduler: Scheduler, _: Zygotes) -> list[Any]:
        outcomes = []
        for first in range(0, count, AT_ONCE):
            calls = [fresh(RANDOM, n) for n in range(first, first + AT_ONCE)]
            outcomes += await asyncio.gather(*map(scheduler.run, calls))
            scheduler.discard("guest", "hello")
        return outcomes

    outcomes = forks.play_with_zygotes(scene)
    assert {outcome.began for outcome in outcomes} == {"forked"}, outcomes[0].logs
    drawn = [value for outcome in outcomes for value in outcome.result["drawn"]]
    assert len(drawn) == len(outcomes) * 9
    assert len(set(drawn)) == len(drawn)


NUMPY = """
import sys
ready = 'numpy' in sys.modules
import numpy, draws
def main(args):
    more = [numpy.random.randint(2**62), numpy.random.default_rng().integers(2**62), *draws.some()]
    return {'drawn': [*numpy.random.random(4).tolist(), *map(float, more)], 'ready': ready}
"""
LIBRARY = """
import random, numpy
PLAIN, NEW, OLD = random.Random(), numpy.random.default_rng(), numpy.random.RandomState()
PHILOX = numpy.random.Philox()
PLAIN.gauss(0, 1), OLD.normal()
def some():
    old, new = OLD.normal(), NEW.normal()
    return [PLAIN.gauss(0, 1), PLAIN.random(), old, OLD.random(), new, numpy.random.Generator(PHILOX).random()]
"""


def test_numpy_is_imported_once_and_seeded_anew(tmp_path: Path) -> None:
    """A layer's library is there when the fork begins, and its numbers are its own, also from what it made."""
    import numpy as np

    folder = Path(np.__file__).parents[1]
    layer = tmp_path / "layer"
    layer.mkdir()
    for name in ("numpy", "numpy.libs"):
        if (folder / name).is_dir():
            (layer / name).symlink_to(folder / name)
    (layer / "draws.py").write_text(LIBRARY)
    bench = Bench(tmp_path, LADDER[-1], {"a" * 64: layer}, forks=True, imports=imports)
    manifest = {"layers": [{"kind": "libraries", "digest": "a" * 64}], "needs": ["a" * 64]}
    text = zipped({"__main__.py": NUMPY, "fnkit.json": json.dumps(manifest)})

    async def scene(scheduler: Scheduler, zygotes: Zygotes) -> list[Any]:
        first = await scheduler.run(fresh(text, 0, of={"binary": True}))
        await zygotes.zygotes.settled()
        assert not zygotes.zygotes.trouble
        return [first, *[await scheduler.run(fresh(text, n, of={"binary": True})) for n in range(1, DRAWS // 8)]]

    outcomes = bench.play_with_zygotes(scene)
    assert {(o.began, o.result["ready"]) for o in outcomes} == {("forked", True)}
    drawn = [number for o in outcomes for number in o.result["drawn"]]
    assert len(set(drawn)) == len(drawn) == len(outcomes) * 12


def test_a_second_init_is_refused_in_a_fork(forks: Bench) -> None:
    async def whole() -> None:
        async with forks.starter() as starter:
            layouts = Layouts(forks.root / "code", forks.layer, {"python": forks.common}, KINDS, Errands())
            given = job(COUNTS)
            loaded = await start(given, starter, layouts, forks.root / "one")
            assert loaded.instance.began == "forked"
            assert await Course(given).initialize(loaded) is None
            again = of_init(await loaded.instance.ask(loaded.init.frame(given, 0), 60), 60_000, ACTION_LOOP)
            assert again is not None
            assert again.result == {"error": "Cannot initialize the action more than once."}
            await loaded.instance.kill()

    asyncio.run(whole())


SECRET = "canary-7f3e"
KEEPS = f"""
import os
secret = {SECRET!r}
open('mine', 'w').write(secret)
open(os.environ['HOME'] + '/mine', 'w').write(secret)
open(os.environ['TMPDIR'] + '/mine', 'w').write(secret)
os.environ['MINE'] = secret
def main(args):
    return {{'here': os.path.dirname(os.getcwd()), 'pid': os.getpid()}}
"""
LOOKS = """
import os, resource, signal
def attempt(what):
    try:
        return what()
    except OSError as error:
        return type(error).__name__
def main(args):
    pid, here = args['pid'], args['here']
    them, files = (pid, os.getppid()), resource.RLIMIT_NOFILE
    tried = {
        'folder': attempt(lambda: open(f'{here}/action/mine').read()),
        'home': attempt(lambda: open(f'{here}/home/mine').read()),
        'tmp': attempt(lambda: open(f'{here}/tmp/mine').read()),
        'environment': attempt(lambda: open(f'/proc/{pid}/environ', 'rb').read().decode()),
        'command': attempt(lambda: open(f'/proc/{pid}/cmdline', 'rb').read().decode()),
        'memory': attempt(lambda: bool(open(f'/proc/{pid}/mem', 'rb'))),
        'files': attempt(lambda: os.listdir(f'/proc/{pid}/fd')),
        'signal': attempt(lambda: os.kill(pid, 0)),
        'zygote': attempt(lambda: os.kill(os.getppid(), 0)),
        'leave': attempt(os.setsid),
        **{f'limits of {one}': attempt(lambda: resource.prlimit(one, files, (9, 9))) for one in them},
        **{f'processors of {one}': attempt(lambda: os.sched_setaffinity(one, {0})) for one in them},
        **{f'priority of {one}': attempt(lambda: os.setpriority(os.PRIO_PROCESS, one, 9)) for one in them},
        'priority of all': attempt(lambda: os.setpriority(os.PRIO_USER, 0, 9)),
    }
    return {'tried': tried, 'pid': os.getpid(), 'environment': dict(os.environ)}
"""


@apart
@pytest.mark.sandbox
def test_a_sibling_can_be_neither_read_nor_signalled(forks: Bench) -> None:
    """Two actions, forks of one zygote, both alive."""

    async def scene(scheduler: Scheduler, _: Zygotes) -> Any:
        first = await scheduler.run(fresh(KEEPS, 0, of={"name": "keeps"}))
        second = await scheduler.run(fresh(LOOKS, 1, arguments=first.result))
        assert (first.began, second.began) == ("forked", "forked")
        return first.result, second

    kept, outcome = forks.play_with_zygotes(scene)
    tried = outcome.result["tried"]
    assert outcome.result["pid"] != kept["pid"]
    assert SECRET not in str(outcome.result)
    refused = {"PermissionError", "FileNotFoundError", "ProcessLookupError"}
    assert {name for name, said in tried.items() if said not in refused} == set(), tried


def test_a_zygote_that_ends_is_grown_again(forks: Bench) -> None:
    """Whoever comes meanwhile gets a process of its own; what it had forked has ended with it."""

    async def scene(scheduler: Scheduler, zygotes: Zygotes) -> None:
        first = await scheduler.run(fresh(COUNTS, 0))
        (view,) = scheduler.snapshot().instances
        assert (first.began, alive(view.pid)) == ("forked", True)
        ready = zygotes.zygotes.ready
        for zygote in ready:
            os.killpg(zygote.pid, signal.SIGKILL)
        for zygote in ready:
            await zygote.ended()
        between = await scheduler.run(fresh(COUNTS, 1))
        assert between.result["count"] == 1
        await until(lambda: zygotes.zygotes.ready)
        again = await scheduler.run(fresh(COUNTS, 0))
        assert again.result["count"] == 1
        assert not zygotes.zygotes.trouble

    forks.play_with_zygotes(scene)


def opened(pid: int) -> list[int]:
    """The numbers of the files that a process has open."""
    return sorted(int(path.name) for path in Path(f"/proc/{pid}/fd").iterdir())


@pytest.mark.parametrize("free", range(5))
def test_a_zygote_outlives_a_fork_that_cannot_be(tmp_path: Path, free: int) -> None:
    """With so few numbers for files, it cannot take what it is given, or not watch whom it forked."""
    bench = Bench(tmp_path, LADDER[-1], forks=True)

    async def scene(scheduler: Scheduler, zygotes: Zygotes) -> None:
        first = await scheduler.run(fresh(COUNTS, 0))
        zygote = next(zygote for zygote in zygotes.zygotes.ready if zygote.forks)
        used, before = opened(zygote.pid), resource.prlimit(zygote.pid, resource.RLIMIT_NOFILE)
        few = [number for number in range(100) if number not in used][free]
        resource.prlimit(zygote.pid, resource.RLIMIT_NOFILE, (few, before[1]))
        second = await scheduler.run(fresh(COUNTS, 1))
        resource.prlimit(zygote.pid, resource.RLIMIT_NOFILE, before)
        assert (first.began, second.began) == ("forked", "forked" if free == 4 else "cold")
        assert (opened(zygote.pid), zygote.alive) == (used, True)
        again, third = await scheduler.run(fresh(COUNTS, 0)), await scheduler.run(fresh(COUNTS, 2))
        assert (again.began, again.result["count"], third.began) == ("warm", 2, "forked")

    bench.play_with_zygotes(scene)


@pytest.mark.parametrize(
    "said", [{}, {"forked": "7"}, {"forked": True}, {"forked": 7}, {"ready": 3}, {"refused": ["x"]}], ids=str
)
@pytest.mark.parametrize("watches", [0, 1, 2])
def test_what_a_zygote_says_is_not_believed(tmp_path: Path, said: dict[str, Any], watches: int) -> None:
    """Whatever it answers, and whatever comes along: nobody waits, nothing stays open."""
    speaks = (
        "import array, json, socket, sys\n"
        "control = socket.socket(fileno=int(sys.argv[1]))\n"
        f"rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [0] * {watches}))]\n"
        "while control.recv(1 << 17):\n"
        f"    control.sendmsg([{json.dumps(said).encode()!r}], rights)\n"
    )
    program = tmp_path / "speaks.py"
    program.write_text(speaks)

    async def whole() -> None:
        layouts = Layouts(
            tmp_path / "code", lambda digest: tmp_path, {"python": lambda: tmp_path}, KINDS, Errands()
        )
        given = job(COUNTS)
        order = wanted(given, layouts.get(given.executable), tmp_path / "one")
        room = Place(tmp_path / "room", (), 0, (str(program),), forks=True)
        room.make()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = Own(spawn(LADDER[-1], room, theirs.fileno(), (1, 2)))
        zygote = Zygote(room, LADDER[-1], process, ours)
        before = opened(os.getpid())
        with pytest.raises(Ungrown):
            await zygote.learn((), (), 60)
        with pytest.raises(Ungrown):
            await zygote.fork(order, 60)
        assert (opened(os.getpid()), zygote.forks) == (before, 0)
        await zygote.kill()

    asyncio.run(whole())


def test_what_ends_again_and_again_is_left_alone(tmp_path: Path) -> None:
    bench = Bench(tmp_path, LADDER[-1], forks=True)

    async def scene(scheduler: Scheduler, zygotes: Zygotes) -> None:
        nursery = zygotes.zygotes
        while not nursery.trouble:
            for zygote in nursery.ready:
                os.killpg(zygote.pid, signal.SIGKILL)
                await zygote.ended()
            await until(lambda: nursery.ready or nursery.trouble)
        assert f"{MOST_DEATHS} times" in next(iter(nursery.trouble.values())).why
        assert (await scheduler.run(job(COUNTS))).result["count"] == 1

    bench.play_with_zygotes(scene)


def test_code_that_brings_a_module_of_the_zygote_gets_a_process(tmp_path: Path) -> None:
    """What it imports is its own, as without a zygote."""
    bench = Bench(tmp_path, LADDER[-1], forks=True)
    files = {"__main__.py": "import random\ndef main(args):\n    return {'v': random.V}\n", "random.py": "V = 7\n"}
    text = zipped(files)

    async def scene(scheduler: Scheduler, _: Zygotes) -> Any:
        return await scheduler.run(fresh(text, 0, of={"binary": True}))

    outcome = bench.play_with_zygotes(scene)
    assert (outcome.began, outcome.result) == ("cold", {"v": 7})


RESTLESS = "import threading, time\nthreading.Thread(target=time.sleep, args=(99,), daemon=True).start()\n"


def test_an_import_that_starts_a_thread_makes_no_zygote(tmp_path: Path) -> None:
    bench = Bench(tmp_path, LADDER[-1])
    (bench.common() / "restless.py").write_text(RESTLESS)

    async def whole() -> str:
        stems = Stems(ProcessStarter(bench.rung), tmp_path / "stems", 0)
        zygotes = Zygotes(stems, tmp_path / "zygotes", lambda code, paths: ["restless"])
        zygotes.plant(Seed((bench.common(),), (bench.common(),), True, None))
        await zygotes.zygotes.settled()
        assert not zygotes.zygotes.ready
        (trouble,) = zygotes.zygotes.trouble.values()
        await zygotes.close()
        return trouble.why

    assert "there are 2 threads" in asyncio.run(whole())
    assert not (tmp_path / "zygotes").exists()


def test_nothing_is_forked_where_forks_could_signal_each_other() -> None:
    old = Kernel(linux=True, landlock=5, filters=True, root=False)
    assert [rung.name for rung in ladder(old) if not rung.no_forks] == ["landlock", "process"]
    assert [rung.name for rung in ladder(replace(old, landlock=6)) if rung.no_forks] == []
    assert all(rung.no_forks for rung in ladder(replace(old, linux=False)))


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


def test_what_could_not_be_grown_is_tried_again_after_a_while_and_longer_each_time() -> None:
    async def whole() -> None:
        loop = asyncio.get_running_loop()
        tried: list[float] = []

        async def grow() -> Any:
            tried.append(loop.time())
            raise Ungrown("the disk is full.")

        nursery: Nursery[str] = Nursery(8, 1024, rests=0.05)
        for times in (1, 2, 3):
            nursery.begin("one", grow)
            await nursery.settled()
            nursery.begin("one", grow)
            await nursery.settled()
            trouble = nursery.trouble["one"]
            assert (trouble.times, len(tried), "the disk is full" in trouble.why) == (times, times, True)
            assert trouble.until - tried[-1] >= 0.05 * 2 ** (times - 1)
            await until(lambda end=trouble.until: loop.time() > end)
        await nursery.close()

    asyncio.run(whole())


TELLS = """
import os, random, threading
told = []
os.register_at_fork(after_in_child=lambda: told.append('mine'))
def main(args):
    ends, before = threading.Event(), random.getstate()
    thread = threading.Thread(target=ends.wait)
    thread.start()
    if not (child := os.fork()):
        alone = threading.enumerate() == [threading.main_thread()]
        os._exit(0 if alone and told == ['mine'] and random.getstate() != before else 1)
    ends.set()
    thread.join()
    own = threading.main_thread().native_id == threading.get_native_id()
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {'child': ended, 'same': random.getstate() == before, 'own': own}
"""


def test_the_forks_of_a_fork_are_told_of_as_any_are(forks: Bench) -> None:
    """Nobody knows which locks its threads hold then: the library's handlers run, as for instances they need not.

    In its zygote the library was imported.
    """
    forks.imports = lambda code, paths: ["threading", "logging", "concurrent.futures.thread", "random"]
    (outcome,) = forks.run(job(TELLS))
    assert (outcome.began, outcome.result) == ("forked", {"child": 0, "same": True, "own": True}), outcome.logs


class Kept:
    """What a nursery knows of a zygote, without a process."""

    def __init__(self, folder: Path, forks: int = 0, memory: int = 1) -> None:
        self.room = Place(folder, (), 0, ())
        self.used, self.forks, self.memory = 0.0, forks, memory
        self._ended, self._idle = asyncio.Event(), asyncio.Event()
        if not forks:
            self._idle.set()

    @property
    def alive(self) -> bool:
        return not self._ended.is_set()

    async def ended(self) -> None:
        await self._ended.wait()

    async def idle(self) -> None:
        await self._idle.wait()

    async def kill(self) -> None:
        self._ended.set()

    def rest(self) -> None:
        self.forks = 0
        self._idle.set()


@pytest.mark.parametrize("busy", [False, True])
def test_the_newest_zygote_stays(tmp_path: Path, busy: bool) -> None:
    """And the one that forked longest ago goes, one that has no forks before one that has."""

    async def whole() -> None:
        nursery: Nursery[int] = Nursery(3, 1024)
        kept: Any = [Kept(tmp_path / "none", forks=int(busy and n < 3)) for n in range(4)]
        for n, zygote in enumerate(kept):

            async def grow(zygote: Any = zygote) -> Any:
                return zygote

            nursery.begin(n, grow)
            await nursery.settled()
            if n < 3:
                zygote.used = asyncio.get_running_loop().time()
        assert [key for key, _ in nursery.items()] == [1, 2, 3]
        for zygote in kept:
            zygote.rest()
        await kept[0].ended()
        await nursery.close()

    asyncio.run(whole())


@pytest.mark.parametrize("memory", [1, 400 << 20])
def test_what_is_used_no_more_counts_while_it_has_forks(tmp_path: Path, memory: int) -> None:
    """In number and in memory: nothing new is grown before it has ended."""

    async def whole() -> None:
        nursery: Nursery[int] = Nursery(3 if memory == 1 else 100, 1024)
        kept: Any = {n: Kept(tmp_path / "none", 1, memory) for n in range(6)}
        grown: list[int] = []

        def begin(n: int) -> None:
            async def grow() -> Any:
                grown.append(n)
                return kept[n]

            nursery.begin(n, grow)

        for n in range(6):
            begin(n)
            await nursery.settled()
        first = grown.copy()
        there = len([one for one in kept.values() if one.used])
        assert there == len(first) <= 4
        for n in first:
            kept[n].rest()
        await kept[0].ended()
        begin(5)
        await nursery.settled()
        assert grown == [*first, 5]
        await nursery.close()

    asyncio.run(whole())
