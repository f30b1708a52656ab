"""Columns and sizes in a shell: a drawn table for a person, tab-separated words for a pipe."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

Columns = Mapping[str, Callable[[Any], object]]
"""Head → what to read of a row."""


def table(columns: Columns, rows: Sequence[Any]) -> Iterable[str]:
    """The rows as lines; a pipe gets them without the head, ready for `cut` and `awk`."""
    cells = [[text(read(row)) for read in columns.values()] for row in rows]
    if not sys.stdout.isatty():
        return ["\t".join(row) for row in cells]
    from rich.console import Console
    from rich.table import Table

    drawn = Table(box=None, header_style="bold", pad_edge=False)
    for number, head in enumerate(columns):
        # The first column is what the next command takes: it is never cut short.
        longest = max((len(row[number]) for row in cells), default=0)
        drawn.add_column(head, no_wrap=True, min_width=None if number else longest)
    for row in cells:
        drawn.add_row(*row)
    console = Console()
    with console.capture() as captured:
        console.print(drawn)
    return captured.get().splitlines()


def pairs(values: Mapping[str, object]) -> Iterable[str]:
    """`name  value` lines, aligned; what is None or empty is left out."""
    said = {name: text(value) for name, value in values.items() if value not in (None, "", (), {}, [])}
    width = max(map(len, said), default=0)
    return [f"{name:<{width}}  {value}".replace("\n", "\n" + " " * (width + 2)) for name, value in said.items()]


def plain(value: Any) -> Iterable[str]:
    """JSON for what an action gave, else what the value says of itself."""
    if value is None or isinstance(value, dict | list | bool | int | float):
        return [json.dumps(value, indent=2, ensure_ascii=False)]
    return [str(value)]


def text(value: object) -> str:
    """A cell: nothing for None, one line for a sequence."""
    if value is None:
        return "-"
    return "\n".join(map(str, value)) if isinstance(value, tuple) else str(value)


def size(count: int) -> str:
    """Bytes for a person: `812 B`, `4.2 kB`, `31.0 MB`."""
    if count < 1000:
        return f"{count} B"
    power = min(len(str(count)) - 1, 9) // 3
    return f"{count / 1000**power:.1f} {'kMG'[power - 1]}B"


def moment(milliseconds: int | None) -> str | None:
    """Milliseconds since 1970 as local time."""
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def span(milliseconds: int | None) -> str | None:
    """Milliseconds with their unit."""
    return None if milliseconds is None else f"{milliseconds} ms"
