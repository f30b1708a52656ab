"""How many zygotes are kept, which of them goes, and when one is tried again that could not be grown."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from fnkit.local.control import Ungrown
from fnkit.local.nursery import Nursery
from fnkit.local.sandbox.place import Place
from tests.unit.local.instances.bench import until


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


def test_one_that_grows_takes_the_room_of_others(tmp_path: Path) -> None:
    """It stays, and what forked longest ago goes."""

    async def whole() -> None:
        nursery: Nursery[int] = Nursery(8, 1024)
        kept: Any = {n: Kept(tmp_path / "none", memory=300 << 20) for n in range(3)}
        for n, zygote in kept.items():

            async def grow(zygote: Any = zygote) -> Any:
                return zygote

            nursery.begin(n, grow)
            await nursery.settled()
        kept[0].memory = 700 << 20
        nursery.weigh(kept[0])
        assert [key for key, _ in nursery.items()] == [0, 2]
        await kept[1].ended()
        await nursery.close()

    asyncio.run(whole())
