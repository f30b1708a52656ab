"""How instances live and end: reuse, death at any time, what they leave behind."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fnkit.core.entities import Limits
from fnkit.core.errors import PlatformFault
from fnkit.local.errands import Errands
from fnkit.local.jobs import Status
from fnkit.local.sandbox.rung import DAEMONS
from fnkit.local.scheduler import Scheduler
from tests.unit.local.instances.bench import KINDS, Bench, alive, code, job, texts, until

COUNTS = code("counts")


def test_a_warm_instance_keeps_its_module(bench: Bench) -> None:
    first, second, third = bench.run(*(job(COUNTS, {"n": n}) for n in range(3)))
    assert [o.result["count"] for o in (first, second, third)] == [1, 2, 3]
    assert [o.began for o in (first, second, third)] == [bench.began, "warm", "warm"]
    assert (second.init, third.result["args"]) == (None, {"n": 2})


@pytest.mark.parametrize(
    "changes",
    [
        {"namespace": "somebody-else"},
        {"of": {"revision": "other"}},
        {"of": {"name": "package/hello"}},
        {"of": {"namespace": "somebody-else"}},
        {"environment": {"TOKEN": "other"}},
    ],
    ids=str,
)
def test_what_is_not_the_same_gets_an_instance_of_its_own(plain: Bench, changes: dict[str, Any]) -> None:
    first, second = plain.run(job(COUNTS), job(COUNTS, **changes))
    assert (first.result["count"], second.result["count"]) == (1, 1)
    assert second.began == "cold"


def test_an_application_error_keeps_the_instance(plain: Bench) -> None:
    text = COUNTS.replace("return", "if args.get('fail'):\n        raise ValueError('no')\n    return")
    outcomes = plain.run(job(text), job(text, {"fail": True}), job(text))
    assert [o.began for o in outcomes] == ["cold", "warm", "warm"]
    assert outcomes[2].result["count"] == 3


@pytest.mark.parametrize("name", ["exits_in_run", "returns_none", "returns_text"])
def test_a_developer_error_ends_the_instance(plain: Bench, name: str) -> None:
    async def scene(scheduler: Scheduler) -> Any:
        outcome = await scheduler.run(job(code(name)))
        return outcome.status, scheduler.snapshot().instances

    assert plain.play(scene) == (Status.DEVELOPER_ERROR, ())


def test_an_idle_instance_that_ends_frees_its_memory_at_once(bench: Bench) -> None:
    async def scene(scheduler: Scheduler) -> None:
        await scheduler.run(job(COUNTS))
        (view,) = scheduler.snapshot().instances
        assert view.pid is not None
        os.kill(view.pid, signal.SIGKILL)
        await until(lambda: scheduler.snapshot().instances == ())
        assert scheduler.snapshot().used == 0

    bench.play(scene)


def test_an_instance_that_was_started_ahead(bench: Bench) -> None:
    """Its init code ran without an activation: the first run has no init time, and gets what init printed."""
    shows = "import os\nprint(sorted(key for key in os.environ if key.startswith('__OW_')))\n"
    text = shows + COUNTS

    async def scene(scheduler: Scheduler) -> Any:
        scheduler.anticipate(job(text))
        scheduler.anticipate(job(text))
        before = scheduler.snapshot().instances
        outcomes = [await scheduler.run(job(text)) for _ in range(2)]
        return before, outcomes, scheduler.snapshot()

    before, (first, second), after = bench.play(scene)
    assert [(one.state, one.activations) for one in before] == [("prewarmed", 0)]
    assert (first.began, first.init, second.began) == ("prewarmed", None, "warm")
    assert (first.result["count"], second.result["count"]) == (1, 2)
    known = ["__OW_ACTION_NAME", "__OW_ACTION_VERSION", "__OW_API_HOST", "__OW_NAMESPACE"]
    assert texts(first) == [f"stdout: {known}"]
    assert (len(after.instances), after.began) == (1, {"prewarmed": 1, "warm": 1})


def test_one_that_cannot_be_started_ahead_is_told_of_where_it_runs(plain: Bench) -> None:
    async def scene(scheduler: Scheduler) -> Any:
        scheduler.anticipate(job(code("raises_at_import")))
        return await scheduler.run(job(code("raises_at_import")))

    outcome = plain.play(scene)
    assert (outcome.began, outcome.status) == (plain.began, Status.DEVELOPER_ERROR)


def test_a_killed_instance_is_not_used_again(bench: Bench) -> None:
    async def scene(scheduler: Scheduler) -> None:
        await scheduler.run(job(COUNTS))
        (view,) = scheduler.snapshot().instances
        assert view.pid is not None
        os.kill(view.pid, signal.SIGKILL)
        await until(lambda: not alive(view.pid))
        again = await scheduler.run(job(COUNTS))
        assert (again.began, again.result["count"]) == (bench.began, 1)

    bench.play(scene)


def test_killed_while_it_runs(bench: Bench, tmp_path: Path) -> None:
    """The caller hears of it at once."""

    async def scene(scheduler: Scheduler) -> None:
        run = asyncio.ensure_future(scheduler.run(job(code("waits_for_a_file"), {"gate": "never"})))
        await until(bench.started)
        (view,) = scheduler.snapshot().instances
        assert view.pid is not None
        os.kill(view.pid, signal.SIGKILL)
        outcome = await run
        assert outcome.result == {"error": "command exited"}
        assert outcome.end - outcome.start < 5000

    bench.play(scene)


def test_the_wire_closed_by_the_action(bench: Bench) -> None:
    (outcome,) = bench.run(job(code("closes_the_wire"), limits=Limits(timeout=30_000)))
    assert outcome.result == {"error": "command exited"}
    assert outcome.end - outcome.start < 10_000


def test_an_answer_that_nobody_asked_for_ends_the_instance(bench: Bench) -> None:
    async def scene(scheduler: Scheduler) -> None:
        await scheduler.run(job(code("speaks_unasked")))
        (view,) = scheduler.snapshot().instances
        assert view.pid is not None
        (folder,) = bench.folders()
        (folder / "action" / "gate").touch()
        # A process is a zombie before its last thread is gone: only then can its end be known.
        await until(lambda: view.pid not in {one.pid for one in scheduler.snapshot().instances})
        again = await scheduler.run(job(code("speaks_unasked")))
        assert (again.began, again.result) == (bench.began, {"count": 1})

    bench.play(scene)


def test_an_instance_of_a_changed_or_deleted_action_is_never_used_again(bench: Bench) -> None:
    """Not even where the same is put again, and whoever else calls it has an instance of his own."""
    text = "import os\n" + COUNTS.replace("return {", "return {'pid': os.getpid(), ")

    async def scene(scheduler: Scheduler) -> None:
        seen: list[int | None] = []
        for changes in ({}, {"of": {"revision": "changed"}}, {}, {"namespace": "somebody-else"}):
            outcome = await scheduler.run(job(text, **changes))
            assert (outcome.began, outcome.result["count"]) == (bench.began, 1)
            (view,) = scheduler.snapshot().instances
            assert view.pid not in seen
            seen.append(view.pid)
            scheduler.discard("guest", "hello")
            await until(lambda pid=view.pid: not alive(pid))

    bench.play(scene)


def test_a_second_init_is_refused(plain: Bench) -> None:
    from fnkit.local.activation import Course, start
    from fnkit.local.answers import ACTION_LOOP, of_init
    from fnkit.local.runtime import Layouts
    from fnkit.local.sandbox.start import ProcessStarter

    async def scene() -> None:
        layouts = Layouts(plain.root / "code", plain.layer, {"python": plain.common}, KINDS, Errands())
        given = job(COUNTS)
        loaded = await start(given, ProcessStarter(plain.rung), layouts, plain.root / "one")
        assert await Course(given).initialize(loaded) is None
        again = of_init(await loaded.instance.ask(loaded.init.frame(given, 0), 5), 5000, ACTION_LOOP)
        assert again is not None
        assert again.result == {"error": "Cannot initialize the action more than once."}
        await loaded.instance.kill()

    asyncio.run(scene())


@pytest.mark.parametrize("then", ["return", "exit"])
def test_a_daemon(bench: Bench, then: str) -> None:
    """It holds every file open and left the process group; the caller does not wait for it, and it ends."""

    async def scene(scheduler: Scheduler) -> None:
        outcome = await scheduler.run(job(code("forks_and_daemonises"), {"then": then}))
        assert outcome.end - outcome.start < 9000
        assert ("error" in outcome.result) == (then == "exit")

    bench.play(scene)
    beats = list(bench.root.rglob("beat"))
    if DAEMONS in bench.rung.stops:
        assert not beats
    else:  # it went on writing while its folder was removed; end it here by ending its last hold on that folder
        end_what_works_in(bench.root)


def end_what_works_in(folder: Path) -> None:
    """Kill the processes whose working directory is (or was) beneath `folder`: ones that this test started."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            where = str((process / "cwd").readlink())
        except OSError:
            continue
        if where.startswith(str(folder)):
            os.kill(int(process.name), signal.SIGKILL)


