"""The tables of what runs: how their rows are kept, dropped and summed up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

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
    """A table whose rows, each named by its first column, are kept and dropped."""

    name: str
    columns: tuple[str, ...]
    again: Literal["IGNORE", "REPLACE"]
    """What becomes of a row that is kept under a name that is there."""
    derived: tuple[str, ...] = ()
    """The tables that are made of its rows."""
    keep: str = field(init=False)
    """Statement; its values are those of the columns."""
    drop: str = field(init=False)
    """Statement; the name is its only value."""

    def __post_init__(self) -> None:
        marks = ", ".join("?" * len(self.columns))
        keep = f"INSERT OR {self.again} INTO {self.name} ({', '.join(self.columns)}) VALUES ({marks})"
        object.__setattr__(self, "keep", keep)
        object.__setattr__(self, "drop", f"DELETE FROM {self.name} WHERE {self.columns[0]} = ?")


ACTIVATIONS = Table(
    "activations",
    ("id", "namespace", "name", "start", "status", "began", "head", "response", "logs", "size"),
    "IGNORE",
    derived=("totals",),
)
ACCEPTED = Table("accepted", ("id", "namespace", "name", "start", "imprint", "cause", "again"), "REPLACE")
POSITIONS = Table("positions", ("id", "cause", "document"), "REPLACE")
SUMS: Mapping[str, Sums] = {
    ACTIVATIONS.keep: Sums(
        "INSERT INTO totals (namespace, name, count, size) VALUES (?, ?, ?, ?) ON CONFLICT (namespace, name)"
        " DO UPDATE SET count = count + excluded.count, size = size + excluded.size",
        (1, 2),
        9,
    )
}
"""By the statement that brings rows. A trigger does the same for each row alone, at the price of the row."""
