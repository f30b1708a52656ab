"""The embedded platform as the host of its feeds: triggers are fired without HTTP, files are served by it."""

import asyncio
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import quote

from starlette.types import Message

from fnkit.core.clock import now_ms
from fnkit.core.entities import Json
from fnkit.core.errors import Missing, Refused
from fnkit.events.feed import Feed, Fired, Pending
from fnkit.events.folder import Folder
from fnkit.events.sources import OWN, Storage
from fnkit.events.store import Store
from fnkit.local import permits, signed
from fnkit.local.asgi import Request
from fnkit.local.entities import Entity
from fnkit.local.exchange import Call, transaction_id
from fnkit.local.links import links
from fnkit.local.ownstore import OwnStore
from fnkit.local.platform import Platform
from fnkit.local.rejected import Rejected
from fnkit.local.routes import objects
from fnkit.local.routes.triggers import begin
from fnkit.local.users import Identity

FILES = "/fnkit/v1/feeds"


@dataclass(slots=True)
class Hosting:
    """What the feeds of the platform work with."""

    platform: Platform
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    async def fire(self, feed: Feed, pending: Pending, arguments: Mapping[str, Json]) -> str | None:
        """Fire the trigger, as its owner would over HTTP, once for each event. Raises Refused."""
        identity, event = self._owner(feed), pending.event
        headers = [(name.encode(), value.encode()) for name, value in event.headers().items()]
        scope = {"type": "http", "method": "POST", "headers": headers, "query_string": b""}
        request = Request(scope, _nothing)
        call = Call(request, identity, transaction_id(b""), now_ms(), feed.namespace, (feed.name,))
        try:
            self.platform.throttles.fire(identity)
            digest = hashlib.sha256(f"{feed.trigger} {event.id}".encode()).hexdigest()
            # Like every id it begins with a time: by that records grow old.
            return await begin(self.platform, call, dict(arguments), f"{pending.noted:012x}{digest[:20]}")
        except Rejected as rejected:
            raise Refused(f"Firing {feed.trigger}", rejected.text, status=rejected.status) from None

    async def retire(self, feed: Feed, rules: bool) -> None:
        """Take the trigger away, and its rules where `rules`."""
        trigger = self.platform.entities.find(feed.namespace, feed.name)
        if trigger is None or trigger.kind != "trigger":
            return
        gone: list[Entity] = [trigger]
        if rules:
            names = (link.rule.partition("/")[2] for link in links(trigger))
            found = (self.platform.entities.find(feed.namespace, name) for name in names)
            gone += [one for one in found if one is not None and one.kind == "rule"]
        await self.platform.entities.delete(*gone)

    def store(self, feed: Feed, storage: Storage) -> Store:
        """The folder, the bucket, or what the feed's owner has in our own store.

        Raises Unauthorized, BadArgument for a folder that may not be watched (any more).
        """
        permits.demand(self.platform, feed.place, storage.store)
        if storage.store == f"{OWN}:":
            presign = partial(objects.url, self.platform, self._owner(feed))
            return OwnStore(self.platform.objects, feed.namespace, self._loop, presign)
        return storage.open()

    async def address(self, feed: Feed, store: Store, key: str) -> str:
        """A URL for an action: a file of a folder is served by us. Raises Missing where it is gone."""
        if isinstance(store, OwnStore):
            return store.presign(key, signed.LASTING)
        if not isinstance(store, Folder):  # a cloud's own key may have to be fetched first
            return await asyncio.to_thread(store.presign, key)
        if not store.path(key).is_file():
            raise Missing(f"Reading {key} in {store.root}", "it was gone before it was read.", status=404)
        token = signed.token(self._owner(feed), ("feeds", feed.name, key))
        return f"{self.platform.url}{FILES}/{quote(feed.name)}/files/{quote(key)}?token={token}"

    async def changed(self, feed: Feed, interval: float) -> None:
        """Return when an object of our own store was put or deleted."""
        await self.platform.objects.changed()

    async def ended(self, feed: Feed, activation: str) -> None:
        """Return when the runs that a firing began have ended."""
        ids = (line.get("activationId", "") for line in self._lines(feed, activation))
        found = (self.platform.controller.running(feed.namespace, one) for one in ids)
        if runs := [run.ended() for run in found if run is not None]:
            await asyncio.wait(runs)

    def in_flight(self, feed: Feed, fired: Fired, at: int) -> bool:
        """Whether one of the runs that a firing began had not ended by then."""
        runs = [line.get("activationId") for line in self._lines(feed, fired.activation)]
        return any(self._ended(feed, run) >= at for run in runs if run)

    def runs(self, feed: Feed, fired: Iterable[Fired]) -> dict[str, int]:
        """How many of the runs that those firings began are running, succeeded, failed."""
        several, namespace = self.platform.activations.several, feed.namespace
        firings = several(namespace, (one.activation for one in fired if one.activation), "logs")
        lines = [json.loads(line) for logs in firings.values() for line in json.loads(logs)]
        runs = [line["activationId"] for line in lines if "activationId" in line]
        ended = several(namespace, runs, "status")
        failed = sum(status != 0 for status in ended.values())
        return {
            "running": len(runs) - len(ended),
            "succeeded": len(ended) - failed,
            "failed": failed + len(lines) - len(runs),
        }

    def _lines(self, feed: Feed, activation: str | None) -> list[dict[str, Json]]:
        """What a firing's record says of each rule."""
        logs = self.platform.activations.logs(feed.namespace, activation or "")
        return [json.loads(line) for line in json.loads(logs or "[]")]

    def _ended(self, feed: Feed, activation_id: str) -> float:
        ending = self.platform.activations.ending(feed.namespace, activation_id)
        return float(json.loads(ending[0]).get("end", 0)) if ending else float("inf")

    def _owner(self, feed: Feed) -> Identity:
        identity = self.platform.users.by_namespace(feed.namespace)
        if identity is None or identity.blocked:
            raise Refused(f"Firing {feed.trigger}", "its owner has no key here any more.", status=401)
        return identity


async def _nothing() -> Message:
    """The body of a firing that nobody sent."""
    return {"type": "http.request", "body": b""}
