"""The pages say what the code does: what is not documented fails here."""

import ast
import re
from pathlib import Path

import pytest

from fnkit.local.sandbox.kernel import Kernel
from fnkit.local.sandbox.rung import CLAIMS, SCOPED, ladder
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
    """One line for each claim, in the order of the claims; "the same" is what stands to its left."""
    page = (ROOT / "docs" / "sandbox.md").read_text()
    rungs = ladder(Kernel(linux=True, landlock=SCOPED, filters=True, root=False))
    head = f"| attempt | {' | '.join(rung.name for rung in rungs)} |\n"
    rows = page.partition(head)[2].partition("\n\n")[0].splitlines()[1:]
    for claim, row in zip(CLAIMS, rows, strict=True):
        works = []
        for cell in row.strip("| ").split(" | ")[1:]:
            works.append(works[-1] if cell == "the same" else cell.startswith("**works**"))
        assert works == [claim in rung.does_not_stop for rung in rungs], claim


def test_the_configuration_page_names_every_variable():
    page = (ROOT / "docs" / "configuration.md").read_text()
    named = [variable for family in VARIABLES for variable in family.values()]
    assert [
        variable for variable in [*named, "WSK_CONFIG_FILE", "FNKIT_CACHE", "FNKIT_DATA"] if variable not in page
    ] == []


def test_the_crop_page_names_every_part():
    page = (ROOT / "docs" / "crop.md").read_text()
    assert [name for name in GROUPS if f"`{name}`" not in page] == []


def said(node: ast.AST) -> str:
    """A text of the code, with … where something is put in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(said(part) for part in node.values)
    return node.value.replace("{}", "…") if isinstance(node, ast.Constant) and isinstance(node.value, str) else "…"


def test_the_refusals_are_those_that_the_code_says():
    trees = [ast.parse(path.read_bytes()) for path in (ROOT / "fnkit").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    texts = [said(node) for node in nodes if isinstance(node, ast.JoinedStr | ast.Constant)]
    page = (ROOT / "docs" / "errors.md").read_text()
    rows = re.findall(r"^\| (?:\d{3}|–) \| `(.+?)` \| .+ \|$", page, re.MULTILINE)
    assert len(rows) >= 20
    assert [row for row in rows if not any(row in text for text in texts)] == []
