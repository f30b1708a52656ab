"""/namespaces/{ns}/packages: list, create, update, get, delete, and bindings. Source: Packages.scala."""

from typing import cast

from fnkit.core.entities import Json
from fnkit.local import parameters
from fnkit.local.access import owner_only, provider_of, readable_package
from fnkit.local.asgi import Response
from fnkit.local.documents import next_version
from fnkit.local.entities import Entities, Entity, already_exists
from fnkit.local.exchange import Call, answer
from fnkit.local.fields import COMMON, PARAMETERS, read_fields, read_object
from fnkit.local.platform import Platform
from fnkit.local.rejected import Rejected, bad_request, forbidden, malformed, missing
from fnkit.local.routes.listing import listing


async def list_all(platform: Platform, call: Call) -> Response:
    """GET packages: of another's namespace only those that are public and no bindings."""
    found = platform.entities.all(call.namespace, "package")
    if call.namespace != call.identity.namespace:
        found = [one for one in found if one.document["publish"] and not one.document["binding"]]
    return listing(call, "packages", found, _item)


async def get(platform: Platform, call: Call) -> Response:
    """GET packages/{name}: with its actions and feeds; a binding shows the provider's, parameters merged."""
    name = call.names[0]
    if call.namespace == call.identity.namespace and platform.entities.find(call.namespace, name) is None:
        raise missing(f"{call.namespace}/{name}")
    package = readable_package(platform.entities, call, call.namespace, name)
    provider = provider_of(platform.entities, package)
    merged = parameters.merge(provider.document["parameters"], package.document["parameters"])
    shown = package.to_json(parameters=merged, actions=[], feeds=[])
    for action in platform.entities.within(provider.namespace, provider.name):
        notes = action.document["annotations"]
        item = {"name": action.to_json()["name"], "version": action.document["version"], "annotations": notes}
        shown["feeds" if any(note["key"] == "feed" for note in notes) else "actions"].append(item)
    return answer(shown)


async def put(platform: Platform, call: Call) -> Response:
    """PUT packages/{name}: create it or a binding, or with ?overwrite=true make the next version."""
    owner_only(call)
    overwrite = call.boolean("overwrite")
    given = read_object(await call.json(), "binding")
    binding = _read_binding(given.get("binding", {}), call.identity.namespace)
    change = read_fields(given, PARAMETERS, COMMON)
    if call.names[0] == "default":
        raise bad_request("Package name 'default' is reserved.")
    old = platform.entities.find(call.namespace, call.names[0])
    if old:
        platform.entities.get(call.namespace, call.names[0], "package")
        if not overwrite:
            raise already_exists()
        if binding and not old.document["binding"]:
            raise Rejected(409, "Resource is a package and cannot be converted into a binding.")
    _check_bindable(platform.entities, call, binding)
    document = _document(change, binding, old)
    return answer((await platform.entities.put("package", (call.namespace, call.names[0]), document)).to_json())


async def delete(platform: Platform, call: Call) -> Response:
    """DELETE packages/{name}: an empty one, or with ?force=true what is in it too."""
    owner_only(call)
    force = call.boolean("force")
    package = platform.entities.get(call.namespace, call.names[0], "package")
    inside = platform.entities.within(call.namespace, package.name)
    if inside and not force:
        entities = f"{len(inside)} {'entity' if len(inside) == 1 else 'entities'}"
        text = f"Package not empty (contains {entities}). Set force param or delete package contents."
        raise Rejected(409, text)
    await platform.entities.delete(*inside, package)
    for action in inside:
        platform.controller.discard(action)
    return answer(package.to_json())


def _read_binding(value: Json, own: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise malformed("Object expected in field 'namespace'")
    if not value:
        return {}
    for member in ("namespace", "name"):
        if member not in value:
            raise malformed(f"Object is missing required member '{member}'")
        if not isinstance(value[member], str):
            raise malformed("entity name must be a string")
    return {"namespace": own if value["namespace"] == "_" else value["namespace"], "name": value["name"]}


def _check_bindable(entities: Entities, call: Call, binding: dict[str, str]) -> None:
    if not binding:
        return
    own = binding["namespace"] == call.identity.namespace
    provider = entities.find(binding["namespace"], binding["name"])
    if not own and not (provider and provider.kind == "package" and provider.document["publish"]):
        raise forbidden("/".join(binding.values()))
    if provider is None:
        raise bad_request("Binding references a package that does not exist.")
    if provider.kind != "package":
        raise Rejected(409, "Cannot bind to a resource that is not a package.")
    if provider.document["binding"]:
        raise bad_request("Cannot bind to another package binding.")


def _document(change: dict[str, Json], binding: dict[str, str], old: Entity | None) -> dict[str, Json]:
    before = old.document if old else {"parameters": [], "annotations": [], "publish": False, "binding": {}}
    document = {**before, "version": next_version(old.document if old else None), **change}
    document["binding"] = binding or before["binding"]
    notes = [note for note in document["annotations"] if note["key"] != "binding"]
    if document["binding"]:
        notes.append({"key": "binding", "value": document["binding"]})
    return {**document, "annotations": cast(parameters.Pairs, notes)}


def _item(package: Entity) -> dict[str, Json]:
    shown = package.to_json(binding=package.document["binding"] or False)
    del shown["parameters"]
    return shown
