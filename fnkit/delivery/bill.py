"""What ran in a span of time, and what it would cost: runs, cold starts and GB s of each action.

A GB s is a gigabyte of an action's memory limit for a second of its init and run code. It is what OpenWhisk's
clouds charge for; nothing is charged for what a flow waits. Works on any OpenWhisk: all of it is in the list of
activations.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from fnkit.core.clock import now_ms
from fnkit.whisk.activations import Summary
from fnkit.whisk.client import Client
from fnkit.whisk.resource import pages

PRICE = 0.000017
"""US dollars for a GB s, as IBM Cloud Functions asked, the largest OpenWhisk."""


@dataclass(frozen=True, slots=True)
class Item:
    """One action's part of it."""

    action: str
    """`name` or `package/name`."""
    runs: int = 0
    cold: int = 0
    """Runs for which an instance had to be initialised."""
    failed: int = 0
    seconds: float = 0.0
    cost: float = 0.0
    """GB s."""

    @property
    def warm(self) -> int:
        """Runs that found an instance."""
        return self.runs - self.cold

    def plus(self, one: Summary) -> "Item":
        """With one more run."""
        seconds = (one.duration or 0) / 1000
        return replace(
            self,
            runs=self.runs + 1,
            cold=self.cold + (one.init_time is not None),
            failed=self.failed + (one.status != "success"),
            seconds=self.seconds + seconds,
            cost=self.cost + seconds * (one.memory or 0) / 1024,
        )


@dataclass(frozen=True, slots=True)
class Bill:
    """All that ran, the dearest first."""

    items: tuple[Item, ...]
    price: float = PRICE
    """Of a GB s."""

    @property
    def total(self) -> Item:
        """All actions together."""
        sums = (sum(getattr(one, name) for one in self.items) for name in ("runs", "cold", "failed"))
        return Item(
            "total", *sums, *(sum(getattr(one, name) for one in self.items) for name in ("seconds", "cost"))
        )

    @property
    def money(self) -> float:
        """What it all costs, in the money of the price."""
        return self.total.cost * self.price

    def __str__(self) -> str:
        total = self.total
        return (
            f"{total.runs:,} runs ({total.cold:,} cold, {total.warm:,} warm, {total.failed:,} failed), "
            f"{total.cost:,.1f} GB s, {self.money:.4f} $"
        )


def bill(client: Client, since: int | None = None, upto: int | None = None, price: float = PRICE) -> Bill:
    """What ran from `since` to `upto` (ms since 1970): one request for each 200 runs. Raises Refused."""
    read, last = client.activations.list, now_ms() if upto is None else upto
    listed = pages(lambda limit, skip: read(limit=limit, skip=skip, since=since, upto=last))
    # What ends while the pages are read moves others on to the next page.
    found = {one.id: one for page in listed for one in page}
    return Bill(counted(found.values()), price)


def counted(runs: Iterable[Summary]) -> tuple[Item, ...]:
    """By action, the dearest first. Firings run nothing, and what a sequence or a flow takes its steps take."""
    items: dict[str, Item] = {}
    for one in runs:
        if one.status is not None and one.kind != "sequence":
            name = one.path.partition("/")[2]
            items[name] = items.get(name, Item(name)).plus(one)
    return tuple(sorted(items.values(), key=lambda item: (-item.cost, item.action)))
