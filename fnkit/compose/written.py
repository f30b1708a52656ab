"""A flow that is written down in a script or a notebook: made by running what it needs of that, and no more."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fnkit.action.cells import Cells, from_notebook, from_script
from fnkit.action.emit import written
from fnkit.action.slice import sliced
from fnkit.action.statements import run
from fnkit.compose.flow import Flow
from fnkit.core.errors import BadArgument, BadCell


def read(file: Path, name: str) -> tuple[Flow, Cells]:
    """The flow that a .py or .ipynb calls `name`, and its cells. Raises BadArgument, BadCell."""
    tried = f"Reading the flow {name} of {file}"
    if not file.is_file():
        raise BadArgument(tried, "there is no such file.")
    cells = from_notebook(file) if file.suffix == ".ipynb" else from_script(file)
    body, _ = written(sliced(run(cells), name))
    with tempfile.TemporaryDirectory(prefix="fnkit-flow-") as folder, _importing(cells.folder):
        # A file, since a lambda's source is looked up where its code says that it is.
        place = Path(folder, file.with_suffix(".py").name)
        place.write_text(body, "utf-8")
        namespace: dict[str, Any] = {"__name__": "__main__"}
        try:
            exec(compile(body, str(place), "exec"), namespace)
        except Exception as error:
            raise BadCell(tried, f"{type(error).__name__}: {error}.") from error
    found = namespace[name]
    if not isinstance(found, Flow):
        raise BadArgument(tried, f"it is a {type(found).__name__}.", "A function is deployed with --entry NAME.")
    return found, cells


@contextmanager
def _importing(folder: Path) -> Iterator[None]:
    """Modules beside the file can be imported."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
