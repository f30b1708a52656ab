"""Who may do what with which entity: the owner all, others only what a public package allows.

Source: EntitlementProvider.scala, PackageCollection.scala.
"""

from fnkit.local.entities import Entities, Entity
from fnkit.local.exchange import Call
from fnkit.local.rejected import bad_request, forbidden, missing


def owner_only(call: Call) -> None:
    """Raises Rejected 403 for everything in a namespace of another."""
    if call.namespace != call.identity.namespace:
        raise forbidden("/".join((call.namespace, *call.names)))


def allowed(entities: Entities, caller: str, path: str) -> None:
    """Raises Rejected 403 or 404 where the owner of namespace `caller` may not read or call what is at a path.

    `path` is `/namespace/[package/]name`. Whether the last of it is there does not matter.
    """
    _, namespace, *names = path.split("/")
    if len(names) == 2:
        _readable(entities, caller, namespace, names[0])
    elif namespace != caller:
        raise forbidden(path.removeprefix("/"))


def readable_package(entities: Entities, call: Call, namespace: str, name: str) -> Entity:
    """A package that the caller may read or whose actions they may call; a binding only with what it is bound to.

    Raises Rejected 403 or 404.
    """
    return _readable(entities, call.identity.namespace, namespace, name)


def provider_of(entities: Entities, package: Entity) -> Entity:
    """The package itself, or the one that a binding is bound to. Raises Rejected 404."""
    bound = package.document["binding"]
    return entities.get(bound["namespace"], bound["name"], "package") if bound else package


def not_through_binding(package: Entity) -> None:
    """Raises Rejected 400 for a binding: its actions belong to another package."""
    if package.document["binding"]:
        raise bad_request("Operation not permitted on package binding.")


def _readable(entities: Entities, caller: str, namespace: str, name: str) -> Entity:
    own = namespace == caller
    found = entities.find(namespace, name)
    if not own:
        public = found is not None and found.kind == "package" and found.document["publish"]
        if not public or (found is not None and found.document["binding"]):
            raise forbidden(f"{namespace}/{name}")
    package = entities.get(namespace, name, "package")
    if bound := package.document["binding"]:
        own_provider = bound["namespace"] == caller
        provider = entities.find(bound["namespace"], bound["name"])
        if provider is None or provider.kind != "package":
            raise (missing(package.path) if own_provider else forbidden(f"{bound['namespace']}/{bound['name']}"))
        if not own_provider and not provider.document["publish"]:
            raise forbidden(provider.path)
    return package