def test_a_child_that_floods_the_log_holds_nobody_up(bench: Bench) -> None:
    first, second = bench.run(*(job(code("leaves_a_talker"), limits=Limits(logs=1)) for _ in range(2)))
    assert first.result == second.result == {"done": True}
    assert second.end - second.start < 5000


def test_nothing_is_left(bench: Bench) -> None:
    """After the close: no process, no folder."""

    async def scene(scheduler: Scheduler) -> list[int]:
        await scheduler.run(job(COUNTS))
        await scheduler.run(job(code("hangs_in_run"), limits=Limits(timeout=200)))
        await scheduler.run(job(code("raises"), of={"revision": "r"}))
        return [view.pid for view in scheduler.snapshot().instances if view.pid]

    pids = bench.play(scene)
    assert len(pids) == 2
    assert not any(alive(pid) for pid in pids)
    assert not bench.folders()


def test_instances_end_with_the_server(bench: Bench, tmp_path: Path) -> None:
    """`kill -9` of the process that started them."""
    script = (
        "import asyncio, sys, json\n"
        "from tests.unit.local.instances.bench import LADDER, Bench, code, job\n"
        "from tests.unit.local.instances.bench import LADDER\n"
        "from pathlib import Path\n"
        "rung = next(r for r in LADDER if r.name == sys.argv[2])\n"
        "async def scene(scheduler):\n"
        "    await scheduler.run(job(code('counts')))\n"
        "    print(scheduler.snapshot().instances[0].pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "Bench(Path(sys.argv[1]), rung).play(scene)\n"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "other"), bench.rung.name],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[4],
    )
    with started:
        assert started.stdout is not None
        pid = int(started.stdout.readline())
        assert alive(pid)
        started.kill()
        started.wait()
        asyncio.run(asyncio.wait_for(until(lambda: not alive(pid)), 10))


