"""What is kept of what ran: within an age and a size, the oldest go first; and a page of very many."""

import asyncio
import itertools
import time

import pytest

from fnkit.local.activations import Activations, Filter
from fnkit.local.jobs import Status
from fnkit.local.records import Record
from fnkit.local.retention import DAY, MOST_ROWS, Keep
from fnkit.local.store import Store

NOW = int(time.time() * 1000)


def record(number, at=NOW, weight=100, name="a", namespace="guest"):
    """A record that weighs `weight` characters."""
    head = f'{{"activationId":"{number}","subject":"guest"}}'
    response = '{"result":{}}'
    return Record(
        id=f"{at:012x}{number:020x}",
        namespace=namespace,
        filter_name=name,
        start=at,
        status=Status.SUCCESS,
        began="warm",
        head=head,
        result="{}",
        response=response,
        logs="[]".ljust(weight - len(head) - len(response)),
    )


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "whisk.db")
    yield store
    store.close()


def numbers(activations, **filter):
    return [int(one["activationId"]) for one in activations.summaries("guest", Filter(**filter), 0, 200)]


async def settled():
    """Every turn that was asked for has been taken."""
    for _ in range(100):
        await asyncio.sleep(0)


def test_too_much_goes_oldest_first_over_all_namespaces(store):
    async def story():
        activations = Activations(store, Keep(size=1000))
        await activations.save(record(0, namespace="other"))
        for number in range(1, 10):
            await activations.save(record(number))
        await settled()
        assert numbers(activations) == [9, 8, 7, 6, 5, 4, 3, 2, 1], "1000 of 1000"
        await activations.save(record(10))
        await settled()
        assert activations.count("other", Filter()) == 0
        assert numbers(activations) == [10, 9, 8, 7, 6, 5, 4, 3, 2]
        assert activations.retention.size == 900
        return activations

    asyncio.run(story())
    assert Activations(store).retention.size == 900, "the next start knows what there is"


def test_one_that_is_too_large_for_all_of_it_goes_like_the_others(store):
    async def story():
        activations = Activations(store, Keep(size=1000))
        await activations.save(record(1))
        await activations.save(record(2, weight=5000))
        await settled()
        return activations

    assert asyncio.run(story()).retention.size == 0


def test_what_is_too_old_goes_a_few_at_a_time(store):
    async def story():
        activations = Activations(store)
        for number in range(3 * MOST_ROWS):
            await activations.save(record(number, int(time.time() * 1000) - 31 * DAY))
        await activations.save(record(9999, int(time.time() * 1000) - 29 * DAY))
        activations.retention.tidy()
        assert activations.count("guest", Filter()) == 2 * MOST_ROWS + 1
        activations.retention.start()
        await settled()
        activations.retention.stop()
        return numbers(activations)

    assert asyncio.run(story()) == [9999]


def test_a_page_of_very_many_costs_no_more_than_one_of_few(store):
    """The work of SQLite for a page is counted in its own instructions: it does not grow with what is kept."""
    activations = Activations(store)
    few, many = 1_000, 20_000

    def fill(first, last):
        for number in range(first, last):
            activations.write(record(number, NOW + number, name="rare" if number % 30 == 5 else "often"))
        store.commit()

    def counted(ask):
        """What it gives, and hundreds of instructions that it took."""
        ticks = itertools.count()
        store._db.set_progress_handler(lambda: next(ticks) < 0, 100)
        found = ask()
        store._db.set_progress_handler(None, 0)
        return found, next(ticks)

    def work(**filter):
        """Found records, and what they took."""
        found, ticks = counted(lambda: activations.summaries("guest", Filter(**filter), 0, 30))
        return len(found), ticks

    pages = ({}, {"name": "rare"}, {"upto": NOW + 500}, {"since": NOW + few - 10, "upto": NOW + few - 1})
    fill(0, few)
    before = [work(**page) for page in pages]
    fill(few, many)
    after = [work(**page) for page in pages]
    assert [found for found, _ in after] == [30, 30, 30, 10] == [found for found, _ in before]
    for (_, least), (_, most) in zip(before, after, strict=True):
        assert most <= least + 3
    for wanted, number in ((Filter(), many), (Filter(name="rare"), many // 30)):
        found, ticks = counted(lambda wanted=wanted: activations.count("guest", wanted))
        assert found == pytest.approx(number, abs=1)
        assert ticks <= 3
    assert counted(lambda: Activations(store))[1] <= 3, "a start"


def test_what_is_counted_is_what_is_there(store):
    async def story():
        activations = Activations(store)
        old, now = int(time.time() * 1000) - 31 * DAY, int(time.time() * 1000)
        for number, start in enumerate((old, old, now, now, now)):
            await activations.save(record(number, start))
        assert activations.count("guest", Filter()) == 5
        assert activations.retention.size == Activations(store).retention.size > 0
        activations.retention.tidy()
        assert activations.count("guest", Filter()) == activations.count("guest", Filter(since=0)) == 3
        assert activations.count("guest", Filter(name="no such")) == activations.count("another", Filter()) == 0
        assert activations.retention.size == Activations(store).retention.size

    asyncio.run(story())
