"""Zygotes by what they are for: grown in the background, few, not large in all, grown again where they end."""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fnkit.core.entities import MIB
from fnkit.core.errors import FnkitError
from fnkit.local.zygote import Zygote

MOST_DEATHS = 3
"""What ends as often as this is left alone for a while, like what cannot be grown."""
FIRST_REST, LONGEST_REST = 30.0, 3600.0
"""Seconds of that while: twice as many each time."""
REMEMBERED = 1000
"""Reasons why something could not be grown; the oldest are forgotten, and tried again."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is none, and for how long none is tried to be grown."""

    why: str
    times: int
    until: float
    """By the clock of the event loop."""


Grow = Callable[[], Awaitable[Zygote]]


class Nursery(Generic[K]):
    """Used on one event loop."""

    def __init__(self, most: int, megabytes: int, rests: float = FIRST_REST) -> None:
        """At most `most` of them in `megabytes`; `rests`: seconds until what failed once is tried again."""
        self._most = most
        self._bytes = megabytes * MIB
        self._rests = rests
        self._ready: dict[K, Zygote] = {}
        self._growing: dict[K, asyncio.Task[None]] = {}
        self._trouble: dict[K, Trouble] = {}
        self._deaths: dict[K, int] = {}
        self._retired: set[Zygote] = set()
        self._chores: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def ready(self) -> tuple[Zygote, ...]:
        """Those that can fork."""
        return tuple(zygote for zygote in self._ready.values() if zygote.alive)

    def items(self) -> tuple[tuple[K, Zygote], ...]:
        """Those that can fork, with what they are for."""
        return tuple((key, zygote) for key, zygote in self._ready.items() if zygote.alive)

    @property
    def trouble(self) -> Mapping[K, Trouble]:
        """Why there is none for some keys."""
        return {key: trouble for key, trouble in self._trouble.items() if key not in self._ready}

    def get(self, key: K) -> Zygote | None:
        """The one for `key`, where it is ready."""
        zygote = self._ready.get(key)
        return zygote if zygote is not None and zygote.alive else None

    def begin(self, key: K, grow: Grow) -> None:
        """Grow one in the background unless it is there, on its way, or was tried in vain not long ago."""
        trouble = self._trouble.get(key)
        rests = trouble is not None and trouble.until > asyncio.get_running_loop().time()
        if key not in self._ready and key not in self._growing and not rests and not self._closed and self._may():
            self._growing[key] = self._chore(self._grow(key, grow))

    def _may(self) -> bool:
        """False while those that are used no more take the room of a new one with what they forked."""
        leaving, ready = self._leaving(), tuple(self._ready.values())
        count = len(leaving) + len(ready) + len(self._growing)
        memory = sum(zygote.memory for zygote in (*leaving, *ready))
        return not leaving or (count <= self._most and memory <= self._bytes)

    def _leaving(self) -> tuple[Zygote, ...]:
        return tuple(zygote for zygote in self._retired if zygote.forks)

    def weigh(self, zygote: Zygote) -> None:
        """It has taken more memory: others may have to go for it."""
        for key in [key for key, one in self._ready.items() if one is zygote]:
            self._make_room(key)

    async def coming(self, key: K, seconds: float) -> Zygote | None:
        """The one for `key`: where it is on its way, awaited for so long."""
        if key in self._growing:
            await asyncio.wait((self._growing[key],), timeout=seconds)
        return self.get(key)

    def drop(self, chosen: Callable[[K], bool]) -> None:
        """Use these no more; each ends with its last fork."""
        for key in [key for key in self._ready if chosen(key)]:
            self._retire(key)
        for key, task in self._growing.items():
            if chosen(key):
                task.cancel()
        for key in [key for key in self._trouble if chosen(key)]:
            del self._trouble[key]

    async def settled(self) -> None:
        """Await that nothing is growing."""
        while self._growing:
            await asyncio.wait(self._growing.values())

    async def close(self) -> None:
        """End all of them, with their forks, and await that."""
        self._closed = True
        for task in self._growing.values():
            task.cancel()
        for zygote in self._ready.values():
            self._chore(_end(zygote))
        for zygote in self._retired:
            self._chore(zygote.kill())
        self._ready.clear()
        while self._chores:
            await asyncio.wait(self._chores)

    async def _grow(self, key: K, grow: Grow) -> None:
        try:
            zygote = await grow()
        except (FnkitError, OSError) as error:
            self._refuse(key, str(error))
            return
        finally:
            del self._growing[key]
        if self._closed:
            await _end(zygote)
            return
        zygote.used = asyncio.get_running_loop().time()
        self._ready[key] = zygote
        self._chore(self._watch(key, zygote, grow))
        self._make_room(key)

    def _refuse(self, key: K, why: str) -> None:
        before = self._trouble.pop(key, None)
        while len(self._trouble) >= REMEMBERED:
            del self._trouble[next(iter(self._trouble))]
        times = before.times + 1 if before else 1
        rest = min(self._rests * 2 ** (times - 1), LONGEST_REST)
        self._trouble[key] = Trouble(why, times, asyncio.get_running_loop().time() + rest)
        _log.warning("%s Instances begin without it for %.0f s or more.", why, rest)

    async def _watch(self, key: K, zygote: Zygote, grow: Grow) -> None:
        await zygote.ended()
        if self._ready.get(key) is not zygote:
            return  # it was ended on purpose
        del self._ready[key]
        await _end(zygote)
        self._deaths[key] = self._deaths.get(key, 0) + 1
        if self._deaths[key] < MOST_DEATHS:
            self.begin(key, grow)
        else:
            del self._deaths[key]
            self._refuse(key, f"A zygote ended {MOST_DEATHS} times.")

    def _make_room(self, newest: K) -> None:
        """Retire those that forked longest ago; the newest stays, however large.

        Those that are leaving count: what they forked shares their memory.
        """
        leaving = self._leaving()
        others = [(key, zygote) for key, zygote in self._ready.items() if key != newest]
        for key, _ in sorted(others, key=lambda one: (one[1].forks > 0, one[1].used)):
            there = (*leaving, *self._ready.values())
            if len(there) <= self._most and sum(zygote.memory for zygote in there) <= self._bytes:
                return
            self._retire(key)

    def _retire(self, key: K) -> None:
        zygote = self._ready.pop(key)

        self._retired.add(zygote)

        async def retire() -> None:
            await zygote.idle()
            await _end(zygote)
            self._retired.discard(zygote)

        self._chore(retire())

    def _chore(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)
        return task


async def _end(zygote: Zygote) -> None:
    await zygote.kill()
    await asyncio.to_thread(shutil.rmtree, zygote.room.folder, ignore_errors=True)


_log = logging.getLogger(__name__)