def test_discard_lets_a_run_end(plain: Bench, tmp_path: Path) -> None:
    async def scene(scheduler: Scheduler) -> None:
        gate = tmp_path / "gate"
        run = asyncio.ensure_future(scheduler.run(job(code("waits_for_a_file"), {"gate": str(gate)})))
        await until(plain.started)
        scheduler.discard("guest", "hello")
        gate.touch()
        assert (await run).result == {"waited": True}
        assert scheduler.snapshot().instances == ()

    plain.play(scene)


def test_state(plain: Bench, tmp_path: Path) -> None:
    async def scene(scheduler: Scheduler) -> None:
        gate = tmp_path / "gate"
        given = job(code("waits_for_a_file"), {"gate": str(gate)})
        assert scheduler.state(given.activation_id) is None
        run = asyncio.ensure_future(scheduler.run(given))
        await asyncio.sleep(0)
        pending = scheduler.state(given.activation_id)
        assert pending is not None
        assert (pending.state, pending.began, pending.run) == ("pending", None, None)
        await until(plain.started)
        running = scheduler.state(given.activation_id)
        assert running is not None
        assert (running.state, running.began, running.run) == ("running", "cold", None)
        gate.touch()
        outcome = await run
        done = scheduler.state(given.activation_id)
        assert done is not None
        assert (done.state, done.wait, done.init) == ("done", outcome.wait, outcome.init)
        assert done.run == outcome.end - outcome.start - (outcome.init or 0)

    plain.play(scene)


def test_the_queue_is_first_come_first_served(plain: Bench, tmp_path: Path) -> None:
    """Memory for one: the others wait in turn, and no more are to be promised than the queue holds."""
    plain.memory, plain.longest_queue = 300, 2

    async def scene(scheduler: Scheduler) -> None:
        gate = tmp_path / "gate"
        order: list[int] = []

        async def run(number: int) -> None:
            await scheduler.run(job(code("waits_for_a_file"), {"gate": str(gate)}, of={"revision": str(number)}))
            order.append(number)

        runs = [asyncio.ensure_future(run(0))]
        await until(plain.started)
        runs += [asyncio.ensure_future(run(number)) for number in (1, 2)]
        await until(lambda: scheduler.snapshot().queued == 2)
        assert scheduler.crowded(job(COUNTS))
        assert not scheduler.crowded(job(COUNTS, of={"name": "other"}))
        gate.touch()
        await asyncio.gather(*runs)
        assert order == [0, 1, 2]

    plain.play(scene)


