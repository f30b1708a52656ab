"""What is remembered of events that are over, and for how long."""

import asyncio

from fnkit.events.cloudevents import Event
from fnkit.events.feed import Change, Feed
from fnkit.events.ledger import TIDIED, Ledger
from fnkit.local.migrations import FEEDS
from fnkit.local.store import Store


def feed(name: str) -> Feed:
    return Feed("ns", name, "storage", {}, True, "", 0, 0)


def test_so_many_of_each_feed_are_kept_whether_they_were_fired_or_have_failed(tmp_path):
    async def play() -> None:
        store = Store(tmp_path / "ledger.db", migrations=FEEDS)
        ledger, busy, quiet = Ledger(store, kept=10), feed("busy"), feed("quiet")
        for one in (busy, quiet):
            ledger.put(one)
        for number in range(5):
            ledger.add(quiet, Change([Event(f"{number}", "s", "t")]), number)
        for pending in ledger.pending(quiet, 4):
            ledger.fired(quiet, pending, None, 1)
        for number in range(TIDIED):
            ledger.add(busy, Change([Event(f"{number}", "s", "t")]), number)
            [pending] = ledger.pending(busy, 2)
            if number % 2:
                ledger.failed(busy, pending, "gone")
            else:
                ledger.fired(busy, pending, "a", number)
        assert {one.state for one in ledger.told(quiet)} == {"fired", "pending"}
        assert len(ledger.told(quiet)) == 5, "another feed's events are its own"
        assert [one.id for one in ledger.told(busy)] == [f"{TIDIED - 1 - number}" for number in range(10)]
        assert ledger.counts(busy) == {"pending": 0, "failed": 5}
        await ledger.committed()
        store.close()

    asyncio.run(play())
