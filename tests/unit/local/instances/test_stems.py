"""Instances that are started ahead, for what is not forked."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fnkit.core.entities import Limits
from fnkit.local.errands import Errands
from fnkit.local.jobs import Job
from fnkit.local.pool import Pool
from fnkit.local.runtime import Layouts
from fnkit.local.sandbox.rung import Rung
from fnkit.local.sandbox.start import ProcessStarter
from fnkit.local.scheduler import Scheduler
from fnkit.local.stems import Stems
from fnkit.local.zygotes import Zygotes
from tests.unit.local.instances.bench import KINDS, LADDER, Bench, alive, code, job, until

NODE = KINDS.names.get("nodejs:default")
PYTHON_ACTION = code("counts")
NODE_ACTION = "let count = 0; function main(args) { count += 1; return { count, args } }"


@pytest.fixture
def unforked(rung: Rung) -> Rung:
    """Each rung, as if nothing could be forked on it."""
    return replace(rung, no_forks="it is tried without")


def play(root: Path, rung: Rung, scene: Callable[[Scheduler, Stems], Awaitable[Any]]) -> Any:
    """Await a scene on a scheduler that keeps one stem of each kind."""

    async def whole() -> Any:
        bench = Bench(root, rung)
        stems = Stems(ProcessStarter(rung), root / "stems", 1)
        layouts = Layouts(root / "code", bench.layer, {"python": bench.common}, KINDS, Errands())
        async with asyncio.timeout(60):
            scheduler = Scheduler(Zygotes(stems, root / "zygotes"), layouts, root / "instances", Pool(4096))
            try:
                return await scene(scheduler, stems)
            finally:
                await scheduler.close()
                assert not (root / "stems").exists()

    return asyncio.run(whole())


def action(kind: str, number: int, **changes: Any) -> Job:
    """A call of an action for which no instance is warm."""
    text = PYTHON_ACTION if kind.startswith("python") else NODE_ACTION
    return job(text, of={"kind": kind, "revision": str(number), **changes.pop("of", {})}, **changes)


KIND = [
    "python:3.11",
    pytest.param(NODE, marks=pytest.mark.skipif(NODE is None, reason="there is no Node.js 18 or newer here")),
]


@pytest.mark.parametrize("kind", KIND)
def test_the_second_action_finds_an_instance(tmp_path: Path, unforked: Rung, kind: str) -> None:
    """Each stem serves one action, with that action's files; another one is started for the next."""

    async def scene(scheduler: Scheduler, stems: Stems) -> list[Any]:
        outcomes = []
        for number in range(3):
            outcomes += [await scheduler.run(action(kind, number)) for _ in range(2)]
            await stems.settled()
        return outcomes

    outcomes = play(tmp_path, unforked, scene)
    assert [o.began for o in outcomes] == ["cold", "warm", "prewarmed", "warm", "prewarmed", "warm"], outcomes
    assert [o.result["count"] for o in outcomes] == [1, 2] * 3
    assert outcomes[2].init is not None


def test_a_stem_is_for_what_is_usual(tmp_path: Path) -> None:
    """What is locked in already cannot be given another size, or be cut off from the network."""
    rung = replace(LADDER[-1], no_forks="it is tried without")
    others = [
        {"limits": Limits(memory=128, timeout=10_000)},
        {"limits": Limits(logs=1, timeout=10_000)},
        {"of": {"network": False}},
    ]

    async def scene(scheduler: Scheduler, stems: Stems) -> list[str]:
        await scheduler.run(action("python:3.11", 0))
        await stems.settled()
        calls = [action("python:3.11", n, **changes) for n, changes in enumerate(others, 1)]
        return [(await scheduler.run(call)).began for call in calls]

    assert play(tmp_path, rung, scene) == ["cold"] * 3


def test_a_stem_that_ended_is_not_used(tmp_path: Path) -> None:
    rung = replace(LADDER[-1], no_forks="it is tried without")

    async def scene(scheduler: Scheduler, stems: Stems) -> None:
        await scheduler.run(action("python:3.11", 0))
        await stems.settled()
        (held,) = stems.waiting
        os.killpg(held.pid, signal.SIGKILL)
        await until(lambda: not held.alive)
        outcome = await scheduler.run(action("python:3.11", 1))
        assert (outcome.began, outcome.result["count"]) == ("cold", 1)
        assert not alive(held.pid)

    play(tmp_path, rung, scene)


def test_python_has_no_stems_where_it_is_forked(tmp_path: Path) -> None:
    async def scene(scheduler: Scheduler, stems: Stems) -> None:
        await scheduler.run(action("python:3.11", 0))
        await stems.settled()
        assert stems.waiting == ()

    play(tmp_path, LADDER[-1], scene)
