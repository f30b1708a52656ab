"""/namespaces/{ns}/rules: list, create, update, get, delete, enable and disable. Source: Rules.scala.

A rule's document names its trigger and its action; whether it is active, the trigger knows (`links`).
"""

from dataclasses import replace

from fnkit.core.entities import Json
from fnkit.local.access import allowed, owner_only
from fnkit.local.asgi import Response
from fnkit.local.documents import next_version
from fnkit.local.entities import Entities, Entity, Kind, already_exists
from fnkit.local.exchange import Call, answer
from fnkit.local.fields import COMMON, read_fields, read_object
from fnkit.local.links import Link, State, linked, status_of, unlinked
from fnkit.local.platform import Platform
from fnkit.local.records import dumps
from fnkit.local.references import Reference
from fnkit.local.rejected import RAW_CORS, Rejected, bad_request, forbidden, malformed
from fnkit.local.routes.listing import listing

_PARTS = ("trigger", "action")
_CLASSES: dict[Kind, str] = {
    "action": "WhiskAction",
    "package": "WhiskPackage",
    "trigger": "WhiskTrigger",
    "rule": "WhiskRule",
}


async def list_all(platform: Platform, call: Call) -> Response:
    """GET rules: without their status, as OpenWhisk does."""
    owner_only(call)
    return listing(call, "rules", platform.entities.all(call.namespace, "rule"), Entity.to_json)


async def get(platform: Platform, call: Call) -> Response:
    """GET rules/{name}: with its status."""
    owner_only(call)
    rule = platform.entities.get(call.namespace, call.names[0], "rule")
    return answer(rule.to_json(status=status_of(rule.path, _trigger(platform.entities, rule))))


async def put(platform: Platform, call: Call) -> Response:
    """PUT rules/{name}: create it, active, or with ?overwrite=true change it; then it keeps its status."""
    owner_only(call)
    overwrite = call.boolean("overwrite")
    given = read_object(await call.json(), "trigger")
    named: dict[str, Reference] = {
        field: Reference.read(given[field], call.namespace) for field in _PARTS if field in given
    }
    change = read_fields(given, COMMON)
    _check_readable(platform.entities, call, named)
    old = platform.entities.find(call.namespace, call.names[0])
    if old:
        platform.entities.get(call.namespace, call.names[0], "rule")
        if not overwrite:
            raise already_exists()
        named = {**{field: Reference.from_json(old.document[field]) for field in _PARTS}, **named}
    elif len(named) < 2:
        raise bad_request("rule requires a valid trigger and a valid action")
    before = old.document if old else {"publish": False, "annotations": []}
    references = {field: reference.to_json() for field, reference in named.items()}
    document = {**before, "version": next_version(old.document if old else None), **change, **references}
    status = _relink(platform.entities, call, named, old)
    rule = await platform.entities.put("rule", (call.namespace, call.names[0]), document)
    return answer(rule.to_json(status=status))


async def delete(platform: Platform, call: Call) -> Response:
    """DELETE rules/{name}: answers it as inactive."""
    owner_only(call)
    rule = platform.entities.get(call.namespace, call.names[0], "rule")
    if trigger := _trigger(platform.entities, rule):
        platform.entities.amend(trigger, unlinked(trigger, rule.path))
    await platform.entities.delete(rule)
    return answer(rule.to_json(status="inactive"))


async def set_status(platform: Platform, call: Call) -> Response:
    """POST rules/{name} `{"status": "active" or "inactive"}`."""
    owner_only(call)
    status = _read_status(await call.json())
    rule = platform.entities.get(call.namespace, call.names[0], "rule")
    trigger = _trigger(platform.entities, rule)
    if status_of(rule.path, trigger) != status:
        if trigger is None:
            raise Rejected(404, "Only rules with existing triggers can be activated")
        link = Link(rule.path, Reference.from_json(rule.document["action"]), status)
        last = replace(trigger, document=unlinked(trigger, rule.path))
        platform.entities.amend(trigger, linked(last, link))
        await platform.entities.committed()
    return Response(b"OK", headers=[*RAW_CORS], content_type=b"text/plain; charset=UTF-8")


def _read_status(body: Json) -> State:
    if isinstance(body, dict) and "status" not in body:
        raise malformed("key not found: status")
    value = body["status"] if isinstance(body, dict) else body
    if not isinstance(body, dict) or not isinstance(value, str):
        raise malformed(f"{dumps(value)} (of class spray.json.{_spray_class(value)})")
    if value not in ("active", "inactive"):
        raise malformed(f"requirement failed: {value} is not a recognized rule state")
    return "active" if value == "active" else "inactive"


def _spray_class(value: Json) -> str:
    if value is None or isinstance(value, bool):
        return f"Js{str(value).replace('None', 'Null')}$"
    names = ((dict, "JsObject"), (list, "JsArray"), (str, "JsString"))
    return next((name for kind, name in names if isinstance(value, kind)), "JsNumber")


def _check_readable(entities: Entities, call: Call, named: dict[str, Reference]) -> None:
    """Raises Rejected 403 or 404 for what the caller may not read, there or not."""
    caller = call.identity.namespace
    if (trigger := named.get("trigger")) and trigger.namespace != caller:
        raise forbidden(str(trigger))
    if action := named.get("action"):
        allowed(entities, caller, f"/{action}")


def _relink(entities: Entities, call: Call, named: dict[str, Reference], old: Entity | None) -> State:
    """Tell the triggers of a new or changed rule; gives its status. Raises Rejected 400 for a missing part."""
    rule = f"{call.namespace}/{call.names[0]}"
    trigger = _part(entities.find(named["trigger"].namespace, named["trigger"].inner), "trigger", named["trigger"])
    _part(_action(entities, named["action"]), "action", named["action"])
    before = _trigger(entities, old) if old else None
    status = status_of(rule, before) if old else "active"
    if before and before.path != trigger.path:
        entities.amend(before, unlinked(before, rule))
    entities.amend(trigger, linked(trigger, Link(rule, named["action"], status)))
    return status


def _part(found: Entity | None, kind: Kind, reference: Reference) -> Entity:
    if found is None:
        raise bad_request(f"{kind} /{reference} does not exist")
    if found.kind != kind:
        expected = "WhiskActionMetaData" if kind == "action" else _CLASSES[kind]
        room = "class org.apache.openwhisk.core.entity."
        text = f"document type {room}{_CLASSES[found.kind]} did not match expected type {room}{expected}."
        raise bad_request(text)
    return found


def _action(entities: Entities, reference: Reference) -> Entity | None:
    """The action itself, also where the name goes through a binding."""
    package, _, name = reference.inner.rpartition("/")
    found = entities.find(reference.namespace, package) if package else None
    if found and found.kind == "package" and (bound := found.document["binding"]):
        return entities.find(bound["namespace"], f"{bound['name']}/{name}")
    return entities.find(reference.namespace, reference.inner)


def _trigger(entities: Entities, rule: Entity) -> Entity | None:
    """A rule's trigger, None where it is gone."""
    reference = Reference.from_json(rule.document["trigger"])
    found = entities.find(reference.namespace, reference.inner)
    return found if found and found.kind == "trigger" else None
