"""Rows that the journal has and SQLite was not told of yet: what comes and goes in between it never hears of.

A promise is kept until its record is there, and a position is written at every step: most of these rows live for
milliseconds. Each costs a line in the journal; in the database only the last word on a row counts, and many rows
of one kind are told at once.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Table:
    """How the rows of one table, each named by its first column, are kept and dropped."""

    keep: str
    """Statement; its first value is the name of the row."""
    drop: str
    """Statement; the name is its only value."""


@dataclass(slots=True)
class _Last:
    """The last word on a row; `fresh` where SQLite knows nothing of it."""

    statement: str
    values: Sequence[Any]
    fresh: bool


class Pending:
    """The rows, by table and name."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Table, str], _Last] = {}

    def __bool__(self) -> bool:
        return bool(self._rows)

    def keep(self, table: Table, values: Sequence[Any], fresh: bool) -> None:
        """A row with these values; `fresh` where there was none of its name before."""
        row = (table, values[0])
        before = self._rows.get(row)
        self._rows[row] = _Last(table.keep, values, fresh if before is None else before.fresh)

    def drop(self, table: Table, name: str) -> None:
        """No row of that name."""
        before = self._rows.pop((table, name), None)
        if before is None or not before.fresh:
            self._rows[table, name] = _Last(table.drop, (name,), fresh=False)

    def tell(self, db: sqlite3.Connection) -> None:
        """Bring them all into the open transaction; where that fails none is, and all stay."""
        sorts: dict[str, list[Sequence[Any]]] = {}
        for last in self._rows.values():
            sorts.setdefault(last.statement, []).append(last.values)
        db.execute("SAVEPOINT pending")
        try:
            for statement, rows in sorts.items():
                db.executemany(statement, rows)
        except sqlite3.Error:
            if db.in_transaction:  # a full disk may have ended it
                db.execute("ROLLBACK TO pending")
            raise
        db.execute("RELEASE pending")
        self._rows.clear()

    def clear(self) -> None:
        """Forget them."""
        self._rows.clear()
