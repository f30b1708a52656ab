"""How the lives of instances look in a shell."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fnkit.cli.layout import Columns, moment, span, table
from fnkit.delivery.lives import Lives
from fnkit.whisk.lives import Life

_LIVES: Columns = {
    "id": lambda life: life.id,
    "action": lambda life: life.action.split("/", 2)[2],
    "state": lambda life: life.state,
    "began": lambda life: life.began,
    "allocated": lambda life: moment(life.allocated),
    "start": lambda life: None if life.started is None else span(life.started - life.allocated),
    "init": lambda life: None if life.ready is None else span(life.ready - life.started),
    "calls": lambda life: len(life.runs),
    "gone": lambda life: life.why and f"{moment(life.released)} ({life.why})",
}


def _lives(lives: Lives) -> Iterable[str]:
    yield str(lives)
    if lives.lives:
        yield from table(_LIVES, lives.lives)


LINES: Mapping[type, Callable[[Any], Iterable[str]]] = {Lives: _lives}
TABLES: Mapping[type, Columns] = {Life: _LIVES}
