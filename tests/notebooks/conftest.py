"""The notebooks as they are run: by papermill, from their own folder, on a platform that no other test uses."""

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from PIL import Image

from tests.conftest import Platform, fresh_platform

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SLOWEST_CELL = 900
"""Seconds."""


@dataclass(frozen=True)
class Run:
    """A notebook with what came of it; cells are known by their ids."""

    document: Any

    def outputs(self, cell: str) -> list[Any]:
        return next(one for one in self.document.cells if one.id == cell).outputs

    def text(self, cell: str) -> str:
        """What the cell printed."""
        return "".join(out.text for out in self.outputs(cell) if out.output_type == "stream")

    def data(self, cell: str) -> dict[str, Any]:
        """The bundle of the cell's value."""
        return next(out.data for out in self.outputs(cell) if out.output_type == "execute_result")

    def facts(self, cell: str) -> Any:
        """What the value says to programs."""
        return next(value for kind, value in self.data(cell).items() if kind.startswith("application/vnd.fnkit."))

    def picture(self, cell: str) -> np.ndarray:
        """The cell's PNG as an array."""
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(self.data(cell)["image/png"]))).convert("RGB"))


def papermill(notebook: Path, out: Path, **parameters: Any) -> Run:
    """Run it in a kernel of its own. Raises PapermillExecutionError."""
    import papermill as pm

    pm.execute_notebook(
        str(notebook), str(out), parameters, cwd=str(NOTEBOOKS), progress_bar=False, execution_timeout=SLOWEST_CELL
    )
    return Run(nbformat.read(out, as_version=4))


@pytest.fixture(scope="module")
def platform(tmp_path_factory) -> Iterator[Platform]:
    """A fresh platform, named to the kernels by a props file of its own."""
    started = fresh_platform(tmp_path_factory.mktemp("notebooks") / "data")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("WSK_CONFIG_FILE", str(started.props))
        yield started
    started.stop()
