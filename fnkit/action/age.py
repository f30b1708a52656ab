"""Whether the cells that are needed are still what the notebook shows."""

from collections.abc import Sequence

from fnkit.action.cells import Cell, Cells
from fnkit.action.statements import Statement

NOT_CHECKED = (
    "not checked: whether a needed cell was edited or deleted after it ran (the notebook's file is not known)."
)


def age(statements: Sequence[Statement], cells: Cells) -> list[str]:
    """A note for each needed cell that was edited and not run again, or deleted, as far as that is known."""
    if cells.namespace is None:
        return []  # a file is what it is
    last = len(cells.cells) - 1
    needed = sorted({statement.cell for statement in statements} - {last})
    if not needed:
        return []
    if cells.saved is None and cells.deleted is None:
        return [NOT_CHECKED]
    return [note for number in needed if (note := _note(cells.cells[number], cells))]


def _note(cell: Cell, cells: Cells) -> str | None:
    if cell.id is not None and cell.id in (cells.deleted or ()):
        return f"{cell.label} was deleted from the notebook; what it made is still used."
    if cells.saved is None:
        return None
    shown = cells.saved.values() if cell.id is None else [cells.saved.get(cell.id, "")]
    if cell.source.strip() in (source.strip() for source in shown):
        return None
    if cell.id is None:
        return f"{cell.label} is not in the saved notebook as it ran: edited, deleted, or not saved yet."
    if cell.id not in cells.saved:
        return f"{cell.label} is not in the saved notebook any more; what it made is still used."
    return f"{cell.label} was edited in the saved notebook and not run again; what ran is used."
