"""Any OpenWhisk as the host of feeds that this process runs: `fnkit feeds run`."""

import asyncio
import base64
import mimetypes
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain

from fnkit.core.entities import PAYLOAD_LIMIT, Json
from fnkit.core.errors import FnkitError, Missing, TooLarge
from fnkit.events.allowed import Allowed
from fnkit.events.feed import Feed, Fired, Pending
from fnkit.events.feeds import STORAGE, Feeds
from fnkit.events.folder import Folder
from fnkit.events.objects import Objects
from fnkit.events.sources import OWN, Storage
from fnkit.events.store import Store
from fnkit.events.watched import Watched
from fnkit.events.wiring import NOTE
from fnkit.whisk.client import Client
from fnkit.whisk.resource import pages

INLINE = PAYLOAD_LIMIT * 2 // 3
"""Bytes of a file that travel in the event itself, where no store can be read by the action."""
ADVICE = "Start it with --folder and this one, or one above it: fnkit feeds run --folder DIR."
MINUTE = 60_000
PUT = "feeds/"
"""Under which files travel to the platform's own store."""
KEPT = 7 * 86400
"""Seconds that they are kept there: as long as the URL of an event is good."""


def own_store(client: Client) -> Objects:
    """The platform's own store. Raises Missing where it has none."""
    if client.embedded is None:
        advice = "Use a folder or a bucket; only an embedded platform keeps objects."
        raise Missing(f"Opening {OWN}:", f"{client.props.host} has no object store.", advice, 404)
    key = client.props.key
    return Objects(client.props.apihost, key.text if key else "")


@dataclass(frozen=True, slots=True)
class Remote:
    """The platform behind a client."""

    client: Client
    allowed: Allowed

    async def fire(self, feed: Feed, pending: Pending, arguments: Mapping[str, Json]) -> str | None:
        """Fire the trigger. Raises Refused."""
        headers = pending.event.headers()
        return await asyncio.to_thread(self.client.triggers.fire, feed.name, arguments, headers)

    async def retire(self, feed: Feed, rules: bool) -> None:
        """Take the trigger away, and its rules where `rules`."""
        await asyncio.to_thread(self._retire, feed.name, rules)

    def _retire(self, name: str, rules: bool) -> None:
        trigger = self.client.triggers.find(name)
        if trigger is None:
            return
        self.client.triggers.delete(name)
        for rule in trigger.rules if rules else ():
            self.client.rules.delete(rule.partition("/")[2])

    def store(self, feed: Feed, storage: Storage) -> Store:
        """What the feed watches. Raises Unauthorized, BadArgument for a folder that may not be."""
        self.allowed.check(storage.store, ADVICE)
        storage = replace(storage, store=Folder.resolved(storage.store))
        return own_store(self.client) if storage.store == f"{OWN}:" else storage.open()

    async def address(self, feed: Feed, store: Store, key: str) -> str:
        """A URL for an action: of a folder's file through the platform's store, or with the file in it."""
        return await asyncio.to_thread(self._address, feed, store, key)

    def _address(self, feed: Feed, store: Store, key: str) -> str:
        if not isinstance(store, Watched):
            return store.presign(key)
        try:
            content = store.get(key)
        except Missing:
            raise Missing(
                f"Reading {key} in {store.root}", "it was gone before it was read.", status=404
            ) from None
        media = mimetypes.guess_type(key)[0] or "application/octet-stream"
        if self.client.embedded is not None:
            return self.client.embedded.put_object(f"{PUT}{feed.name}/{key}", content, media).url
        if len(content) > INLINE:
            raise TooLarge(
                f"Sending {key}",
                f"it has {len(content):,} bytes, an event may hold {INLINE:,}.",
                "Watch a bucket instead: then the action gets a URL.",
            )
        return f"data:{media};base64,{base64.b64encode(content).decode()}"

    async def changed(self, feed: Feed, interval: float) -> None:
        """Return after the interval: over HTTP nobody tells."""
        await asyncio.sleep(interval)

    async def ended(self, feed: Feed, activation: str) -> None:
        """Return at once: a cluster throttles by itself (429), and the event waits."""

    def in_flight(self, feed: Feed, fired: Fired, at: int) -> bool:
        """Whether it was fired within the minute before: how long it ran is not known here."""
        return at - fired.at < MINUTE

    def runs(self, feed: Feed, fired: Iterable[Fired]) -> Mapping[str, int]:
        """Not known here: the platform's records say it."""
        return {}


async def follow(client: Client, feeds: Feeds, allowed: Allowed) -> list[str]:
    """Bring the feeds in step with the triggers that say what fires them; gives what could not be begun.

    A feed that was switched off since nobody had named its folder goes on once somebody has.
    """
    namespace = await asyncio.to_thread(client.namespaces.own)
    wanted = await asyncio.to_thread(lambda: dict(noted(client)))
    troubles = []
    for feed in feeds.all(namespace):
        if feed.name not in wanted or wanted[feed.name]["kind"] != feed.kind:
            await feeds.delete(feed.place)
    known = {feed.name: feed for feed in feeds.all(namespace)}
    for name, note in wanted.items():
        try:
            if name not in known:
                await feeds.create((namespace, name), note["kind"], note["parameters"])
            elif not _same(known[name], note["parameters"]):
                await feeds.update((namespace, name), note["parameters"])
            elif known[name].reason and known[name].reason == _refusal(known[name], Allowed(allowed.data)):
                allowed.check(known[name].settings["store"], ADVICE)
                await feeds.unpause((namespace, name))
        except FnkitError as error:
            troubles.append(f"{name}: {error}")
    return troubles


def _refusal(feed: Feed, allowed: Allowed) -> str:
    """Why a feed may not be watched, empty where it may."""
    try:
        allowed.check(str(feed.settings.get("store")), ADVICE)
    except FnkitError as refused:
        return str(refused)
    return ""


def tidy(client: Client, now: float) -> int:
    """Take away the files that were put for events so long ago that no action can read them; gives how many.

    `now` is in seconds since 1970.
    """
    if client.embedded is None:
        return 0
    old = [one.key for one in client.embedded.objects(PUT) if 0 < one.modified < now - KEPT]
    for key in old:
        with suppress(Missing):
            client.embedded.delete_object(key)
    return len(old)


def _same(feed: Feed, given: Mapping[str, Json]) -> bool:
    """Whether a feed is as its trigger says. A date is written anew when it is kept, and payloads are wrapped."""
    if feed.kind == STORAGE:
        return Storage.from_json(given).to_json() == feed.settings
    plain = {name: value for name, value in given.items() if "ate" not in name and name != "trigger_payload"}
    return all(feed.settings.get(name) == value for name, value in plain.items())


def noted(client: Client) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """The triggers that say what fires them and that the platform itself does not watch."""
    for trigger in chain.from_iterable(pages(client.triggers.list)):
        note = trigger.annotations.get(NOTE)
        if not isinstance(note, dict) or trigger.feed is not None:
            continue
        if isinstance(note.get("kind"), str) and isinstance(note.get("parameters"), dict):
            yield trigger.name, note
