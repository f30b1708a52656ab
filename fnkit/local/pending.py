"""Rows that the journal has and SQLite was not told of yet: what comes and goes in between it never hears of.

A promise is kept until its record is there, and a position is written at every step: most of these rows live for
milliseconds. Each costs a line in the journal; in the database only the last word on a row counts, and many rows
of one kind are told at once.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

from fnkit.local.tables import SUMS, Table

_Last = tuple[str, Sequence[Any], bool]
"""The last word on a row: statement, values, and whether SQLite knows nothing of it."""


class Pending:
    """The rows, by table and name."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Table, str], _Last] = {}
        self._seen_in: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._rows)

    def find(self, table: Table, name: str) -> Sequence[Any] | None:
        """The values of a row, none where it was dropped; None where SQLite knows all that there is of it."""
        last = self._rows.get((table, name))
        if last is None:
            return None
        statement, values, _ = last
        return values if statement is table.keep else ()

    def matters(self, statement: str) -> bool:
        """Whether the statement names a table in which the database would show one of these rows."""
        return any(name in statement for name in self._seen_in)

    def keep(self, table: Table, values: Sequence[Any], fresh: bool) -> None:
        """A row with these values; `fresh` where there was none of its name before."""
        row = (table, values[0])
        before = self._rows.get(row)
        self._rows[row] = table.keep, values, fresh if before is None else before[2]
        self._seen_in.update((table.name, *table.derived))

    def drop(self, table: Table, name: str) -> None:
        """No row of that name."""
        before = self._rows.pop((table, name), None)
        if before is None or not before[2]:
            self._rows[table, name] = table.drop, (name,), False
            self._seen_in.update((table.name, *table.derived))

    def tell(self, db: sqlite3.Connection) -> None:
        """Bring them all into the open transaction; where that fails none is, and all stay."""
        sorts: dict[str, list[Sequence[Any]]] = {}
        for statement, values, _ in self._rows.values():
            sorts.setdefault(statement, []).append(values)
        db.execute("SAVEPOINT pending")
        try:
            for statement, rows in sorts.items():
                bring(db, statement, rows)
        except sqlite3.Error:
            if db.in_transaction:  # a full disk may have ended it
                db.execute("ROLLBACK TO pending")
            raise
        db.execute("RELEASE pending")
        self.clear()

    def clear(self) -> None:
        """Forget them."""
        self._rows.clear()
        self._seen_in.clear()


def bring(db: sqlite3.Connection, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Execute a statement for each of these rows, and sum up what came by it."""
    sums = SUMS.get(statement)
    if sums is None:
        db.executemany(statement, rows)
        return
    came = [row for row in rows if db.execute(statement, row).rowcount]  # those that were not there
    db.executemany(sums.keep, sums.rows(came))
