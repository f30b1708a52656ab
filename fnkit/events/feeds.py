"""The feeds of one process: their life (CREATE … DELETE), and a task for each that is active."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument, FnkitError, Missing
from fnkit.events import alarms
from fnkit.events.clock import Clock, SystemClock
from fnkit.events.delivery import Delivery, Ended, switched_off
from fnkit.events.feed import Feed, Told
from fnkit.events.host import Host
from fnkit.events.ledger import Database, Ledger
from fnkit.events.sources import Storage
from fnkit.events.watch import Watch, ring

STORAGE = "storage"
KINDS = (STORAGE, *alarms.KINDS)
COUNTED = 1000
"""Events whose runs are counted, the latest."""
PLACE = ("store", "endpoint", "region")
"""The parameters that say which store it is."""
NO_CHANGE = "no updatable parameters were specified"
_LOG = logging.getLogger(__name__)


class Feeds:
    """What fires triggers. All calls belong to one event loop."""

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self._ledger = Ledger(database)
        self._clock = clock or SystemClock()
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}

    def start(self, host: Host) -> None:
        """Go on with all that are active; `host` fires their triggers from now on."""
        self._host = host
        for feed in self._ledger.feeds():
            self._begin(feed)

    async def close(self) -> None:
        """Stop watching; what is pending is fired after the next start."""
        tasks = [*self._tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def create(self, place: tuple[str, str], kind: str, given: Mapping[str, Json]) -> None:
        """Begin a feed of a trigger (namespace, name). Raises BadArgument, Refused; then nothing is kept."""
        if kind not in KINDS:
            raise BadArgument("Making a feed", f"there is no kind {kind!r}.", f"There are {', '.join(KINDS)}.")
        now = self._clock.now()
        feed = Feed(*place, kind, self._settled(kind, given, place[1]), True, "", _ms(now), _ms(now))
        await self._restart(feed)

    async def update(self, place: tuple[str, str], given: Mapping[str, Json]) -> None:
        """Change parameters; those that are not given stay. Raises Missing, BadArgument, Refused."""
        feed, now = self.get(place), self._clock.now()
        if not given:
            raise BadArgument(f"Changing the feed of {feed.trigger}", f"{NO_CHANGE}.")
        settings = self._settled(feed.kind, given, feed.name, feed.settings)
        same = all(settings.get(name) == feed.settings.get(name) for name in PLACE)
        await self._restart(
            replace(feed, settings=settings, changed=_ms(now), mark=_ms(now)), feed if same else None
        )

    async def pause(self, place: tuple[str, str], reason: str = "paused") -> None:
        """Stop watching; what happens meanwhile in a store is told afterwards, an alarm is not. Raises Missing."""
        feed = self.get(place)
        await self._stop(place)
        self._ledger.put(switched_off(feed, reason, self._clock.now()))
        await self._ledger.committed()

    async def unpause(self, place: tuple[str, str]) -> None:
        """Go on, also after the feed was switched off by a fault or a loop. Raises Missing."""
        feed, now = self.get(place), self._clock.now()
        await self._restart(replace(feed, active=True, reason="", changed=_ms(now), mark=_ms(now)), feed)

    async def delete(self, place: tuple[str, str]) -> None:
        """End a feed and forget it. Raises Missing."""
        feed = self.get(place)
        await self._stop(place)
        self._ledger.delete(feed)
        await self._ledger.committed()

    def get(self, place: tuple[str, str]) -> Feed:
        """The feed of a trigger. Raises Missing."""
        feed = self._ledger.find(*place)
        if feed is None:
            raise Missing(f"Looking up the feed of /{'/'.join(place)}", "it has none here.", status=404)
        return feed

    def all(self, namespace: str) -> list[Feed]:
        """Those of a namespace, by name."""
        return [feed for feed in self._ledger.feeds() if feed.namespace == namespace]

    def events(self, feed: Feed, most: int = 100) -> list[Told]:
        """The latest events, the newest first."""
        return self._ledger.told(feed, most)

    def read(self, feed: Feed) -> dict[str, Json]:
        """Its settings and its state, as OpenWhisk's alarms answer READ, with ours beside."""
        config = {"name": feed.name, "namespace": feed.namespace, **feed.settings}
        if feed.kind != STORAGE:
            config["payload"] = config.pop("trigger_payload", {})
        changed = datetime.fromtimestamp(feed.changed / 1000, UTC).isoformat(timespec="milliseconds")
        status: dict[str, Json] = {
            "active": feed.active,
            "dateChanged": feed.changed,
            "dateChangedISO": changed.replace("+00:00", "Z"),
        }
        if feed.reason:
            status["reason"] = {"kind": "ADMIN" if feed.reason == "paused" else "AUTO", "message": feed.reason}
        runs = dict(self._host.runs(feed, self._ledger.heard(feed, COUNTED)))
        told = {
            "runs": runs,
            "fired": feed.fired,
            "missed": feed.missed,
            "last": feed.last,
            "trouble": feed.trouble,
        }
        return {"kind": feed.kind, "config": config, "status": {**status, **told, **self._ledger.counts(feed)}}

    def _settled(
        self, kind: str, given: Mapping[str, Json], name: str, before: Mapping[str, Json] | None = None
    ) -> dict[str, Json]:
        if kind == STORAGE:
            kept = {**(before or {})}
            if "store" in given:
                kept.pop("prefix", None)  # it belongs to the place that was watched before
            return Storage.from_json({**kept, **given}).to_json()
        return alarms.settled(cast(alarms.Kind, kind), given, self._clock.now(), name, before)

    async def _restart(self, feed: Feed, before: Feed | None = None) -> None:
        """Keep the feed and watch by it; one that watched nothing there `before` begins with what is there now."""
        watch = Watch(feed, self._ledger, self._host, self._clock) if feed.kind == STORAGE else None
        known = Storage.from_json(before.settings).filter if watch and before else None
        listed = await watch.listed() if watch and not (known and known.like(watch.storage.filter)) else None
        await self._stop(feed.place)
        self._ledger.put(feed)
        if watch and listed is not None:
            if known is None:
                self._ledger.forget_seen(feed)
            watch.baseline(listed, known)
        await self._ledger.committed()
        self._begin(feed)

    async def _stop(self, place: tuple[str, str]) -> None:
        task = self._tasks.pop(place, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _begin(self, feed: Feed) -> None:
        if feed.active:
            task = asyncio.create_task(self._run(feed), name=f"feed {feed.trigger}")
            self._tasks[feed.place] = task

    async def _run(self, feed: Feed) -> None:
        try:
            await self._watch(feed)
        except Exception as fault:  # noqa: BLE001 - one feed's fault is its own, and is told where people look
            leaf = fault
            while isinstance(leaf, ExceptionGroup):
                leaf = leaf.exceptions[0]
            if not isinstance(leaf, Ended | FnkitError):
                _LOG.exception("the feed of %s", feed.trigger)
            await self._end(feed, str(leaf) if isinstance(leaf, Ended | FnkitError) else f"a fault: {leaf!r}")

    async def _watch(self, feed: Feed) -> None:
        delivery = Delivery(feed, self._ledger, self._host, self._clock)
        if feed.kind == STORAGE:
            watch = Watch(feed, self._ledger, self._host, self._clock)
            async with asyncio.TaskGroup() as group:
                group.create_task(delivery.run(watch.storage, watch.store))
                group.create_task(watch.run(delivery))
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(delivery.run())
            goes = await ring(feed, self._ledger, self._clock, delivery)
            delivery.finish()
        if goes is not None:
            await self._host.retire(feed, rules=goes)
            self._ledger.delete(feed)
            await self._ledger.committed()

    async def _end(self, feed: Feed, reason: str) -> None:
        _LOG.warning("the feed of %s is switched off: %s", feed.trigger, reason)
        if (known := self._ledger.find(*feed.place)) is not None:
            self._ledger.put(switched_off(known, reason, self._clock.now()))
            await self._ledger.committed()


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
