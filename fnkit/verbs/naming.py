"""What the verbs of packages, triggers and rules have in common: names, namespaces, values, the last question."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, TypeVar

from fnkit.context import Context
from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument
from fnkit.core.names import ActionName, EntityName
from fnkit.verbs.table import Option
from fnkit.whisk.documents import Parameter
from fnkit.whisk.resource import Resource

R = TypeVar("R", bound=Resource)

Param = Annotated[
    Mapping[str, Json] | None, Option("a parameter; KEY=@photo.jpg too", "KEY VALUE", short="-p", pair=True)
]
Annotation = Annotated[Mapping[str, Json] | None, Option("an annotation", "KEY VALUE", short="-a", pair=True)]
Limit = Annotated[int, Option("at most so many, up to 200", "N", short="-l")]
Skip = Annotated[int, Option("leave out so many of the newest", "N", short="-s")]
Yes = Annotated[bool, Option("do not ask", short="-y")]


def within(collection: R, namespace: str) -> R:
    """The collection of a namespace; `_` is the one that the client is for."""
    return collection if namespace == "_" else replace(collection, namespace=namespace)


def parameters(values: Mapping[str, Json] | None) -> tuple[Parameter, ...]:
    """What is to be kept on the platform: files as `data:` URLs. Raises BadArgument, TooLarge."""
    from fnkit.delivery import arguments

    return tuple(Parameter(name, value) for name, value in arguments.bound(values or {}).items())


def sure(context: Context, kind: str, name: ActionName | EntityName, yes: bool) -> None:
    """Ask before something is deleted. Raises BadArgument where nobody said yes."""
    if not (yes or context.face.confirm(f"Delete the {kind} {name} on {context.props.host}?")):
        raise BadArgument(f"Deleting the {kind} {name}", "nobody said yes.", "Add --yes.")
