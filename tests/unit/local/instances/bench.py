"""A bench to run real actions on: a scheduler with real processes on one rung, in a folder of its own."""

import asyncio
import hashlib
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from fnkit.core.clock import now_ms
from fnkit.core.entities import Limits
from fnkit.core.errors import Missing
from fnkit.local.errands import Errands
from fnkit.local.jobs import Executable, Job, Outcome
from fnkit.local.kinds import find
from fnkit.local.pool import Pool
from fnkit.local.runtime import Layouts
from fnkit.local.sandbox import rung as claims
from fnkit.local.sandbox.kernel import kernel
from fnkit.local.sandbox.rung import Rung, ladder
from fnkit.local.sandbox.start import ProcessStarter
from fnkit.local.scheduler import Scheduler
from fnkit.local.sources import Seed
from fnkit.local.starter import Starter
from fnkit.local.stems import Stems
from fnkit.local.zygotes import Imports, Zygotes

ACTIONS = Path(__file__).parents[3] / "actions"
KINDS = find()
LADDER = ladder(kernel())
PATIENT = Limits(timeout=10_000)
NUMBERS = itertools.count(1)


def few(code: Path | None, paths: Sequence[Path]) -> list[str]:
    """What the zygotes of a test import: enough to see that they did."""
    return ["json", "random", "tempfile", "uuid"]


def code(name: str) -> str:
    """The text of an action in tests/actions."""
    return (ACTIONS / f"{name}.py").read_text("utf-8")


def job(text: str, arguments: Any = None, limits: Limits = PATIENT, **changes: Any) -> Job:
    """A call of the action with this code; `changes` are fields of Job, `of` those of its Executable."""
    executable = Executable(
        namespace="guest",
        name="hello",
        version="0.0.1",
        revision=hashlib.sha256(text.encode()).hexdigest(),
        kind="python:3.11",
        code=text,
        binary=False,
        main="main",
        limits=limits,
    )
    given = Job(
        activation_id=f"{next(NUMBERS):032x}",
        transaction_id="tid",
        namespace="guest",
        executable=replace(executable, **changes.pop("of", {})),
        arguments={} if arguments is None else arguments,
        api_host="http://127.0.0.1:3233",
        received_ms=now_ms(),
    )
    return replace(given, **changes)


@dataclass
class Bench:
    """Runs jobs on one rung. `layers` are folders by digest, as the platform has them."""

    root: Path
    rung: Rung
    layers: dict[str, Path] = field(default_factory=dict)
    memory: int = 2048
    longest_queue: int = 100
    forks: bool = False
    """True where instances are forks of a zygote."""
    imports: Imports = few

    @property
    def began(self) -> str:
        """How an instance that was not there begins."""
        return "forked" if self.forks else "cold"

    def layer(self, digest: str) -> Path:
        if digest not in self.layers:
            raise Missing("Looking up a layer", f"layer {digest} is not here.")
        return self.layers[digest]

    def common(self) -> Path:
        folder = self.root / "common"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @asynccontextmanager
    async def starter(self) -> AsyncIterator[Starter]:
        """Who starts instances; a zygote is ready where there is one."""
        plain = ProcessStarter(self.rung)
        if not self.forks:
            yield plain
            return
        stems = Stems(plain, self.root / "stems", 0)
        zygotes = Zygotes(stems, self.root / "zygotes", imports=self.imports, settles=0)
        try:
            for network in (True, False):
                zygotes.plant(Seed((self.common(),), (self.common(),), network, None))
            await zygotes.zygotes.settled()
            assert not zygotes.zygotes.trouble
            yield zygotes
        finally:
            await zygotes.close()

    @asynccontextmanager
    async def scheduler(self) -> AsyncIterator[Scheduler]:
        layouts = Layouts(self.root / "code", self.layer, {"python": self.common}, KINDS, Errands())
        async with self.starter() as starter:
            folder, pool = self.root / "instances", Pool(self.memory)
            scheduler = Scheduler(starter, layouts, folder, pool, self.longest_queue)
            try:
                yield scheduler
            finally:
                await scheduler.close()

    def folders(self) -> list[Path]:
        """Those of the instances that are there."""
        return [
            path.parent for path in (*self.root.glob("instances/*/action"), *self.root.glob("zygotes/*/*/action"))
        ]

    def started(self) -> bool:
        """True once an instance of `waits_for_a_file` waits."""
        return any((folder / "action" / "started").exists() for folder in self.folders())

    def play(self, scene: Callable[[Scheduler], Awaitable[Any]]) -> Any:
        """Await `scene(scheduler)`; whatever hangs is an error after a minute."""

        async def whole() -> Any:
            async with asyncio.timeout(60), self.scheduler() as scheduler:
                return await scene(scheduler)

        return asyncio.run(whole())

    def play_with_zygotes(self, scene: Callable[[Scheduler, Zygotes], Awaitable[Any]]) -> Any:
        """Await a scene that looks at the zygotes too."""

        async def whole() -> Any:
            async with asyncio.timeout(120), self.starter() as starter:
                assert isinstance(starter, Zygotes)
                layouts = Layouts(self.root / "code", self.layer, {"python": self.common}, KINDS, Errands())
                scheduler = Scheduler(starter, layouts, self.root / "instances", Pool(65_536), 10_000)
                try:
                    return await scene(scheduler, starter)
                finally:
                    await scheduler.close()

        return asyncio.run(whole())

    def run(self, *jobs: Job) -> list[Outcome]:
        """One after the other, on one scheduler."""

        async def scene(scheduler: Scheduler) -> list[Outcome]:
            return [await scheduler.run(one) for one in jobs]

        outcomes: list[Outcome] = self.play(scene)
        return outcomes


def texts(outcome: Outcome) -> list[str]:
    """The log lines without their times."""
    return [line[31:] for line in outcome.logs]


def alive(pid: int) -> bool:
    """True where a process of that number runs."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


async def until(true: Any, seconds: float = 60.0) -> None:
    """Look again and again: the event is in another process and tells nobody."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to be"
        await asyncio.sleep(0.01)


def fresh(text: str, number: int, **changes: Any) -> Any:
    """A job for which no instance is warm."""
    return job(text, of={"revision": f"{number}", "template": False, **changes.pop("of", {})}, **changes)


def only(rungs: list[Rung]) -> pytest.MarkDecorator:
    """Some rungs of the ladder."""
    return pytest.mark.parametrize("rung", rungs, ids=[rung.name for rung in rungs], indirect=True)


own_view = only([rung for rung in LADDER if rung.own_view])
"""The rungs on which there are templates: elsewhere a fork's folder has a name of its own."""
apart = only([rung for rung in LADDER if claims.FILES in rung.stops])
"""The rungs that keep anything apart."""
