"""How what is wired looks in a shell."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fnkit.cli.layout import Columns, moment, table
from fnkit.delivery.wired import Row, Wires

_ROWS: Columns = {
    "trigger": lambda row: row.wire.trigger,
    "source": lambda row: row.wire.source,
    "rule": lambda row: row.way and row.way.rule,
    "pattern": lambda row: row.way and row.way.pattern and json.dumps(row.way.pattern),
    "action": lambda row: row.way and row.way.target,
    "destinations": lambda row: row.places or None,
    "state": lambda row: row.state,
    "fired": lambda row: row.wire.fired,
    "last": lambda row: moment(row.wire.last),
    "pending": lambda row: row.wire.pending,
    "failed": lambda row: row.wire.failed,
}


def _wires(wires: Wires) -> Iterable[str]:
    return table(_ROWS, wires.rows) if wires.wires else [str(wires)]


LINES: Mapping[type, Callable[[Any], Iterable[str]]] = {Wires: _wires}
TABLES: Mapping[type, Columns] = {Row: _ROWS}
