"""The pages say what the code does: what is not documented fails here."""

import ast
import re
from pathlib import Path

import pytest

from fnkit.local.sandbox.kernel import Kernel
from fnkit.local.sandbox.rung import SCOPED, ladder
from fnkit.vision.body import GROUPS
from fnkit.whisk.sources import VARIABLES

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    """Every link and picture within the project is there."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    local = [target for target in targets if target and "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_page_is_in_the_table_of_contents():
    contents = (ROOT / "docs" / "README.md").read_text()
    pages = [page.name for page in (ROOT / "docs").glob("*.md") if page.name != "README.md"]
    assert [name for name in pages if f"({name})" not in contents] == []


def test_every_error_has_its_line():
    source = ast.parse((ROOT / "fnkit" / "core" / "errors.py").read_bytes())
    classes = [node.name for node in source.body if isinstance(node, ast.ClassDef) and node.name != "FnkitError"]
    page = (ROOT / "docs" / "errors.md").read_text()
    assert len(classes) > 10
    assert [name for name in classes if f"`{name}`" not in page] == []


def test_the_sandbox_page_says_what_each_rung_says_of_itself():
    page = (ROOT / "docs" / "sandbox.md").read_text()
    rows = [
        [cell.strip() for cell in line.strip("|\n ").split("|")] for line in page.splitlines() if line[:1] == "|"
    ]
    [head] = [row for row in rows if row[0] == "what"]
    cells = {
        (row[0], rung): cell for row in rows if len(row) == len(head) for rung, cell in zip(head, row, strict=True)
    }
    rungs = ladder(Kernel(linux=True, landlock=SCOPED, filters=True, root=False))
    assert head[1:] == [rung.name for rung in rungs]
    for rung in rungs:
        assert {claim for claim in rung.stops if cells[claim, rung.name] != "stopped"} == set()
        assert {claim for claim in rung.does_not_stop if cells[claim, rung.name] != "**not stopped**"} == set()


def test_the_configuration_page_names_every_variable():
    page = (ROOT / "docs" / "configuration.md").read_text()
    named = [variable for family in VARIABLES for variable in family.values()]
    assert [
        variable for variable in [*named, "WSK_CONFIG_FILE", "FNKIT_CACHE", "FNKIT_DATA"] if variable not in page
    ] == []


def test_the_crop_page_names_every_part():
    page = (ROOT / "docs" / "crop.md").read_text()
    assert [name for name in GROUPS if f"`{name}`" not in page] == []
