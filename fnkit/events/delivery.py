"""Fires a feed's pending events: some at a time, with back-off, until each is fired or has failed for good."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fnkit.core.entities import Json
from fnkit.core.errors import FnkitError, Refused
from fnkit.events import backoff
from fnkit.events.clock import Clock, either
from fnkit.events.cloudevents import Event
from fnkit.events.feed import Feed, Pending
from fnkit.events.host import Host
from fnkit.events.ledger import Ledger
from fnkit.events.sources import Storage
from fnkit.events.store import Store

ABREAST = 16
"""Events of one feed that are fired at a time."""
ENDS = frozenset({401, 403, 404})
"""The trigger is gone, or the key is no longer accepted: the feed ends, as OpenWhisk's alarms have it."""


class Ended(Exception):
    """The trigger cannot be fired any more; the feed is switched off with this reason."""


class Delivery:
    """The pending events of one feed."""

    def __init__(self, feed: Feed, ledger: Ledger, host: Host, clock: Clock) -> None:
        self._feed = feed
        self._ledger = ledger
        self._host = host
        self._clock = clock
        self._more = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        """One for each firing whose runs have not ended."""
        self._last = False
        self._ended = ""

    def wake(self) -> None:
        """There is something to fire."""
        self._more.set()

    def finish(self) -> None:
        """Nothing more will come: `run` returns when all is fired."""
        self._last = True
        self._more.set()

    async def run(self, storage: Storage | None = None, store: Store | None = None) -> None:
        """Fire what is pending, and what will be. Raises Ended."""
        try:
            while await self._turn(storage, store):
                pass
        finally:
            for running in self._running:
                running.cancel()

    async def _turn(self, storage: Storage | None, store: Store | None) -> bool:
        """Fire what is due as far as there is room, else wait for what is next; False when all is fired."""
        self._more.clear()
        room = min(ABREAST, storage.most_at_once - len(self._running)) if storage else ABREAST
        pending = self._ledger.pending(self._feed, max(room, 1))
        now = self._clock.now()
        due = [one for one in pending if one.due <= _ms(now)]
        if due and room > 0:
            async with asyncio.TaskGroup() as group:
                for one in due:
                    group.create_task(self._one(one, storage, store))
            await self._ledger.committed()
            if self._ended:
                raise Ended(self._ended)
        elif pending and not due:
            await self._more_or(datetime.fromtimestamp(pending[0].due / 1000, UTC), now)
        elif self._last and not pending:
            return False
        else:
            await self._more.wait()
        return True

    async def _more_or(self, moment: datetime, now: datetime) -> None:
        # A clock that was set back must not hold up what was to be tried again soon.
        moment = min(moment, now + timedelta(seconds=backoff.LONGEST))
        more = asyncio.ensure_future(self._more.wait())
        try:
            await either(more, self._clock.until(moment))
        finally:
            more.cancel()

    async def _one(self, pending: Pending, storage: Storage | None, store: Store | None) -> None:
        try:
            arguments = await self._arguments(pending.event, storage, store)
        except FnkitError as error:  # the object is gone, or cannot be read by an action
            self._missed(pending, error)
            return
        at = _ms(self._clock.now())  # what it starts may have written something before we hear that it was fired
        try:
            activation = await self._host.fire(self._feed, pending, arguments)
        except FnkitError as error:
            if isinstance(error, Refused) and error.status in ENDS:
                self._ended = str(error)
            else:
                self._missed(pending, error)
        else:
            self._ledger.fired(self._feed, pending, activation, at)
            if storage is not None and activation is not None:
                running = asyncio.ensure_future(self._host.ended(self._feed, activation))
                self._running.add(running)
                running.add_done_callback(self._over)

    def _over(self, running: asyncio.Task[None]) -> None:
        self._running.discard(running)
        self._more.set()

    def _missed(self, pending: Pending, error: FnkitError) -> None:
        if backoff.final(error):
            self._ledger.failed(self._feed, pending, str(error))
        else:
            due = self._clock.now() + backoff.pause(pending.attempts)
            self._ledger.postponed(pending, _ms(due), str(error))

    async def _arguments(self, event: Event, storage: Storage | None, store: Store | None) -> Mapping[str, Json]:
        """The event's data; of an object that is there also where an action finds it."""
        data = dict(event.data or {})
        if storage is None or store is None:
            return data
        data["id"] = event.id
        if data["event"] == "created":
            url = await self._host.address(self._feed, store, data["key"])
            data["url"] = url
            if storage.into:
                data[storage.into] = url
        return data


def switched_off(feed: Feed, reason: str, now: datetime) -> Feed:
    """The feed, no longer active."""
    return replace(feed, active=False, reason=reason, changed=_ms(now))


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
