"""Instances that are started before anybody wants them, for what cannot be forked: upstream's stem cells.

A stem is a process of the size that most actions have, which has loaded nothing; it fits an action whose files are
all copied into its folder. Some are started when a kind is first used, and one for each that is taken.
"""

import asyncio
import itertools
import logging
import shutil
from collections import Counter, deque
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from fnkit.core.entities import Limits
from fnkit.local.instance import Instance
from fnkit.local.runtime import Layout, mirror
from fnkit.local.sandbox.place import Place
from fnkit.local.sandbox.rung import Rung
from fnkit.local.sandbox.start import ProcessStarter
from fnkit.local.starter import Wanted

PATIENCE = 60.0
"""Seconds that a stem has to start: nobody waits for it."""
USUAL = Limits()

Kin = tuple[str, Path | None]
"""Kind and common packages: what a stem cannot change any more."""


class Stems:
    """A `Starter`. Used on one event loop."""

    def __init__(self, plain: ProcessStarter, folder: Path, count: int) -> None:
        """`folder` holds those of the stems; `count` of each kind are kept."""
        self._plain = plain
        self._folder = folder
        self._count = count
        self._stems: dict[Kin, deque[Instance]] = {}
        self._coming: Counter[Kin] = Counter()
        self._chores: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count(1)
        self._closed = False
        shutil.rmtree(folder, ignore_errors=True)

    @property
    def rung(self) -> Rung:
        """Where instances are locked in."""
        return self._plain.rung

    @property
    def waiting(self) -> tuple[Instance, ...]:
        """Those that nobody has taken."""
        return tuple(stem for stems in self._stems.values() for stem in stems)

    async def start(self, wanted: Wanted) -> Instance:
        """A stem that fits, else a process of its own. Raises OSError."""
        stem = self._take(wanted)
        self.prepare(wanted)
        if stem is None:
            return await self._plain.start(wanted)
        await asyncio.to_thread(mirror, wanted.layout, stem.place.work)
        return stem

    def prepare(self, wanted: Wanted) -> None:
        """Begin to start stems of its kind, where there are too few; comes back at once."""
        layout = wanted.layout
        if self._closed or layout.kind.engine is not None or not self._for(layout):
            return
        kin = layout.kind.name, layout.common
        stems = self._stems.setdefault(kin, deque())
        while len(stems) + self._coming[kin] < self._count:
            self._coming[kin] += 1
            self._chore(self._make(layout, kin))

    def discard(self, namespace: str, name: str) -> None:
        """Stems hold nothing of an action."""

    async def settled(self) -> None:
        """Await that nothing is being started."""
        while self._chores:
            await asyncio.wait(self._chores)

    async def close(self) -> None:
        """End every stem, and await that."""
        self._closed = True
        await self.settled()
        for stems in self._stems.values():
            for stem in stems:
                await stem.kill()
        await self._plain.close()
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    def _for(self, layout: Layout) -> bool:
        """Stems of Python only where none is forked."""
        return layout.kind.family != "python" or bool(self.rung.no_forks)

    def _take(self, wanted: Wanted) -> Instance | None:
        executable, layout = wanted.executable, wanted.layout
        limits = executable.limits
        usual = (limits.memory, limits.logs, executable.network) == (USUAL.memory, USUAL.logs, True)
        if not usual or not layout.copied or layout.libraries or layout.models:
            return None
        stems = self._stems.get((layout.kind.name, layout.common), deque())
        while stems:
            stem = stems.popleft()
            if stem.alive:
                return stem
            self._chore(self._end(stem))
        return None

    async def _make(self, layout: Layout, kin: Kin) -> None:
        try:
            await self._launch(layout, self._stems[kin])
        finally:
            self._coming[kin] -= 1

    async def _launch(self, layout: Layout, stems: deque[Instance]) -> None:
        common = (layout.common,) if layout.common else ()
        command = layout.kind.command(USUAL.memory)
        place = Place(self._folder / str(next(self._numbers)), (*layout.kind.read, *common), USUAL.memory, command)
        try:
            await asyncio.to_thread(place.make)
            stem = self._plain.launch(place, USUAL.logs, "prewarmed")
        except OSError as error:
            _log.warning("No instance could be started ahead: %s.", error)
            return
        if await stem.ready(PATIENCE) and not self._closed:
            stems.append(stem)
        else:
            await self._end(stem)

    async def _end(self, stem: Instance) -> None:
        await stem.kill()
        await asyncio.to_thread(shutil.rmtree, stem.place.folder, ignore_errors=True)

    def _chore(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)


_log = logging.getLogger(__name__)
