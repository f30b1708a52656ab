"""Every answer of a verb as lines for a shell, by its type; how a value looks is imported when there is one.

A module of this room that shows values says so by type: `LINES` one of them, `TABLES` a list of them, `NEWS` what
is new of one that is not over.
"""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

import typer

from fnkit.cli.layout import plain, table

_HOMES = {
    "bills": ("Bill", "Item"),
    "calls": ("Invocation", "Summary"),
    "deploys": ("Plan", "Receipt"),
    "entities": ("Action", "Package", "Rule", "Trigger"),
    "events": ("Row", "Wires"),
    "lives": ("Life", "Lives"),
    "maps": ("Mapped",),
    "models": ("Known", "KnownModel", "ModelFile"),
    "platform": ("Running", "Setting", "Status", "User"),
    "sessions": ("Session",),
    "trials": ("ActionFile", "Tested"),
}
"""Module → the names of the types whose values it shows."""


def show(value: Any) -> None:
    """Write an answer to stdout."""
    for line in lines(value):
        typer.echo(line)


def lines(value: Any) -> Iterable[str]:
    """The lines of an answer."""
    if isinstance(value, tuple):
        columns = _known("TABLES", value[0]) if value else None
        return [str(one) for one in value] if columns is None else table(columns, value)
    draw = _known("LINES", value)
    shown: Iterable[str] = plain(value) if draw is None else draw(value)
    return shown


def news(value: Any) -> Iterable[str]:
    """The lines of a result that is not over: each stays as it is, and more come."""
    draw = _known("NEWS", value)
    shown: Iterable[str] = lines(value) if draw is None else draw(value)
    return shown


def _known(what: str, value: Any) -> Any:
    """What this room knows of the value's type, None where that is nothing."""
    kind = type(value)
    home = next((home for home, names in _HOMES.items() if kind.__name__ in names), None)
    return getattr(import_module(f"fnkit.cli.{home}"), what, {}).get(kind) if home else None
