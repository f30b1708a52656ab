"""Rows that the journal has and SQLite was not told of yet: what comes and goes in between it never hears of.

A promise is kept until its record is there, and a position is written at every step: most of these rows live for
milliseconds. Each costs a line in the journal; in the database only the last word on a row counts, and many rows
of one kind are told at once.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table whose rows, each named by its first column, are kept and dropped."""

    name: str
    columns: tuple[str, ...]
    again: Literal["IGNORE", "REPLACE"]
    """What becomes of a row that is kept under a name that is there."""
    derived: tuple[str, ...] = ()
    """The tables that the database makes of its rows."""
    keep: str = field(init=False)
    """Statement; its values are those of the columns."""
    drop: str = field(init=False)
    """Statement; the name is its only value."""

    def __post_init__(self) -> None:
        marks = ", ".join("?" * len(self.columns))
        keep = f"INSERT OR {self.again} INTO {self.name} ({', '.join(self.columns)}) VALUES ({marks})"
        object.__setattr__(self, "keep", keep)
        object.__setattr__(self, "drop", f"DELETE FROM {self.name} WHERE {self.columns[0]} = ?")


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
        self._seen_in: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._rows)

    def find(self, table: Table, name: str) -> Sequence[Any] | None:
        """The values of a row, none where it was dropped; None where SQLite knows all that there is of it."""
        last = self._rows.get((table, name))
        return None if last is None else last.values if last.statement is table.keep else ()

    def matters(self, statement: str) -> bool:
        """Whether the statement names a table in which the database would show one of these rows."""
        return any(name in statement for name in self._seen_in)

    def keep(self, table: Table, values: Sequence[Any], fresh: bool) -> None:
        """A row with these values; `fresh` where there was none of its name before."""
        row = (table, values[0])
        before = self._rows.get(row)
        self._rows[row] = _Last(table.keep, values, fresh if before is None else before.fresh)
        self._seen_in.update((table.name, *table.derived))

    def drop(self, table: Table, name: str) -> None:
        """No row of that name."""
        before = self._rows.pop((table, name), None)
        if before is None or not before.fresh:
            self._rows[table, name] = _Last(table.drop, (name,), fresh=False)
            self._seen_in.update((table.name, *table.derived))

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
        self.clear()

    def clear(self) -> None:
        """Forget them."""
        self._rows.clear()
        self._seen_in.clear()
