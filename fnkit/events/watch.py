"""The loops that watch: one looks at a store whenever it may have changed, one waits for alarms."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

from fnkit.core.errors import FnkitError
from fnkit.events import alarms, backoff, loops
from fnkit.events.changes import Change as Changed
from fnkit.events.changes import Filter, changes
from fnkit.events.clock import Clock, either
from fnkit.events.cloudevents import Event
from fnkit.events.delivery import Delivery, Ended
from fnkit.events.feed import Change, Feed, Fired
from fnkit.events.folder import Folder
from fnkit.events.host import Host
from fnkit.events.ledger import DEPTH, Ledger
from fnkit.events.schedule import counted
from fnkit.events.settling import Settling
from fnkit.events.sources import OWN, Storage
from fnkit.events.store import Stored


class Watch:
    """A store that is looked at: at the start, for what happened before, and at each change."""

    def __init__(self, feed: Feed, ledger: Ledger, host: Host, clock: Clock) -> None:
        self._feed = feed
        self._ledger = ledger
        self._host = host
        self._clock = clock
        self.storage = Storage.from_json(feed.settings)
        self.store = host.store(feed, self.storage)
        self._seen = ledger.seen(feed)
        self._settling = Settling(self.storage.settle)

    async def run(self, delivery: Delivery) -> None:
        """Look for ever; what cannot be looked at is told as `trouble` and tried again. Raises Ended."""
        failures = 0
        while True:
            try:
                async with aclosing(self._moments()) as moments:
                    async for _ in moments:
                        await self.look(delivery)
                        if failures or self._feed.trouble:
                            failures = 0
                            self._ledger.troubled(self._feed, "")
                            await self._ledger.committed()
            except (FnkitError, OSError) as error:
                self._ledger.troubled(self._feed, str(error))
                await self._ledger.committed()
                await self._clock.until(self._clock.now() + backoff.pause(failures))
                failures += 1

    async def look(self, delivery: Delivery) -> None:
        """Compare what is there with what was seen; what differs is on disk as events when this returns."""
        listed = await self.listed()
        found = list(changes(self._seen, self._complete(listed), self.storage.filter))
        if not found:
            return
        new = {one.object.key: one.object.etag for one in found if one.kind == "created"}
        gone = [one.object.key for one in found if one.kind == "removed"]
        # Somebody who switched it on again, or changed it, begins afresh.
        heard = self._ledger.heard(self._feed, since=self._feed.mark)
        told = [self._event(one, heard) for one in found if one.kind in self.storage.on]
        self._ledger.add(self._feed, Change(told, new, gone), _ms(self._clock.now()))
        self._seen.update(new)
        for key in gone:
            del self._seen[key]
        await self._ledger.committed()
        delivery.wake()

    async def listed(self) -> list[Stored]:
        """What is there now. Raises Refused where the store cannot be listed."""
        return await asyncio.to_thread(lambda: list(self.store.list(self.storage.prefix)))

    def baseline(self, listed: Sequence[Stored], before: Filter | None = None) -> None:
        """What is there already is not told, unless that is wanted, and what is not watched any more is forgotten.

        What was watched `before` too stays as it was.
        """
        wanted = self.storage.filter
        gone = [key for key in self._ledger.seen(self._feed) if not wanted.takes(key)]
        ours = [one for one in listed if wanted.takes(one.key) and not (before and before.takes(one.key))]
        new = {} if self.storage.existing else {one.key: one.etag for one in ours}
        self._ledger.add(self._feed, Change((), new, gone), _ms(self._clock.now()))

    def _complete(self, listed: list[Stored]) -> list[Stored]:
        if not isinstance(self.store, Folder):
            return listed
        now, tick = self._clock.now().timestamp(), self._clock.tick()
        wanted = [one for one in listed if self.storage.filter.takes(one.key)]
        done = self._settling.complete(wanted, now, tick)
        # A file that was seen and is being written again is neither gone nor new yet.
        waiting = self._settling.waiting & self._seen.keys()
        return [*done, *(Stored(key, 0, self._seen[key]) for key in waiting)]

    def _event(self, change: Changed, heard: Sequence[Fired]) -> Event:
        event = change.event(self.storage.store)
        if change.kind == "removed":
            # It has no time of its own: without one a second removal would be the first.
            event = replace(event, id=_again(event.id, self._clock.now()))
            return event
        made = round(change.object.modified * 1000) or _ms(self._clock.now())
        deep = loops.depth(
            change.object.key, made, heard, lambda fired, at: self._host.in_flight(self._feed, fired, at)
        )
        if deep >= loops.DEEPEST:
            raise Ended(
                f"a loop: what {self.storage.label} starts writes into it again, {deep} times in a row"
                f" (the last one is {change.object.key}). Let it write elsewhere, or narrow prefix and suffix."
            )
        return replace(event, extensions={DEPTH: deep}) if deep else event

    async def _moments(self) -> AsyncGenerator[None]:
        """Now, and whenever the store may have changed."""
        if self.storage.store == f"{OWN}:":
            while True:
                wait = asyncio.ensure_future(self._host.changed(self._feed, self.storage.interval))
                try:
                    yield
                    await wait
                finally:
                    wait.cancel()
        elif isinstance(self.store, Folder):
            async with aclosing(self._folder(self.store)) as moments:
                async for _ in moments:
                    yield
        while True:
            yield
            await self._clock.until(self._clock.now() + timedelta(seconds=self.storage.interval))

    async def _folder(self, folder: Folder) -> AsyncGenerator[None]:
        from watchfiles import awatch

        # Each step, also of a folder where nothing happens, wakes a thread that takes the interpreter's lock.
        woken = awatch(folder.root, debounce=50, step=25, rust_timeout=0, recursive=True).__aiter__()
        following = asyncio.ensure_future(anext(woken))
        await asyncio.sleep(0)  # from here on the kernel notes what changes: the first look may begin
        try:
            while True:
                yield
                # Network folders tell nothing: there the interval is what finds changes.
                pause = self.storage.settle if self._settling.waiting else self.storage.interval
                again = self._clock.now() + timedelta(seconds=max(pause, 0.02))
                await either(following, self._clock.until(again))
                if following.done():
                    following.result()
                    following = asyncio.ensure_future(anext(woken))
        finally:
            following.cancel()


async def ring(feed: Feed, ledger: Ledger, clock: Clock, delivery: Delivery) -> bool | None:
    """Wait for a feed's alarms and write their events, to the last one.

    Gives None where the trigger stays after that, else whether its rules go with it.
    """
    alarm = alarms.read(cast(alarms.Kind, feed.kind), feed.settings, feed.name)
    mark = datetime.fromtimestamp(feed.mark / 1000, UTC)
    while True:
        now = clock.now()
        mark = counted(mark, now)
        due = alarm.schedule.due(mark, now)
        if due.fire or due.missed:
            ledger.add(feed, Change([_alarm(feed, moment, alarm) for moment in due.fire]), _ms(now))
            mark = now
            ledger.marked(feed, _ms(mark), due.missed)
            await ledger.committed()
            delivery.wake()
        coming = alarm.schedule.next(max(mark, now))
        if coming is None:
            return None if alarm.delete_after == "false" else alarm.delete_after == "rules"
        await clock.until(coming)


def _alarm(feed: Feed, moment: datetime, alarm: alarms.Alarm) -> Event:
    time = moment.isoformat(timespec="milliseconds")
    return Event(
        _again(feed.trigger, moment), f"fnkit:alarm:{feed.trigger}", "fnkit.alarm", dict(alarm.payload), time=time
    )


def _again(name: str, moment: datetime) -> str:
    import hashlib

    return hashlib.sha256(f"{name}\n{moment.isoformat()}".encode()).hexdigest()[:32]


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
