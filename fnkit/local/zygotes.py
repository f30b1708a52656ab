"""The zygotes of a platform: a `Starter` that forks where there is one for what is wanted, and grows what is not.

The first start of something new takes the plain way, a process of its own, and so does everything for which there
is no zygote: another language, a rung on which nothing can be forked, code that brings a module which a zygote has
imported already. Zygotes are few, those that nobody used for longest go, and one that ends is grown again.
"""

import asyncio
import itertools
import logging
import shutil
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from fnkit.core.errors import FnkitError
from fnkit.local.instance import Instance
from fnkit.local.libraries import imports, names
from fnkit.local.runtime import Layout, is_small
from fnkit.local.sandbox.start import ProcessStarter
from fnkit.local.starter import Wanted
from fnkit.local.zygote import Seed, Zygote, grow

Imports = Callable[[Path | None, Sequence[Path]], Sequence[str]]
MOST = 8
"""Zygotes at a time."""
GROWS_IN = 60.0
"""Seconds that imports may take."""
FORKS_IN = 10.0
MOST_DEATHS = 3
"""A zygote that ends as often as this is not grown again."""
OWN_MODULES = "virtualenv"
"""A folder of this name in an archive puts what it likes on the path."""


class Zygotes:
    """A `Starter`. Used on one event loop."""

    def __init__(self, plain: ProcessStarter, folder: Path, most: int = MOST, imports: Imports = imports) -> None:
        """`folder` holds the rooms of the zygotes; what a killed server left there is removed.

        `imports`: the folder of an action's code, and where it may import from → the modules to import.
        """
        self._imports = imports
        self._plain = plain
        self._folder = folder
        self._most = most
        self._zygotes: dict[Seed, Zygote] = {}
        self._growing: dict[Seed, asyncio.Task[None]] = {}
        self._trouble: dict[Seed, str] = {}
        self._deaths: dict[Seed, int] = {}
        self._chores: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count(1)
        self._closed = False
        shutil.rmtree(folder, ignore_errors=True)

    @property
    def zygotes(self) -> tuple[Zygote, ...]:
        """Those that are ready."""
        return tuple(self._zygotes.values())

    @property
    def trouble(self) -> Mapping[Seed, str]:
        """Why there is none for some seeds."""
        return self._trouble

    async def start(self, wanted: Wanted) -> Instance:
        """A fork where there is a zygote for it, else a process of its own. Raises OSError."""
        zygote = self._fitting(wanted)
        if zygote is None:
            self.prepare(wanted)
            return await self._plain.start(wanted)
        try:
            return await zygote.fork(wanted, FORKS_IN)
        except (FnkitError, OSError) as error:
            _log.warning("%s A process of its own is started instead.", error)
            shutil.rmtree(zygote.room.folder / wanted.folder.name, ignore_errors=True)
            return await self._plain.start(wanted)

    def prepare(self, wanted: Wanted) -> None:
        """Begin to grow a zygote for it; comes back at once."""
        if wanted.layout.kind.family == "python":
            self.plant(seed_of(wanted.layout, wanted.executable.network, wanted.namespace), wanted.layout.code)

    def plant(self, seed: Seed, code: Path | None = None) -> None:
        """Begin to grow a zygote unless that was done, with the libraries that `code` imports."""
        known = seed in self._zygotes or seed in self._growing or seed in self._trouble
        if not known and not self._closed and not self._plain.rung.no_forks:
            self._growing[seed] = self._chore(self._grow(seed, code))

    async def settled(self) -> None:
        """Await that nothing is growing."""
        while self._growing:
            await asyncio.wait(self._growing.values())

    def discard(self, namespace: str, name: str) -> None:
        """Zygotes hold nothing of an action."""

    async def close(self) -> None:
        """End every zygote, and await that."""
        self._closed = True
        for task in self._growing.values():
            task.cancel()
        for zygote in self._zygotes.values():
            self._chore(self._end(zygote))
        while self._chores:
            await asyncio.wait(self._chores)
        await self._plain.close()
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    def _fitting(self, wanted: Wanted) -> Zygote | None:
        """One whose forks would import what a process of its own would."""
        if wanted.layout.kind.family != "python":
            return None
        zygote = self._zygotes.get(seed_of(wanted.layout, wanted.executable.network, wanted.namespace))
        if zygote is None or not zygote.alive:
            return None
        own = names(wanted.layout.code)
        return None if OWN_MODULES in own or own & zygote.names else zygote

    async def _grow(self, seed: Seed, code: Path | None) -> None:
        try:
            wanted = await asyncio.to_thread(self._imports, code, seed.paths)
            folder = self._folder / str(next(self._numbers))
            zygote = await grow(self._plain.rung, seed, folder, wanted, GROWS_IN)
        except (FnkitError, OSError) as error:
            self._trouble[seed] = str(error)
            _log.warning("%s Instances are processes of their own instead.", error)
            return
        finally:
            del self._growing[seed]
        self._zygotes[seed] = zygote
        self._chore(self._watch(seed, zygote, code))
        self._make_room()

    async def _watch(self, seed: Seed, zygote: Zygote, code: Path | None) -> None:
        """Grow it again where it ended by itself."""
        await zygote.ended()
        if self._zygotes.get(seed) is not zygote:
            return
        del self._zygotes[seed]
        await asyncio.to_thread(shutil.rmtree, zygote.room.folder, ignore_errors=True)
        self._deaths[seed] = self._deaths.get(seed, 0) + 1
        if self._deaths[seed] >= MOST_DEATHS:
            self._trouble[seed] = f"Its zygote ended {MOST_DEATHS} times."
            _log.warning("%s Instances are processes of their own instead.", self._trouble[seed])
        elif not self._closed:
            self.plant(seed, code)

    def _make_room(self) -> None:
        """End those that nobody used for longest, but none with forks: they would end with it."""
        idle = sorted((z.used, seed) for seed, z in self._zygotes.items() if not z.forks)
        for _, seed in idle[: max(0, len(self._zygotes) - self._most)]:
            self._chore(self._end(self._zygotes.pop(seed)))

    async def _end(self, zygote: Zygote) -> None:
        await zygote.kill()
        await asyncio.to_thread(shutil.rmtree, zygote.room.folder, ignore_errors=True)

    def _chore(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)
        return task


def seed_of(layout: Layout, network: bool, namespace: str) -> Seed:
    """What a zygote is made of; one in which something came from a user is of use to one namespace only."""
    brought = (*layout.libraries, *layout.models, *(() if _copied(layout.code) else (layout.code,)))
    read = (*brought, *((layout.common,) if layout.common else ()))
    return Seed(read, layout.paths, network, namespace if brought else None)


def _copied(code: Path) -> bool:
    """True where an instance gets a copy of every file."""
    return all(is_small(entry) for entry in code.iterdir())


_log = logging.getLogger(__name__)
