"""/namespaces/{ns}/triggers: list, create, update, get, delete, fire. Source: Triggers.scala."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fnkit.core.entities import PAYLOAD_LIMIT, Json
from fnkit.local.access import owner_only
from fnkit.local.asgi import Response
from fnkit.local.documents import next_version
from fnkit.local.entities import Entity, already_exists
from fnkit.local.exchange import Call, answer
from fnkit.local.fields import COMMON, PARAMETERS, read_fields, read_object
from fnkit.local.firing import Fired, Firing
from fnkit.local.invocable import Ask
from fnkit.local.jobs import Status
from fnkit.local.links import Link, links
from fnkit.local.platform import Platform
from fnkit.local.records import dumps, new_id
from fnkit.local.references import segments
from fnkit.local.rejected import RAW_CORS, Rejected, bad_request, malformed, too_large
from fnkit.local.routes.invoke import resolve
from fnkit.local.routes.listing import listing

_ENTITY_HEADERS = frozenset({"content-type", "content-length", "transfer-encoding"})
"""Of the body: an action is not told of them."""


async def list_all(platform: Platform, call: Call) -> Response:
    """GET triggers."""
    owner_only(call)
    return listing(call, "triggers", platform.entities.all(call.namespace, "trigger"), _item)


async def get(platform: Platform, call: Call) -> Response:
    """GET triggers/{name}: with its rules."""
    owner_only(call)
    return answer(platform.entities.get(call.namespace, call.names[0], "trigger").to_json())


async def put(platform: Platform, call: Call) -> Response:
    """PUT triggers/{name}: create it, or with ?overwrite=true make the next version, which keeps its rules."""
    owner_only(call)
    overwrite = call.boolean("overwrite")
    given = read_object(await call.json(), "parameters")
    change = read_fields(given, PARAMETERS, {"limits": _read_limits}, COMMON)
    old = platform.entities.find(call.namespace, call.names[0])
    if old:
        platform.entities.get(call.namespace, call.names[0], "trigger")
        if not overwrite:
            raise already_exists()
        before = old.document
    else:
        before = {"parameters": [], "limits": {}, "annotations": [], "publish": False}
        _check_feed(change.get("annotations", []))
    document = {**before, "version": next_version(old.document if old else None), **change}
    return answer((await platform.entities.put("trigger", (call.namespace, call.names[0]), document)).to_json())


async def delete(platform: Platform, call: Call) -> Response:
    """DELETE triggers/{name}: its rules stay, inactive."""
    owner_only(call)
    trigger = platform.entities.get(call.namespace, call.names[0], "trigger")
    await platform.entities.delete(trigger)
    return answer(trigger.to_json())


async def fire(platform: Platform, call: Call) -> Response:
    """POST triggers/{name}: starts the action of each active rule and answers 202; 204 where there is none.

    When it answers, the firing's record and the promise of each run are on disk.
    """
    platform.throttles.fire(call.identity)
    owner_only(call)
    activation_id = await begin(platform, call, await call.arguments(PAYLOAD_LIMIT))
    if activation_id is None:
        return Response(b"", 204, [*RAW_CORS])
    return answer({"activationId": activation_id}, 202, activation_id)


async def begin(
    platform: Platform, call: Call, payload: Mapping[str, Json], event: str | None = None
) -> str | None:
    """Start the action of each active rule of the trigger: the firing's id, None where there is no such rule.

    With `event`, an id that begins with a time as all do, the same firing happens once however often it is asked
    for, and what it starts is begun again where the server ends before it does. Where one of its actions may not
    begin now, for a throttle or a full queue, there is no record yet: asked for again, the others are not begun
    twice. Raises Rejected.
    """
    trigger = platform.entities.get(call.namespace, call.names[0], "trigger")
    rules = list(links(trigger))
    if all(link.status != "active" for link in rules):
        return None
    if event and platform.activations.known(call.identity.namespace, event):
        return event
    firing = Firing(event or new_id(), call.identity.namespace, call.received_ms, payload)
    given = Given(_arguments(trigger, call, payload), event)
    fired = await asyncio.gather(*(_follow(platform, call, link, given) for link in rules))
    if event and (later := [one.refused for one in fired if one.refused and _is_for_later(one.refused)]):
        raise later[0]
    await platform.activations.save(firing.record(trigger, [one.line for one in fired]))
    return firing.activation_id


@dataclass(frozen=True, slots=True)
class Given:
    """What a firing gives to each of its rules."""

    arguments: Mapping[str, Json]
    event: str | None

    def ask(self, call: Call, link: Link) -> Ask:
        """A call of the rule's action."""
        asked = Ask(call.identity, call.transaction_id, call.received_ms, self.arguments)
        if self.event is None:
            return asked
        own = hashlib.sha256(f"{self.event} {link.rule}".encode()).hexdigest()
        return replace(asked, again=True, id=f"{self.event[:12]}{own[:20]}")


async def _follow(platform: Platform, call: Call, link: Link, given: Given) -> Fired:
    """Start the action of a rule as the one who fired may, with all the refusals of a call of their own."""
    if link.status != "active":
        text = f"Rule '{link.rule}' is inactive, action '{link.action}' was not activated."
        return Fired(link, Status.APPLICATION_ERROR, error=text)
    names, asked = tuple(link.action.inner.split("/")), given.ask(call, link)
    if asked.id and platform.controller.is_known(call.identity.namespace, asked.id):
        return Fired(link, Status.SUCCESS, asked.id)
    try:
        platform.throttles.invoke(call.identity)
        if (size := len(dumps(given.arguments).encode())) > PAYLOAD_LIMIT:
            raise too_large(f"Request larger than allowed: {size} > {PAYLOAD_LIMIT} bytes.")
        invocable = resolve(platform, replace(call, namespace=link.action.namespace, names=names))
        activation_id, _ = await platform.controller.invoke(invocable, asked)
    except Rejected as rejected:
        status = Status.INTERNAL_ERROR if rejected.status >= 500 else Status.APPLICATION_ERROR
        return Fired(link, status, error=rejected.text, refused=rejected)
    return Fired(link, Status.SUCCESS, activation_id)


def _is_for_later(rejected: Rejected) -> bool:
    return rejected.status == 429 or rejected.status >= 500


def _arguments(trigger: Entity, call: Call, payload: Mapping[str, Json]) -> dict[str, Json]:
    own = {pair["key"]: pair["value"] for pair in trigger.document["parameters"]}
    headers = {key: value for key, value in call.request.headers() if key not in _ENTITY_HEADERS}
    return {**own, "__ow_headers": headers, **payload}


def _read_limits(value: Json) -> dict[str, Json]:
    """A trigger has no limits, but OpenWhisk reads them."""
    if not isinstance(value, dict):
        raise malformed("Object expected")
    return {}


def _check_feed(annotations: Json) -> None:
    for note in annotations:
        feed = note["value"]
        if note["key"] == "feed" and not (isinstance(feed, str) and segments(feed)):
            raise bad_request("Feed name is not valid")


def _item(trigger: Entity) -> Json:
    shown = trigger.to_json()
    return {key: value for key, value in shown.items() if key not in ("parameters", "limits", "rules")}
