"""The picture of the lives of instances for the documents, from a real run of notebook 06."""

import base64
import io
import re
from pathlib import Path

import nbformat
import papermill

NOTEBOOK = "06_what_happens.ipynb"
CELL = "waves"
"""The id of the cell whose picture it is."""


def draw(images: Path, notebooks: Path) -> None:
    """Write the picture into `images`; the platform is the one that the environment names."""
    print(f"Running {NOTEBOOK}", flush=True)
    run = notebooks / f"run-{NOTEBOOK}"
    papermill.execute_notebook(
        notebooks / NOTEBOOK, run, cwd=notebooks, progress_bar=False, stdout_file=io.StringIO()
    )
    cell = next(one for one in nbformat.read(run, as_version=4).cells if one.id == CELL)
    html = next(out.data["text/html"] for out in cell.outputs if out.output_type == "execute_result")
    found = re.search(r'<img src="data:image/svg\+xml;base64,([^"]+)"', html)
    assert found is not None, html
    (images / "life.svg").write_bytes(base64.b64decode(found[1]))
    print("docs/images/life.svg", flush=True)
