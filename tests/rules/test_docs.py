"""The pages say what the code does: what is not documented fails here."""

import ast
import re
from pathlib import Path

import pytest

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
