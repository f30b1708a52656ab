"""One door per heavy library: where each may be imported, so that nothing else has to carry it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOORS = {
    "tensorflow": ("fnkit/models/tf.py",),
    "ai_edge_litert": ("fnkit/models/litert.py",),
    "requests": ("fnkit/whisk/network.py",),
    "httptools": ("fnkit/whisk/plain.py",),
    "starlette": ("fnkit/local/",),
    "uvicorn": ("fnkit/local/",),
    "IPython": ("fnkit/notebook/",),
    "ipywidgets": ("fnkit/notebook/",),
    "matplotlib": ("fnkit/notebook/", "fnkit/vision/draw.py", "fnkit/vision/charts.py", "fnkit/pictures/png.py"),
    "av": ("fnkit/vision/video.py",),
    "typer": ("fnkit/cli/",),
    "rich": ("fnkit/cli/",),
    "obstore": ("fnkit/events/bucket.py",),
    "watchfiles": ("fnkit/events/watch.py",),
    "cronsim": ("fnkit/events/schedule.py",),
    "jinja2": ("fnkit/action/",),
    "PIL": ("fnkit/models/images.py", "fnkit/vision/draw.py", "fnkit/notebook/"),
}


def importers(library: str) -> set[str]:
    found = set()
    for module in (ROOT / "fnkit").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_bytes())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            if any(name.partition(".")[0] == library for name in names):
                found.add(module.relative_to(ROOT).as_posix())
    return found


@pytest.mark.parametrize("library", DOORS)
def test_a_library_comes_in_by_its_door(library):
    assert [module for module in importers(library) if not module.startswith(DOORS[library])] == []


def test_what_runs_alone_uses_the_standard_library_only():
    """An instance's own program is started with `-I -S`: there is nothing else on its path."""
    import sys

    alone = [ROOT / "fnkit" / "local" / "child.py", ROOT / "fnkit" / "local" / "sandbox" / "confine.py"]
    alone += [
        ROOT / "fnkit" / "local" / f"{name}.py"
        for name in ("fork", "pristine", "learning", "pages", "freed", "sandbox/cell", "sandbox/lock")
    ]
    for module in alone:
        for node in ast.walk(ast.parse(module.read_bytes())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = ["." * node.level + (node.module or "")]
            else:
                continue
            tops = {name.partition(".")[0] for name in names}
            assert tops <= sys.stdlib_module_names, module.name
