"""What a kernel knows of its cells: what ran, under which id, where it stopped, and which cells are gone."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from fnkit.action import cells
from fnkit.action.cells import Cells


class History:
    """Listens to one shell from `%load_ext` on. Cells that ran before are known by their text alone."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._ids: dict[int, str] = {}
        self._stopped: dict[int, int] = {}
        self._bodies: dict[int, BaseException | None] = {}
        self._deleted: set[str] | None = None

    @property
    def count(self) -> int:
        """The number of the cell that runs now."""
        return len(self._inputs) - 1

    @property
    def source(self) -> str:
        """The cell that runs now, as typed."""
        return str(self._inputs[-1])

    def listen(self) -> None:
        """Begin."""
        self._shell.events.register("pre_run_cell", self._before)
        self._shell.events.register("post_run_cell", self._after)

    def cease(self) -> None:
        """End."""
        self._shell.events.unregister("pre_run_cell", self._before)
        self._shell.events.unregister("post_run_cell", self._after)

    def cells(self) -> Cells:
        """What ran so far, for the slice of a deploy."""
        return cells.from_history(
            self._inputs,
            self._shell.user_ns,
            notebook=notebook(self._shell.user_ns, os.environ),
            ids=self._ids,
            deleted=None if self._deleted is None else frozenset(self._deleted),
            stopped=self._stopped,
        )

    def ran(self, error: BaseException | None) -> None:
        """The body of the current cell ran by itself and raised `error`, or nothing.

        Where a deploy fails after it, the body has still run to its end.
        """
        self._bodies[self.count] = error

    @property
    def _inputs(self) -> list[str]:
        """As typed, by number; the cell that runs now is the last one."""
        inputs: list[str] = self._shell.history_manager.input_hist_raw
        return inputs

    def _before(self, info: Any) -> None:
        """Not stored yet: the cell that begins gets the next number."""
        if not info.store_history:
            return
        if info.cell_id:
            self._ids[len(self._inputs)] = info.cell_id
        gone = (info.cell_meta or {}).get("deletedCells")
        if gone is not None:
            # JupyterLab tells what was deleted since the last cell it ran; an undo brings a cell back.
            self._deleted = ((self._deleted or set()) | set(gone)) - {info.cell_id}

    def _after(self, result: Any) -> None:
        if not result.info.store_history:
            return
        error = self._bodies.pop(self.count, result.error_in_exec or result.error_before_exec)
        if error is not None:
            self._stopped[self.count] = _line(error.__traceback__)


def notebook(namespace: Mapping[str, Any], environment: Mapping[str, str]) -> Path | None:
    """The notebook's file, as far as the front end tells: VS Code, Jupyter's server. None where nobody does."""
    for told in (namespace.get("__vsc_ipynb_file__"), environment.get("JPY_SESSION_NAME")):
        path = Path(str(told or ""))
        # Jupyter gives the path below the server's root; a kernel starts in the notebook's folder.
        for each in (path, Path(path.name)):
            if each.suffix == ".ipynb" and each.is_file():
                return each.absolute()
    return None


def _line(trace: TracebackType | None) -> int:
    """The line of the cell at which it raised: that of the outermost frame that is a cell's; 1 for bad syntax."""
    while trace is not None:
        if "ipykernel_" in (file := trace.tb_frame.f_code.co_filename) or file.startswith("<ipython-input"):
            return trace.tb_lineno
        trace = trace.tb_next
    return 1
