"""What a package imports when it is asked for is named for type checkers too: same names, same places."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAZY = ("fnkit", "fnkit.compose", "fnkit.events", "fnkit.models", "fnkit.verbs")


def named(package: str) -> dict[str, str]:
    """Name → the module that a type checker finds it in."""
    tree = ast.parse(Path(ROOT, *package.split("."), "__init__.py").read_text())
    [block] = [
        node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    return {alias.name: str(line.module) for line in block.body for alias in line.names}


def test_every_lazy_package_is_looked_at():
    found = {
        path.parent for path in (ROOT / "fnkit").rglob("__init__.py") if "def __getattr__" in path.read_text()
    }
    assert {path.relative_to(ROOT).as_posix().replace("/", ".") for path in found} == set(LAZY)


@pytest.mark.parametrize("package", LAZY)
def test_type_checkers_see_what_is_there(package):
    module, names = import_module(package), named(package)
    offered = getattr(module, "__all__", None) or set(dir(module)) - {"__version__"}
    assert sorted(names) == sorted(offered)
    for name, home in names.items():
        there = import_module(f"{home}.{name}") if package == home else getattr(import_module(home), name)
        assert getattr(module, name) is there, name


def test_the_verbs_are_the_tables():
    from fnkit import verbs

    assert sorted(verbs.__all__) == sorted("_".join(entry.words) for entry in verbs.table())
    assert set(verbs.__all__) <= set(dir(verbs))
    taken: dict[str, object] = {}
    exec("from fnkit.verbs import *", taken)
    assert taken["deploy"] is verbs.deploy
    assert taken.keys() >= set(verbs.__all__)


def test_a_type_checker_knows_the_whole_signature(tmp_path):
    """As a person's does: py.typed says that it may."""
    asks = tmp_path / "asks.py"
    asks.write_text(
        "import fnkit\nimport fnkit.verbs\nreveal_type(fnkit.deploy)\nreveal_type(fnkit.verbs.rule_list)\n"
    )
    words = [sys.executable, "-m", "mypy", asks]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    deploy, listing = (line for line in said.splitlines() if "Revealed type" in line)
    assert "DeployOptions" in deploy
    assert "tuple[fnkit.whisk.rules.Rule, ...]" in listing
