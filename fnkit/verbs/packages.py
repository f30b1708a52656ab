"""The verbs of packages: `fnkit package create`, `update`, `get`, `list`, `delete`, `bind`."""

from typing import TYPE_CHECKING, Annotated, Literal

from fnkit.context import Context
from fnkit.core.errors import BadArgument
from fnkit.core.names import EntityName, legal
from fnkit.verbs.answers import Deleted
from fnkit.verbs.naming import Annotation, Limit, Param, Skip, Yes, parameters, sure, within
from fnkit.verbs.table import Argument, Option

if TYPE_CHECKING:
    from fnkit.whisk.documents import Package

Shared = Option("may every namespace use it: yes or no", "yes|no")
Name = Annotated[str, Argument("name or /namespace/name of the package", "PACKAGE")]


def package_create(
    name: Name,
    *,
    param: Param = None,
    annotation: Annotation = None,
    shared: Annotated[Literal["yes", "no"], Shared] = "no",
    context: Context | None = None,
) -> "Package":
    """Make an empty package; its parameters are given to each action in it."""
    package = EntityName.parse(name, "package")
    publish, values = _publish(package, shared), parameters(param)
    packages = within((context or Context()).client.packages, package.namespace)
    return packages.create(package.name, values, annotation, publish=publish)


def package_update(
    name: Name,
    *,
    param: Param = None,
    annotation: Annotation = None,
    shared: Annotated[Literal["yes", "no"] | None, Shared] = None,
    context: Context | None = None,
) -> "Package":
    """Change a package: parameters that are given take the place of all that it had; its actions stay."""
    package = EntityName.parse(name, "package")
    publish, values = None if shared is None else _publish(package, shared), parameters(param)
    packages = within((context or Context()).client.packages, package.namespace)
    return packages.update(package.name, values, annotation, publish)


def package_get(name: Name, *, context: Context | None = None) -> "Package":
    """Give what is in a package: its actions, parameters, and what it is bound to."""
    package = EntityName.parse(name, "package")
    return within((context or Context()).client.packages, package.namespace).get(package.name)


def package_list(
    namespace: Annotated[
        str | None, Argument("of another namespace, such as /whisk.system: its shared ones", "NAMESPACE")
    ] = None,
    *,
    limit: Limit = 30,
    skip: Skip = 0,
    context: Context | None = None,
) -> "tuple[Package, ...]":
    """Give the packages of your namespace, or those that another one shares, the newest first."""
    owner = (namespace or "_").strip("/")
    if not legal(owner):
        raise BadArgument(
            f"Listing the packages of {namespace!r}", "it is not a namespace.", "Type /whisk.system."
        )
    return tuple(within((context or Context()).client.packages, owner).list(limit, skip))


def package_bind(
    package: Annotated[str, Argument("the package to bind: name or /namespace/name", "PACKAGE")],
    bound_name: Annotated[str, Argument("what the bound copy is called", "BOUND_NAME", place=1)],
    *,
    param: Param = None,
    annotation: Annotation = None,
    context: Context | None = None,
) -> "Package":
    """Make a bound copy of a package: the same actions, with parameters of its own."""
    provider, bound = EntityName.parse(package, "package"), EntityName.parse(bound_name, "package")
    values = parameters(param)
    packages = within((context or Context()).client.packages, bound.namespace)
    return packages.bind(bound.name, provider, values, annotation)


def package_delete(name: Name, *, yes: Yes = False, context: Context | None = None) -> Deleted:
    """Delete an empty package, or a bound copy, after a question."""
    context, package = context or Context(), EntityName.parse(name, "package")
    sure(context, "package", package, yes)
    gone = within(context.client.packages, package.namespace).delete(package.name)
    return Deleted(f"/{gone.namespace}/{gone.name}", gone.version)


def _publish(package: EntityName, shared: str) -> bool:
    """What `--shared` means. Raises BadArgument."""
    if shared not in ("yes", "no"):
        raise BadArgument(f"Sharing the package {package}", f"--shared is yes or no, not {shared!r}.")
    return shared == "yes"
