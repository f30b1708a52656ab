"""The verb that calls an action on many inputs."""

import builtins
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fnkit.context import Context
from fnkit.core.errors import BadArgument
from fnkit.core.names import ActionName
from fnkit.verbs.actions import Name
from fnkit.verbs.table import Argument, Option
from fnkit.verbs.values import object_of

if TYPE_CHECKING:
    from fnkit.delivery.mapping import Mapped

ELSEWHERE = 16
"""Calls in flight on a platform whose size is not known."""


def map(
    name: Name,
    inputs: Annotated[
        Iterable[Mapping[str, Any]] | str,
        Argument("a file of JSON lines, one object of arguments each; - reads standard input", "FILE", place=1),
    ] = "-",
    /,
    *,
    at_once: Annotated[
        int | None,
        Option("calls in flight at most (on this machine twice its processors, else 16)", "N", short="-n"),
    ] = None,
    ordered: Annotated[bool, Option("results in the order of the inputs", off="--as-completed")] = True,
    ledger: Annotated[
        Path | None, Option("a file that remembers what is done: the next run goes on there", "FILE")
    ] = None,
    context: Context | None = None,
) -> "Mapped":
    """Run an action on many inputs, each once, and give a result for each: its value, or why it failed.

    Calls are made while the results are read: `for result in fnkit.map("score", inputs): …`, or all of them
    with `fnkit.map("score", inputs).results()`. Inputs are mappings of arguments, from any iterable. Where the
    platform says that it is too much, fewer calls are in flight for a while. A shell writes a JSON line for each.
    """
    from fnkit.delivery import mapping

    context = context or Context()
    given = lines(inputs) if isinstance(inputs, str | Path) else inputs
    client = context.client
    usual = 2 * (os.cpu_count() or 1) if client.embedded else ELSEWHERE
    manner = mapping.Manner(usual if at_once is None else at_once, ordered, ledger)
    return mapping.mapped(client, ActionName.parse(name), given, manner, context.face.tell)


def lines(source: str | Path) -> Iterable[Mapping[str, Any]]:
    """The objects of a file of JSON lines, as many as it has; of standard input one by one, as they come.

    Raises BadArgument with the number of the line that is none.
    """
    if str(source) == "-":
        return _objects(sys.stdin, "standard input")
    try:
        text = Path(source).expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        found = f"{getattr(error, 'strerror', None) or 'it is not UTF-8'}."
        raise BadArgument(f"Reading inputs from {source}", found) from None
    return builtins.list(_objects(text.splitlines(), str(source)))


def _objects(text: Iterable[str], place: str) -> Iterator[Mapping[str, Any]]:
    for number, line in enumerate(text, 1):
        if line.strip():
            yield object_of(line, f"line {number} of {place}")
