"""Runs that are sent to an instance while another one goes on there: each once, with its own answer and lines."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fnkit.core.entities import Limits
from fnkit.local.jobs import Outcome, Status
from fnkit.local.posts import DEPTH
from fnkit.local.scheduler import Scheduler
from tests.unit.local.instances.bench import Bench, job, until

TEXT = """import os, sys, time

def main(args):
    if "clock" in args:
        time.monotonic = lambda: 0.0
    if "ledger" in args:
        with open(args["ledger"], "a") as ledger:
            ledger.write(f"{args['n']}\\n")
    while "gate" in args and not os.path.exists(args["gate"]):
        time.sleep(0.01)
    if "say" in args:
        print(args["say"] * args.get("times", 1), flush=args.get("flush", False))
        os.write(2, args["say"].encode())
    if "forks" in args and os.fork():
        os.wait()
    if "ends" in args:
        os._exit(1)
    return "no object" if "wrong" in args else {"n": args["n"], "pid": os.getpid()}
"""


class Asker:
    """Calls one action, with memory for one instance, whose runs have been short.

    What it asks for at a time is sent ahead, as a rule: on a busy machine a part may wait, with the same ends.
    """

    def __init__(self, scheduler: Scheduler, limits: Limits, **always: Any) -> None:
        self.scheduler = scheduler
        self.limits = limits
        self.always = always
        self.number = 0

    async def warm(self) -> None:
        """So often that others are sent behind the next one."""
        await self.scheduler.run(job(TEXT, {"n": -1, **self.always}, limits=self.limits))
        while not self.scheduler.sends.lanes.sure():  # on a busy machine one of them may take long
            assert (await self.ask()).status == Status.SUCCESS

    def ask(self, **arguments: Any) -> "asyncio.Future[Outcome]":
        """One more call."""
        came: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        given = {"n": self.number, **self.always, **arguments}
        assert self.scheduler.at_once(job(TEXT, given, limits=self.limits), came.set_result)
        self.number += 1
        return came

    def waiting(self) -> int:
        """Runs that were sent to no instance."""
        return self.scheduler.snapshot().queued


def times(ledger: Path) -> Counter[str]:
    """How often each ran."""
    return Counter(ledger.read_text("utf-8").split())


def played(bench: Bench, scene: Any, limits: Limits | None = None, **always: Any) -> Any:
    """What came of a scene with an `Asker`."""
    bench.memory = 256

    async def whole(scheduler: Scheduler) -> Any:
        asker = Asker(scheduler, limits or Limits(timeout=60_000), **always)
        await asker.warm()
        return await scene(asker)

    return bench.play(whole)


def test_runs_that_are_short_are_sent_behind_each_other(bench: Bench) -> None:
    async def scene(asker: Asker) -> list[Outcome]:
        while True:
            asked = [asker.ask() for _ in range(DEPTH + 3)]
            waiting = asker.waiting()
            came = await asyncio.gather(*asked)
            if waiting == 3:
                return came
            await asker.warm()  # on a busy machine the first may be too old for the last to be sent behind it

    came = played(bench, scene)
    numbers = [one.result["n"] for one in came]
    assert numbers == list(range(numbers[0], numbers[0] + DEPTH + 3))
    assert len({one.result["pid"] for one in came}) == 1


def test_nobody_is_sent_behind_before_runs_were_short(plain: Bench) -> None:
    plain.memory = 256

    async def scene(scheduler: Scheduler) -> None:
        asker = Asker(scheduler, Limits(timeout=60_000))
        await scheduler.run(job(TEXT, {"n": -1}, limits=asker.limits))
        asked = [asker.ask() for _ in range(3)]
        assert asker.waiting() == 2
        await asyncio.gather(*asked)

    plain.play(scene)


def test_who_is_behind_a_long_run_goes_elsewhere_and_runs_once(plain: Bench, tmp_path: Path) -> None:
    gate, ledger = tmp_path / "gate", tmp_path / "ledger"

    async def scene(asker: Asker) -> list[Outcome]:
        asked = [asker.ask(gate=str(gate), clock=0), *(asker.ask() for _ in range(3))]
        await until(lambda: asker.waiting() == 3)
        gate.touch()
        return await asyncio.gather(*asked)

    came = played(plain, scene, ledger=str(ledger))
    first = came[0].result["n"]
    assert [one.result["n"] for one in came] == list(range(first, first + 4))
    assert set(times(ledger).values()) == {1}


def test_each_has_its_own_lines(bench: Bench) -> None:
    said = [None, "two", None, None, "five", "six", None]

    async def scene(asker: Asker) -> list[Outcome]:
        asked = [asker.ask(**({} if text is None else {"say": text})) for text in said]
        return await asyncio.gather(*asked)

    came = played(bench, scene)
    numbers = [one.result["n"] for one in came]
    assert numbers == list(range(numbers[0], numbers[0] + len(said)))
    lines = [sorted(line.partition(" ")[2] for line in one.logs) for one in came]
    assert lines == [[] if text is None else [f"stderr: {text}", f"stdout: {text}"] for text in said]


def test_a_flood_behind_which_others_wait_ends(plain: Bench) -> None:
    async def scene(asker: Asker) -> list[Outcome]:
        return await asyncio.gather(asker.ask(say="x", times=300_000, flush=True), asker.ask(), asker.ask(say="y"))

    flood, silent, last = played(plain, scene)
    assert sum(len(line) for line in flood.logs) > 300_000
    assert silent.logs == () and len(last.logs) == 2


@pytest.mark.parametrize("how", ["ends", "wrong"])
def test_what_ends_an_instance_is_not_the_end_of_who_is_behind(plain: Bench, tmp_path: Path, how: str) -> None:
    ledger = tmp_path / "ledger"

    async def scene(asker: Asker) -> list[Outcome]:
        asked = [asker.ask(), asker.ask(**{how: True}), asker.ask(), asker.ask()]
        came = await asyncio.gather(*asked)
        assert [life["why"] for life in asker.scheduler.lives("guest")] == ["failed", None]
        return came

    before, ended, *others = played(plain, scene, ledger=str(ledger))
    assert ended.status == Status.DEVELOPER_ERROR
    assert all(one.status == Status.SUCCESS and one.result["pid"] != before.result["pid"] for one in others)
    assert set(times(ledger).values()) == {1}


def test_a_process_that_an_action_forks_takes_no_runs_and_gives_no_answers(bench: Bench) -> None:
    async def scene(asker: Asker) -> list[Outcome]:
        return await asyncio.gather(asker.ask(), asker.ask(forks=True), *(asker.ask() for _ in range(4)))

    came = played(bench, scene)
    first = came[0].result["n"]
    assert [one.result["n"] for one in came] == list(range(first, first + 6))
    assert len({one.result["pid"] for one in came}) == 1


def test_who_is_behind_a_run_that_is_stopped_for_its_time_runs_once(plain: Bench, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"

    async def scene(asker: Asker) -> list[Outcome]:
        asked = [asker.ask(gate="never"), asker.ask(), asker.ask()]
        return await asyncio.gather(*asked)

    stopped, *others = played(plain, scene, Limits(timeout=1000), ledger=str(ledger))
    assert stopped.timed_out
    assert [one.status for one in others] == [Status.SUCCESS] * 2
    assert set(times(ledger).values()) == {1}


def test_a_close_sends_away_who_is_behind(plain: Bench) -> None:
    async def scene(asker: Asker) -> list[Any]:
        asked = [asker.ask(gate="never"), asker.ask()]
        await asker.scheduler.close()
        return await asyncio.gather(*asked)

    running, behind = played(plain, scene)
    assert running.status == Status.DEVELOPER_ERROR
    assert "the platform is being stopped" in str(behind)