def test_a_run_that_waited_and_cannot_be_sent_is_told_and_holds_up_no_other(plain: Bench, tmp_path: Path) -> None:
    """Its arguments are no JSON: the instance that it was given is the next one's."""
    plain.memory = 256

    async def scene(scheduler: Scheduler) -> None:
        gate = tmp_path / "gate"
        text, came = code("waits_for_a_file"), asyncio.Queue[Any]()
        first = asyncio.ensure_future(scheduler.run(job(text, {"gate": str(gate)})))
        await until(plain.started)
        for arguments in ({"gate": object()}, {"gate": str(gate)}):
            assert scheduler.at_once(job(text, arguments), came.put_nowait)
        gate.touch()
        assert (await first).status == Status.SUCCESS
        assert isinstance(await came.get(), TypeError)
        assert (await came.get()).began == "warm"
        assert scheduler.snapshot().queued == 0

    plain.play(scene)


def test_room_for_two_is_given_to_two(plain: Bench, tmp_path: Path) -> None:
    """One large instance makes room for both that wait: the second does not wait for the first."""
    plain.memory = 512
    gates = [tmp_path / "first", tmp_path / "others"]

    async def scene(scheduler: Scheduler) -> None:
        def waits(gate: Path, memory: int, revision: str) -> Any:
            limits = Limits(memory=memory, timeout=30_000)
            given = {"gate": str(gate)}
            one = job(code("waits_for_a_file"), given, limits=limits, of={"revision": revision})
            return asyncio.ensure_future(scheduler.run(one))

        first = waits(gates[0], 512, "large")
        await until(lambda: scheduler.snapshot().instances)
        others = [waits(gates[1], 256, str(n)) for n in range(2)]
        await until(lambda: scheduler.snapshot().queued == 2)
        gates[0].touch()
        await first
        await until(lambda: len([v for v in scheduler.snapshot().instances if v.state == "busy"]) == 2)
        gates[1].touch()
        await asyncio.gather(*others)

    plain.play(scene)


def test_a_close_sends_everybody_away(plain: Bench, tmp_path: Path) -> None:
    """One runs, one waits, one comes later: none of them hangs."""
    plain.memory = 256

    async def scene(scheduler: Scheduler) -> None:
        runs = [
            asyncio.ensure_future(
                scheduler.run(job(code("waits_for_a_file"), {"gate": "never"}, of={"revision": str(n)}))
            )
            for n in range(2)
        ]
        await until(plain.started)
        await until(lambda: scheduler.snapshot().queued == 1)
        await scheduler.close()
        running, waiting = await asyncio.gather(*runs, return_exceptions=True)
        assert running.result == {"error": "command exited"}
        assert isinstance(waiting, PlatformFault)
        with pytest.raises(PlatformFault):
            await scheduler.run(job(COUNTS))

    plain.play(scene)


def test_many_at_once(plain: Bench) -> None:
    """Forty calls of four actions in memory for eight: each caller gets the answer to its own question."""

    async def scene(scheduler: Scheduler) -> list[Any]:
        calls = [job(COUNTS, {"n": n}, of={"revision": str(n % 4)}) for n in range(40)]
        return [o.result["args"]["n"] for o in await asyncio.gather(*map(scheduler.run, calls))]

    assert plain.play(scene) == list(range(40))


def test_a_cancelled_caller_takes_its_instance_along(plain: Bench) -> None:
    async def scene(scheduler: Scheduler) -> None:
        run = asyncio.ensure_future(scheduler.run(job(code("waits_for_a_file"), {"gate": "never"})))
        await until(plain.started)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        assert scheduler.snapshot().instances == ()

    plain.play(scene)


def test_on_uvloop(bench: Bench) -> None:
    """The loop that uvicorn[standard] brings: the same in everything that an instance needs of it."""
    uvloop = pytest.importorskip("uvloop")

    async def whole() -> list[Any]:
        async with bench.scheduler() as scheduler:
            big = job("def main(args):\n    return {'n': len(args['t'])}\n", {"t": "x" * 900_000})
            calls = [job(COUNTS), job(COUNTS), big, job(code("exits_in_run"))]
            return [(await scheduler.run(one)).result for one in calls]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        results = runner.run(whole())
    assert [r.get("count") for r in results[:2]] == [1, 2]
    assert results[2:] == [{"n": 900_000}, {"error": "command exited"}]
