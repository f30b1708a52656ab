"""The notebooks as they lie in git: no outputs, a parameters cell, nothing from the internet."""

import re
import subprocess
import sys

import nbformat
import pytest

from tests.notebooks.conftest import NOTEBOOKS

ALL = sorted(NOTEBOOKS.glob("*.ipynb"))


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_it_is_clean(path):
    stripped = subprocess.run(
        [sys.executable, "-m", "nbstripout", "--keep-id", "--textconv", str(path)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert nbformat.reads(stripped, 4) == nbformat.read(path, 4)
    nbformat.validate(nbformat.read(path, 4))


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_it_has_one_parameters_cell_and_ids(path):
    cells = nbformat.read(path, 4).cells
    assert sum("parameters" in cell.metadata.get("tags", ()) for cell in cells) == 1
    assert len({cell.id for cell in cells}) == len(cells)


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_its_code_asks_nothing_of_the_internet_and_sets_nothing_by_hand(path):
    code = "\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code")
    assert not re.search(r"https?://(?!127\.0\.0\.1)", code)
    assert "environ" not in code
    assert not re.search(r"^\s*[!%]+\s*(pip|conda|sh|bash)", code, re.MULTILINE)
