"""Where statements come from: the cells that a kernel ran, a saved notebook, a script."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fnkit.core.errors import BadArgument


@dataclass(frozen=True, slots=True)
class Cell:
    """One piece of source that was run, or would be run, as a whole."""

    source: str
    """As typed, magics included."""
    label: str
    """`In [5]`, `cell 3`, or a file's name."""
    id: str | None = None
    """JupyterLab's cell id, None where it is not known."""
    stopped: int | None = None
    """The line of `source` at which it raised; what lies below did not run. None where it ran to its end."""


@dataclass(frozen=True, slots=True)
class Cells:
    """What was run, in that order, and what is known about it."""

    cells: tuple[Cell, ...]
    folder: Path
    """Where modules and files beside the notebook are looked for."""
    notebook: str | None = None
    """File name of the notebook or script."""
    namespace: Mapping[str, Any] | None = field(default=None, repr=False)
    """The live values, None where nothing was run."""
    saved: Mapping[str, str] | None = field(default=None, repr=False)
    """Cell id → source as last saved; None where the notebook's file is not known."""
    deleted: frozenset[str] | None = None
    """Ids of cells that are no longer in the notebook; None where that is not known."""
    ran: bool = True
    """False where the last cell was not run: `namespace` holds what earlier ones defined under its names."""

    def with_cell(self, source: str) -> "Cells":
        """These cells with `source` as the last one: itself where it is the last one already."""
        if self.cells and _body(self.cells[-1].source) == _body(source):
            return self
        return replace(self, cells=(*self.cells, Cell(source, f"In [{len(self.cells) + 1}]")))


def from_history(
    inputs: Sequence[str],
    namespace: Mapping[str, Any],
    *,
    notebook: Path | None = None,
    ids: Mapping[int, str] | None = None,
    deleted: frozenset[str] | None = None,
    stopped: Mapping[int, int] | None = None,
) -> Cells:
    """The cells of a kernel. `inputs[n]` is what `In [n]` ran (`In[0]` is empty), as IPython keeps it.

    `ids` and `stopped` go by execution count: the cell's id, and the line at which it raised.
    """
    ids, stopped = ids or {}, stopped or {}
    cells = tuple(
        Cell(source, f"In [{count}]", ids.get(count), stopped.get(count))
        for count, source in enumerate(inputs)
        if count and source.strip()
    )
    saved = None
    if notebook is not None and notebook.is_file():
        saved = {cell["id"]: _text(cell) for cell in _code_cells(notebook) if "id" in cell}
    folder = notebook.parent if notebook is not None else Path.cwd()
    name = notebook.name if notebook is not None else None
    return Cells(cells, folder.absolute(), name, namespace, saved, deleted)


def from_notebook(path: Path) -> Cells:
    """The code cells of a saved notebook, from top to bottom. Raises BadArgument where it is not one."""
    cells = tuple(
        Cell(_text(cell), _label(cell, number), cell.get("id"))
        for number, cell in enumerate(_code_cells(path), start=1)
    )
    return Cells(cells, path.absolute().parent, path.name)


def from_script(path: Path) -> Cells:
    """A script as one cell. Raises BadArgument where it cannot be read."""
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as trouble:
        raise BadArgument(f"Reading the script {path}", f"{trouble}.") from trouble
    return Cells((Cell(source, path.name),), path.absolute().parent, path.name)


def _label(cell: Mapping[str, Any], number: int) -> str:
    count = cell.get("execution_count")
    return f"In [{count}]" if count else f"cell {number}"


def _text(cell: Mapping[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _code_cells(path: Path) -> list[Mapping[str, Any]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        cells = document["cells"]
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        raise BadArgument(
            f"Reading the notebook {path}",
            f"it is not a notebook of format 4 ({type(trouble).__name__}).",
            "Save it again from Jupyter.",
        ) from trouble
    return [cell for cell in cells if cell.get("cell_type") == "code"]


def _body(source: str) -> str:
    first, _, rest = source.strip().partition("\n")
    return rest.strip() if first.startswith("%%") else source.strip()
