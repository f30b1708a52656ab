"""A stage for feeds: a clock that is moved by hand, an OpenWhisk that notes what is fired, a ledger on disk."""

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fnkit.core.errors import Missing, Refused
from fnkit.events.feeds import Feeds
from fnkit.events.folder import Folder
from fnkit.local.migrations import FEEDS
from fnkit.local.store import Store

START = datetime(2030, 1, 1, 12, tzinfo=UTC)
PATIENCE = 60
PLACE = ("ns", "t")


class HandClock:
    """Time that moves when it is told to."""

    def __init__(self) -> None:
        self.time = START
        self.ticks = 0.0
        self.waiting: list[asyncio.Event] = []
        self.asked: list[datetime] = []

    def now(self) -> datetime:
        return self.time

    def tick(self) -> float:
        return self.ticks

    async def until(self, moment: datetime) -> None:
        self.asked.append(moment)
        while self.time < moment:
            moved = asyncio.Event()
            self.waiting.append(moved)
            await moved.wait()
            if self.time < moment:
                return  # the clock was set: the caller looks again

    def move(self, to: datetime | timedelta) -> None:
        """Forward by a span, or set to a time of day."""
        if isinstance(to, timedelta):
            self.ticks += to.total_seconds()
            to = self.time + to
        self.time = to
        waiting, self.waiting = self.waiting, []
        for moved in waiting:
            moved.set()


@dataclass
class Stub:
    """A store in memory that may fail; `looked` counts its listings."""

    objects: dict[str, tuple[str, float]] = field(default_factory=dict)
    fault: Exception | None = None
    looked: int = 0
    url: str = "objects:"

    def list(self, prefix: str = ""):
        from fnkit.events.store import Stored

        self.looked += 1
        if self.fault:
            raise self.fault
        return [Stored(key, 1, etag, at) for key, (etag, at) in self.objects.items() if key.startswith(prefix)]

    def presign(self, key: str, seconds: int = 0) -> str:
        return f"http://store/{key}"


def _set() -> asyncio.Event:
    made = asyncio.Event()
    made.set()
    return made


@dataclass
class Whisk:
    """The host: notes what is fired; `answers` are raised first, one after the other."""

    store_: Stub = field(default_factory=Stub)
    fired: list[dict[str, Any]] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    answers: list[Exception] = field(default_factory=list)
    retired: list[bool] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    running: bool = True
    tried: int = 0
    waiting: int = 0
    most: int = 0
    """How many runs went on at a time, and at most."""
    over: asyncio.Event = field(default_factory=_set)
    """Set where what was fired is over at once."""
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    poke: asyncio.Event = field(default_factory=asyncio.Event)

    async def fire(self, feed, pending, arguments):
        self.tried += 1
        self.moved.set()
        if self.answers:
            raise self.answers.pop(0)
        self.events.append(pending.event)
        self.fired.append(dict(arguments))
        return f"{len(self.fired):032x}"

    async def retire(self, feed, rules):
        self.retired.append(rules)
        self.moved.set()

    def store(self, feed, storage):
        return self.store_ if storage.store == "objects:" else storage.open()

    async def address(self, feed, store, key):
        if key in self.gone:
            raise Missing(f"Reading {key}", "it was gone before it was read.", status=404)
        return store.presign(key) if not isinstance(store, Folder) else store.path(key).as_uri()

    async def changed(self, feed, interval):
        await self.poke.wait()
        self.poke.clear()

    async def ended(self, feed, activation):
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        try:
            await self.over.wait()
        finally:
            self.waiting -= 1

    def in_flight(self, feed, fired, at):
        return self.running

    def runs(self, feed, fired):
        return {}


@dataclass
class Stage:
    """Feeds at work on it."""

    path: Path
    clock: HandClock
    whisk: Whisk
    feeds: Feeds
    db: Store

    async def until(self, right: Callable[[], Any]) -> Any:
        """Return once `right` holds: looked at whenever the loop has had a turn."""
        async with asyncio.timeout(PATIENCE):
            while not (found := right()):
                await asyncio.sleep(0.005)
            return found

    def state(self) -> dict[str, Any]:
        """What READ says of the one feed."""
        return self.feeds.read(self.feeds.get(PLACE))["status"]

    async def create(self, kind: str, **given: Any) -> None:
        await self.feeds.create(PLACE, kind, given)

    async def fired(self, count: int) -> list[dict[str, Any]]:
        """Everything that was fired, once it is so many."""
        await self.until(lambda: len(self.whisk.fired) >= count and not self.state()["pending"])
        return self.whisk.fired


@asynccontextmanager
async def stage(path: Path, clock: HandClock | None = None, whisk: Whisk | None = None):
    """Feeds over the ledger in a folder; opening it again is a restart."""
    db = Store(path / "ledger.db", migrations=FEEDS)
    made = Stage(path, clock or HandClock(), whisk or Whisk(), Feeds(db, clock or HandClock()), db)
    made = Stage(path, made.clock, made.whisk, Feeds(db, made.clock), db)
    made.feeds.start(made.whisk)
    try:
        yield made
    finally:
        await made.feeds.close()
        db.close()


def refused(status: int | None, text: str = "no") -> Refused:
    """An OpenWhisk that says no."""
    return Refused("Firing", text, status=status)
