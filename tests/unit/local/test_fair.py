"""Whose turn it is, and that nobody is forgotten."""

import asyncio
from collections import Counter

import pytest

from fnkit.local.fair import AHEAD, Fair
from fnkit.local.histogram import Fixed
from fnkit.local.pool import Cold, Pool, Warm
from fnkit.local.slots import Key, Need
from fnkit.local.turns import Turns


def need(action: str, namespace: str = "ann", memory: int = 128) -> Need:
    return Need(Key(namespace, action, "1"), memory)


def served(fair: Fair[str], times: int) -> Counter[tuple[str, str]]:
    """Who gets the next so many turns, all being asked for all the time."""
    counts: Counter[tuple[str, str]] = Counter()
    for _ in range(times):
        flow = fair.order()[0]
        fair.charge(flow)
        counts[flow.name] += 1
    return counts


def waiting(*names: tuple[str, str]) -> Fair[str]:
    fair: Fair[str] = Fair()
    for namespace, action in names:
        fair.add(fair.flow(namespace, action), "run")
    return fair


def test_actions_of_one_caller_take_turns() -> None:
    counts = served(waiting(("ann", "a"), ("ann", "b"), ("ann", "c")), 300)
    assert set(counts.values()) == {100}


def test_a_caller_with_many_actions_has_no_larger_share() -> None:
    fair = waiting(("bob", "a"), *(("ann", str(number)) for number in range(9)))
    counts = served(fair, 180)
    assert counts["bob", "a"] == 90
    assert all(counts["ann", str(number)] == 10 for number in range(9))


def test_what_takes_longer_comes_less_often() -> None:
    fair = waiting(("ann", "slow"), ("ann", "fast"))
    for _ in range(100):
        fair.learn(fair.flow("ann", "slow"), 900)
        fair.learn(fair.flow("ann", "fast"), 100)
    counts = served(fair, 1000)
    assert 8.5 < counts["ann", "fast"] / counts["ann", "slow"] < 9.5


def test_nobody_saves_up_while_he_asks_nothing() -> None:
    fair = waiting(("ann", "a"))
    served(fair, 1000)
    fair.add(fair.flow("bob", "late"), "run")
    assert fair.order()[0].name == ("bob", "late"), "he is next"
    counts = served(fair, 100)
    assert abs(counts["bob", "late"] - counts["ann", "a"]) <= 2, "and then they share"


class Room:
    """Runs over a pool, without processes."""

    def __init__(self, capacity: int) -> None:
        self.pool = Pool(capacity, Fixed(600))
        self.turns = Turns(self.pool, lambda need: self.pool.acquire(need, 0), self.give_back)
        self.began: list[str] = []
        self.slots: dict[str, list[int]] = {}
        self.returned: list[Warm | Cold] = []

    def give_back(self, grant: Warm | Cold) -> None:
        self.returned.append(grant)
        self.pool.release(grant.slot.id, 0)

    async def run(self, one: Need) -> None:
        grant = await self.turns.take(one)
        self.began.append(one.key.action)
        self.slots.setdefault(one.key.action, []).append(grant.slot.id)

    def end(self, action: str, seconds: float = 0.2) -> None:
        self.turns.ended(need(action), seconds)
        self.pool.release(self.slots[action].pop(0), 0)
        self.turns.serve()

    def ask(self, *needs: Need) -> list[asyncio.Task[None]]:
        return [asyncio.ensure_future(self.run(one)) for one in needs]


async def settled() -> None:
    """Everything that can go on has gone on."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_a_queue_of_one_action_does_not_hold_back_another() -> None:
    async def scene() -> None:
        room = Room(256)
        tasks = room.ask(*[need("slow")] * 10)
        await settled()
        assert (room.began, len(room.turns)) == (["slow", "slow"], 8)
        tasks += room.ask(need("quick"))
        await settled()
        room.end("slow", seconds=60)
        await settled()
        assert room.began[-1] == "quick", "not behind the eight that came before"
        assert room.turns.lengths() == {("ann", "slow"): 8}
        for action in ("quick", *["slow"] * 9):
            room.end(action)
            await settled()
        await asyncio.gather(*tasks)
        assert Counter(room.began) == {"slow": 10, "quick": 1}

    asyncio.run(scene())


def test_who_finds_an_instance_of_his_own_may_be_a_little_ahead() -> None:
    """Two actions in memory for one: they take turns, but not at each run, since each change is a cold start."""

    async def scene() -> None:
        room = Room(128)
        tasks = room.ask(*[need("a")] * 40, *[need("b")] * 40)
        await settled()
        while not all(task.done() for task in tasks):
            room.end(room.began[-1])
            await settled()
        changes = sum(one != other for one, other in zip(room.began, room.began[1:], strict=False))
        assert 2 <= changes < 20
        fair_share = [abs(room.began[:n].count("a") - room.began[:n].count("b")) for n in range(80)]
        assert max(fair_share) <= 2 * AHEAD / 25.6 + 1

    asyncio.run(scene())


def test_who_needs_more_memory_is_not_passed_for_ever() -> None:
    async def scene() -> None:
        room = Room(256)
        tasks = room.ask(*[need("small")] * 60)
        await settled()
        tasks += room.ask(need("large", memory=256))
        for _ in range(60):
            await settled()
            if "large" in room.began:
                break
            room.end("small")
        assert "large" in room.began
        assert len(room.began) < 50
        room.end("large")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(scene())


def test_who_goes_away_gives_back_what_he_was_given() -> None:
    async def scene() -> None:
        room = Room(128)
        first, second, third = room.ask(need("a"), need("a"), need("a"))
        await settled()
        second.cancel()
        await settled()
        assert len(room.turns) == 1, "one who waits is forgotten"
        room.pool.release(room.slots["a"].pop(), 0)
        room.turns.serve()  # it is third's
        third.cancel()  # who has not heard of it yet
        await settled()
        assert len(room.returned) == 1
        assert (await asyncio.gather(first, second, third, return_exceptions=True))[0] is None
        assert room.pool.memory == (128, 128)

    asyncio.run(scene())


def test_in_the_end_everybody_is_sent_away() -> None:
    async def scene() -> None:
        from fnkit.local.instances import stopping

        room = Room(128)
        first, *others = room.ask(*[need("a")] * 3, need("b"))
        await settled()
        room.turns.end(stopping())
        assert len(room.turns) == 0
        for one in others:
            with pytest.raises(type(stopping())):
                await one
        await first

    asyncio.run(scene())
