"""What is told of the lives of instances: every moment in order, each run in one of them, and why they went."""

import asyncio
from pathlib import Path
from typing import Any

from fnkit.local import lives
from fnkit.local.activation import Course
from fnkit.local.answers import Verdict
from fnkit.local.jobs import Status
from fnkit.local.lives import Lives
from fnkit.local.messages import Line
from fnkit.local.pool import Cold, Pool
from fnkit.local.progress import MOST_RUNS, Courses, Stay
from fnkit.local.scheduler import Scheduler
from fnkit.local.slots import Key, Need, Slot
from tests.unit.local.instances.bench import Bench, code, job, until

COUNTS = code("counts")


def life(scheduler: Scheduler) -> dict[str, Any]:
    [one] = scheduler.lives("guest")
    return one


def moments(one: dict[str, Any]) -> list[int]:
    return [one[name] for name in ("allocated", "started", "ready", "released")]


def test_a_life_from_its_place_to_its_end(bench: Bench) -> None:
    jobs = [job(COUNTS, of={"keep": 0.2}) for _ in range(3)]

    async def scene(scheduler: Scheduler) -> None:
        for one in jobs:
            await scheduler.run(one)
        await until(lambda: life(scheduler)["state"] == "gone")
        told = life(scheduler)
        assert moments(told) == sorted(moments(told))
        assert (told["why"], told["began"], told["keep"]) == ("idle", bench.began, 0.2)
        assert [run["activationId"] for run in told["runs"]] == [one.activation_id for one in jobs]
        for run in told["runs"]:
            assert run["asked"] <= run["start"] <= run["end"]
            assert told["ready"] <= run["start"]
        assert told["released"] >= told["runs"][-1]["end"] + 200 - 1, "kept for as long as it was said"

    bench.play(scene)


def test_nothing_is_kept_where_that_is_said(plain: Bench) -> None:
    async def scene(scheduler: Scheduler) -> None:
        outcomes = [await scheduler.run(job(COUNTS, of={"keep": 0.0}))]
        await until(lambda: not scheduler.snapshot().instances)
        outcomes.append(await scheduler.run(job(COUNTS, of={"keep": 0.0})))
        assert [one.result["count"] for one in outcomes] == [1, 1]

    plain.play(scene)


def test_the_state_of_one_that_runs_and_one_that_waits(plain: Bench, tmp_path: Path) -> None:
    gate = tmp_path / "gate"

    async def scene(scheduler: Scheduler) -> None:
        running = asyncio.ensure_future(scheduler.run(job(code("waits_for_a_file"), {"gate": str(gate)})))
        await until(lambda: scheduler.lives("guest") and life(scheduler)["state"] == "running")
        [run] = life(scheduler)["runs"]
        assert run["end"] is None
        gate.touch()
        await running
        assert life(scheduler)["state"] == "idle"
        assert life(scheduler)["runs"][0]["end"] >= run["start"]
        assert scheduler.lives("somebody-else") == []

    plain.play(scene)


def test_why_they_went(plain: Bench) -> None:
    async def scene(scheduler: Scheduler) -> None:
        await scheduler.run(job(COUNTS, of={"name": "changed"}))
        scheduler.discard("guest", "changed")
        await scheduler.run(job(code("exits_in_run"), of={"name": "failed"}))
        await scheduler.run(job(code("raises_at_import"), of={"name": "unready"}))
        told = {one["action"].rpartition("/")[2]: one for one in scheduler.lives("guest")}
        assert {name: one["why"] for name, one in told.items()} == {
            "changed": "changed",
            "failed": "failed",
            "unready": "failed",
        }
        assert (told["unready"]["ready"], told["unready"]["runs"]) == (None, [])

    plain.play(scene)


def test_memory_that_was_needed(tmp_path: Path, plain: Bench) -> None:
    plain.memory = 256

    async def scene(scheduler: Scheduler) -> None:
        await scheduler.run(job(COUNTS, of={"name": "first"}))
        await scheduler.run(job(COUNTS, of={"name": "second"}))
        assert [one["why"] for one in scheduler.lives("guest")] == ["evicted", None]

    plain.play(scene)


def test_what_is_remembered_is_bounded() -> None:
    pool, kept = Pool(1 << 30), Lives()

    def born(number: int) -> Slot:
        decision = pool.acquire(Need(Key("guest", f"/guest/{number}", "1"), 128), 0.0)
        assert isinstance(decision, Cold)
        kept.allocated(decision.slot)
        return decision.slot

    stays = born(0)
    for number in range(1, 2 * lives.MOST):
        kept.released(born(number), "idle")
    told = kept.told("guest", [])
    assert len(told) == lives.MOST
    assert told[0]["id"] == stays.id, "who is there is not forgotten"
    runs = [Stay(stays.id, f"{number}", 0, number, number + 1, ("warm", 0, None, 1)) for number in range(3)]
    assert [run["start"] for run in kept.told("guest", runs)[0]["runs"]] == [0, 1, 2]
    assert kept.told("guest", runs, since=1 << 53)[0]["runs"] == []


def test_the_runs_that_are_remembered_are_bounded() -> None:
    courses = Courses()
    for number in range(2 * MOST_RUNS):
        course = Course(job(COUNTS, activation_id=str(number)))
        courses.add(course)
        course.frame("warm")
        course.judge(Line(b"{}\n", 3))
        course.finish(Verdict(Status.SUCCESS, {}), ())
        courses.ended(course)
    assert len([*courses.stays()]) == MOST_RUNS
    assert courses.state("0") is None
    last = courses.state(str(2 * MOST_RUNS - 1))
    assert last is not None and (last.state, last.began) == ("done", "warm")
