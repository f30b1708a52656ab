"""/namespaces/{ns}/actions: list, create, update, get, delete. Source: Actions.scala."""

from fnkit.core.entities import Json
from fnkit.local import parameters
from fnkit.local.access import not_through_binding, owner_only, provider_of, readable_package
from fnkit.local.asgi import Response
from fnkit.local.components import SEQUENCE, Components
from fnkit.local.documents import action_document, read_action
from fnkit.local.entities import Entity, already_exists
from fnkit.local.exchange import Call, Page, answer
from fnkit.local.kinds import BLACKBOX
from fnkit.local.platform import Platform
from fnkit.local.rejected import malformed_query
from fnkit.local.sequences import check, check_access


async def list_all(platform: Platform, call: Call) -> Response:
    """GET actions: all of the namespace, packaged ones too."""
    owner_only(call)
    return _listing(platform.entities.all(call.namespace, "action"), call.page("actions"))


async def list_package(platform: Platform, call: Call) -> Response:
    """GET actions/{package}/: those of one package; through a binding, the provider's."""
    package = readable_package(platform.entities, call, call.namespace, call.names[0])
    provider = provider_of(platform.entities, package)
    found = platform.entities.within(provider.namespace, provider.name)
    return _listing(found, call.page("actions"))


async def get(platform: Platform, call: Call) -> Response:
    """GET actions/[{package}/]{name}: the document, with code unless ?code=false, parameters merged."""
    binding, package = None, None
    if len(call.names) == 2:
        package = readable_package(platform.entities, call, call.namespace, call.names[0])
        provider = provider_of(platform.entities, package)
        binding = package if package.document["binding"] else None
        action = platform.entities.get(provider.namespace, f"{provider.name}/{call.names[1]}", "action")
    else:
        owner_only(call)
        provider = None
        action = platform.entities.get(call.namespace, call.names[0], "action")
    with_code = call.boolean("code", default=True)
    shown = action.to_json()
    if package and provider:
        inherited = parameters.merge(provider.document["parameters"], package.document["parameters"])
        shown["parameters"] = parameters.merge(inherited, shown["parameters"])
    if with_code:
        shown["exec"] = _with_code(platform, action)["exec"]
    elif binding:
        shown["binding"] = binding.path
    return answer(shown)


async def put(platform: Platform, call: Call) -> Response:
    """PUT actions/[{package}/]{name}: create it, or with ?overwrite=true make the next version."""
    _owned_place(platform, call)
    overwrite = call.boolean("overwrite")
    body = read_action(await call.json(), platform.kinds.names, call.identity.namespace)
    body.check_sizes_and_limits(call.identity.limits.concurrent_invocations, platform.bounds)
    _owned_place(platform, call)  # the package may have gone while the body came
    components = body.exec.paths if isinstance(body.exec, Components) else None
    check_access(platform.entities, call.identity.namespace, components or ())
    name = "/".join(call.names)
    old = platform.entities.find(call.namespace, name)
    if old:
        platform.entities.get(call.namespace, name, "action")
        if not overwrite:
            raise already_exists()
    if components is not None:
        check(platform.entities, f"/{call.namespace}/{name}", components)
    document = action_document(body, old.document if old else None)
    code = body.exec.code if body.exec else None
    entity = await platform.entities.put("action", (call.namespace, name), document, code)
    platform.controller.discard(entity)
    platform.controller.prepare(entity)
    return answer(_with_code(platform, entity))


async def delete(platform: Platform, call: Call) -> Response:
    """DELETE actions/[{package}/]{name}: answers what was deleted."""
    _owned_place(platform, call)
    action = platform.entities.get(call.namespace, "/".join(call.names), "action")
    shown = _with_code(platform, action)
    await platform.entities.delete(action)
    platform.controller.discard(action)
    return answer(shown)


def _owned_place(platform: Platform, call: Call) -> None:
    owner_only(call)
    if len(call.names) == 2:
        not_through_binding(platform.entities.get(call.namespace, call.names[0], "package"))


def _with_code(platform: Platform, action: Entity) -> dict[str, Json]:
    executable = action.document["exec"]
    text = "" if executable["kind"] == SEQUENCE else platform.entities.code(action)
    # A sequence has no code, an image may have none.
    code = {} if executable["kind"] in (SEQUENCE, BLACKBOX) and not text else {"code": text}
    return action.to_json(exec={**executable, **code})


def _listing(found: list[Entity], page: Page) -> Response:
    if page.count:
        return answer({"actions": max(0, len(found) - page.skip)})
    return answer([_item(action) for action in found[page.skip : page.skip + page.limit]])


def _item(action: Entity) -> dict[str, Json]:
    shown = action.to_json()
    del shown["parameters"]
    shown["exec"] = {"binary": shown["exec"].get("binary", False)}
    return shown


def wait_of(call: Call) -> float | None:
    """Seconds that an invocation waits, None where it does not block. Raises Rejected 400."""
    blocking = call.boolean("blocking")
    given = call.text("timeout")
    wait = 60_000
    if given is not None:
        wait = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
        if not 1 <= wait <= 60_000:
            raise malformed_query("timeout", "Timeout must be number of milliseconds up to 60000.")
    return wait / 1000 if blocking else None
