"""The tables of what runs: how their rows are kept, dropped and summed up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Sums:
    """What is kept of the rows of a table by some of their columns: how many there are, and how much in all."""

    keep: str
    """Statement; its values are those of `by`, the number of rows, and the sum of `of`."""
    by: tuple[int, ...]
    """Columns, by their places in a row."""
    of: int

    def rows(self, added: Iterable[Row]) -> list[Row]:
        """The values for `keep`, where these rows came."""
        sums: dict[Row, tuple[int, int]] = {}
        for row in added:
            name = tuple(row[column] for column in self.by)
            count, size = sums.get(name, (0, 0))
            sums[name] = count + 1, size + row[self.of]
        return [(*name, *both) for name, both in sums.items()]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """How the rows of one table, each named by its first column, are kept and dropped."""

    keep: str
    """Statement; its first value is the name of the row."""
    drop: str
    """Statement; the name is its only value."""


ACTIVATIONS = Table(
    "INSERT OR IGNORE INTO activations (id, namespace, name, start, status, began, head, response, logs, size)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "DELETE FROM activations WHERE id = ?",
)
ACCEPTED = Table(
    "INSERT OR REPLACE INTO accepted (id, namespace, name, start, imprint, cause, again)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)",
    "DELETE FROM accepted WHERE id = ?",
)
POSITIONS = Table(
    "INSERT OR REPLACE INTO positions (id, cause, document) VALUES (?, ?, ?)",
    "DELETE FROM positions WHERE id = ?",
)
SUMS: Mapping[str, Sums] = {
    ACTIVATIONS.keep: Sums(
        "INSERT INTO totals (namespace, name, count, size) VALUES (?, ?, ?, ?) ON CONFLICT (namespace, name)"
        " DO UPDATE SET count = count + excluded.count, size = size + excluded.size",
        (1, 2),
        9,
    )
}
"""By the statement that brings rows. A trigger does the same for each row alone, at the price of the row."""
