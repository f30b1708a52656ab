"""The verbs of actions."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Unpack

from fnkit.core.entities import Json
from fnkit.verbs.options import BuildOptions, DeployOptions
from fnkit.verbs.table import Argument, Option

if TYPE_CHECKING:
    from fnkit.context import Context

Source = Callable[..., Any] | Path | str

Name = Annotated[str, Argument("name, package/name or /namespace/package/name", "NAME")]


def deploy(
    source: Annotated[Any, Argument("a script, a notebook, a folder or a zip", "FILE", place=1, typed=True)],
    name: Annotated[str | None, Argument("name or package/name of the action", "NAME", typed=True)] = None,
    *,
    context: "Context | None" = None,
    **options: Unpack[DeployOptions],
) -> Any:
    """Put a function on the platform and give its receipt: created, updated or unchanged.

    The function is cut out of its notebook or file with all that it needs, tried alone in a clean process on the
    test input, sent, and tried there again; where the answers differ nothing is sent, or the previous version comes
    back.
    """
    raise NotImplementedError


def test(
    source: Annotated[Any, Argument("a script, a notebook, a folder or a zip", "FILE", place=1, typed=True)],
    name: Annotated[str | None, Argument("name or package/name of the action", "NAME", typed=True)] = None,
    *,
    context: "Context | None" = None,
    **options: Unpack[BuildOptions],
) -> Any:
    """Try a function as an action in a clean process on this machine, and send nothing."""
    raise NotImplementedError


def show(name: Name, *, context: "Context | None" = None) -> Any:
    """Give the action file that is deployed under a name."""
    raise NotImplementedError


def invoke(
    name: Annotated[str, Argument("name, package/name or /namespace/package/name", "NAME")],
    arguments: Annotated[
        Mapping[str, Json] | None, Argument("KEY=VALUE, KEY=@photo.jpg or @file.json", "KEY=VALUE", place=1)
    ] = None,
    /,
    *,
    blocking: Annotated[bool, Option("wait for the end", short="-b", off="--no-wait")] = True,
    result: Annotated[bool, Option("give the result alone", short="-r")] = False,
    timeout: Annotated[float | None, Option("how long to wait for the end, in seconds", "S")] = None,
    context: "Context | None" = None,
    **more: Json,
) -> Any:
    """Run an action and give its activation: id, status, result, logs and where the time went.

    `fnkit.invoke("hello", name="Ada")`; an argument with the name of an option goes into the mapping:
    `fnkit.invoke("hello", {"timeout": 3})`.
    """
    raise NotImplementedError


def get(name: Name, *, context: "Context | None" = None) -> Any:
    """Give what is deployed under a name: version, limits, parameters, entry and digest."""
    raise NotImplementedError


def list(
    package: Annotated[str | None, Argument("only the actions of this package", "PACKAGE")] = None,
    *,
    limit: Annotated[int, Option("at most so many", "N", short="-l")] = 30,
    skip: Annotated[int, Option("leave out so many of the newest", "N", short="-s")] = 0,
    context: "Context | None" = None,
) -> Any:
    """Give the actions of your namespace, newest first."""
    raise NotImplementedError


def delete(
    name: Name,
    *,
    yes: Annotated[bool, Option("do not ask", short="-y")] = False,
    context: "Context | None" = None,
) -> Any:
    """Delete an action and give its last record."""
    raise NotImplementedError
