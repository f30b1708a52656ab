"""The verbs of activations."""

from typing import TYPE_CHECKING, Annotated, Any

from fnkit.verbs.table import Argument, Option

if TYPE_CHECKING:
    from fnkit.context import Context

Id = Annotated[str | None, Argument("an activation id (the newest one where none is given)", "ID")]


def result(id: Id = None, *, context: "Context | None" = None) -> Any:
    """Give the result of an activation."""
    raise NotImplementedError


def logs(id: Id = None, *, context: "Context | None" = None) -> Any:
    """Give the log lines of an activation."""
    raise NotImplementedError


def activations(
    name: Annotated[str | None, Argument("only those of this action", "NAME")] = None,
    *,
    limit: Annotated[int, Option("at most so many", "N", short="-l")] = 30,
    skip: Annotated[int, Option("leave out so many of the newest", "N", short="-s")] = 0,
    context: "Context | None" = None,
) -> Any:
    """Give the newest activations."""
    raise NotImplementedError
