"""The processes behind the pool's slots: started, awaited by whoever shares them, ended with their folders."""

import asyncio
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from fnkit.core.errors import PlatformFault
from fnkit.local import answers
from fnkit.local.activation import Course, NotStarted, start
from fnkit.local.answers import Verdict
from fnkit.local.instance import Instance
from fnkit.local.lives import Lives, Why
from fnkit.local.logs import log_line
from fnkit.local.runtime import Layouts
from fnkit.local.slots import Slot
from fnkit.local.starter import Starter

Failure = tuple[Verdict, tuple[str, ...]]
"""Why an instance did not come to be, and what it printed."""


class Instances:
    """Instances by the number of their slot. Used on one event loop."""

    def __init__(self, starter: Starter, layouts: Layouts, folder: Path) -> None:
        """`folder` holds the instances' own folders."""
        self._starter = starter
        self._layouts = layouts
        self._folder = folder
        self._lost: Callable[[Slot], None] = lambda _: None
        self._there: dict[int, Instance] = {}
        self._coming: dict[int, asyncio.Event] = {}
        self._given_up: set[int] = set()
        self._chores: set[asyncio.Task[None]] = set()
        self._closed = False
        self.lives = Lives()
        """What became of each."""
        shutil.rmtree(folder, ignore_errors=True)

    def when_lost(self, lost: Callable[[Slot], None]) -> None:
        """Have `lost` told of each process that ends."""
        self._lost = lost

    def get(self, slot: Slot) -> Instance | None:
        """The instance of a slot, None where it is not there (yet)."""
        return self._there.get(slot.id)

    def rested(self, slot: Slot) -> Instance | None:
        """The instance of a slot where it is there and has its code: if it has ended, `post` will say so."""
        instance = self._there.get(slot.id)
        return None if instance is None or slot.id in self._coming or instance.gone else instance

    def expect(self, slot: Slot) -> None:
        """One will be started: `arrival` awaits it."""
        self._coming[slot.id] = asyncio.Event()
        self.lives.allocated(slot)

    async def arrival(self, slot: Slot) -> Instance | None:
        """The instance once it has its code; None where it did not come to be, or has ended."""
        if coming := self._coming.get(slot.id):
            await coming.wait()
        instance = self._there.get(slot.id)
        return instance if instance is not None and instance.alive else None

    async def start(self, slot: Slot, course: Course) -> Failure | None:
        """Start one and have it take the code; gives why it did not. Raises PlatformFault where it is given up."""
        try:
            failure = await self._start(slot, course)
        except BaseException:
            self.forget(slot)
            self.end(slot, "failed")
            raise
        self.forget(slot)
        if failure is not None:
            self.end(slot, "failed")
        return failure

    async def _start(self, slot: Slot, course: Course) -> Failure | None:
        try:
            loaded = await start(course.job, self._starter, self._layouts, self._folder / str(slot.id))
        except NotStarted as failure:
            return failure.verdict, failure.logs
        instance = self._there[slot.id] = loaded.instance
        self.lives.started(slot, instance.began)
        instance.when_gone(lambda: self._lost(slot))
        if self._closed or slot.id in self._given_up:
            raise stopping()
        verdict = await course.initialize(loaded)
        if verdict is None:
            self.lives.ready(slot)
            return None
        logs = instance.logs()
        if verdict.result == {"error": answers.INIT_DIED} and course.job.executable.limits.logs:
            logs = (*logs, log_line("stderr", answers.INIT_DIED_LOG))
        return verdict, logs

    def forget(self, slot: Slot) -> None:
        """None is to be expected any more: whoever awaits it looks what there is."""
        self._given_up.discard(slot.id)
        self._coming.pop(slot.id).set()

    def end(self, slot: Slot, why: Why) -> None:
        """Its process and its folder go in the background; what is being started goes when it is there."""
        self.lives.released(slot, why)
        if slot.id in self._coming:
            self._given_up.add(slot.id)
        instance = self._there.pop(slot.id, None)
        folder = self._folder / str(slot.id) if instance is None else instance.place.folder

        async def end() -> None:
            if instance is not None:
                await instance.kill()
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

        self.chore(end())

    def chore(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it in the background; `close` awaits it."""
        task = asyncio.ensure_future(work)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    def refuse(self) -> None:
        """From now on none is started."""
        self._closed = True

    async def close(self) -> None:
        """Await what goes on in the background, and end what instances begin from."""
        while self._chores:
            await asyncio.wait(self._chores)
        await self._starter.close()


def stopping() -> PlatformFault:
    """The platform's word for what it does not run any more."""
    return PlatformFault("Running an action", "the platform is being stopped.", "Start it again.")
