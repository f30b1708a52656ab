"""What a reader may rely on in every file."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "fnkit").rglob("*.py"))
# What actions do on purpose lies in tests/actions.
TESTS = [path for path in sorted((ROOT / "tests").rglob("*.py")) if ROOT / "tests" / "actions" not in path.parents]
LONGEST_MODULE = 300
"""Lines at which a module fails; 250 is what CONTRIBUTING.md asks for."""
LONGEST_FUNCTION = 40
MOST_PARAMETERS = 6


def tracked() -> list[Path]:
    """The files of the repository: what git knows, else all but what is made here."""
    git = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    names = [name.decode() for name in git.stdout.split(b"\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def functions(module: Path):
    for node in ast.walk(ast.parse(module.read_bytes())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of code: without the docstring, which may be as long as it has to be."""
    first = function.body[0]
    described = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno - first.lineno + 1) if described else 0
    return function.end_lineno - function.lineno + 1 - docstring


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_functions_and_signatures_are_small(module):
    assert len(module.read_text().splitlines()) < LONGEST_MODULE
    for function in functions(module):
        assert lines_of(function) <= LONGEST_FUNCTION, function.name
        arguments = function.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        given = [argument for argument in named if argument.arg not in ("self", "cls")]
        assert len(given) <= MOST_PARAMETERS, function.name


def shortcuts(module: Path):
    """Where a test patches code or sleeps; the source of an action that sleeps is a text, and is none."""
    banned = re.compile(r"(time\.|^)sleep$|mock|^patch|mocker|^monkeypatch\.(setattr|delattr|setitem|delitem)$")
    for node in ast.walk(ast.parse(module.read_bytes())):
        names = []
        if isinstance(node, ast.Call | ast.Attribute):
            names = [ast.unparse(node.func if isinstance(node, ast.Call) else node)]
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [f"{getattr(node, 'module', '')}.{alias.name}" for alias in node.names]
        yield from (f"{name} in line {node.lineno}" for name in names if banned.search(name))


@pytest.mark.parametrize("module", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_patched_and_nobody_sleeps(module):
    """Fakes stand at real seams; what takes time is awaited. Environment variables may be set."""
    assert list(shortcuts(module)) == []


def test_a_shortcut_is_seen(tmp_path):
    module = tmp_path / "test_it.py"
    module.write_text(
        "import time\nfrom unittest import mock\ndef test(monkeypatch):\n    time.sleep(1)\n"
        "    monkeypatch.setattr(time, 'time', int)\n    monkeypatch.setenv('A', 'time.sleep(1)')\n"
    )
    assert {found.rpartition(" ")[2] for found in shortcuts(module)} == {"2", "4", "5"}


def test_no_merge_was_left_half_done():
    marker = re.compile(r"^(<{7}|>{7}|\|{7}) ", re.MULTILINE)
    texts = [
        path for path in tracked() if path.suffix in {".py", ".md", ".toml", ".yml", ".ipynb", ".lock", ".j2"}
    ]
    assert [str(path.relative_to(ROOT)) for path in texts if marker.search(path.read_text())] == []


def test_the_project_speaks_of_itself_alone():
    """No path of one machine, no registry's host: neither means anything to who reads them elsewhere."""
    # Put together from pieces, so that this file may be searched too.
    machine = "|".join(("/wo" + "rk/", "/fa" + "rm/", "/ro" + "ot/", "/ho" + "me/[a-z]+/"))
    registry = r"https?://[^\s\"')]+(/sim" + r"ple/|\.wh" + r"l\b|\.tg" + r"z\b|/mav" + "en2/)"
    # At the start of a path only: a folder of that name within one is anybody's.
    odd = re.compile(f"(?<![\\w*}}\\].])({machine})|{registry}|--index-url|--extra-index-url|--find-links")
    guilty = []
    for path in tracked():
        if path.suffix in {".png", ".jpg", ".mkv", ".svg", ".npz", ".tflite"} or path == Path(__file__):
            continue
        found = odd.search(path.read_text(errors="replace"))
        if found:
            guilty.append(f"{path.relative_to(ROOT)}: {found.group()}")
    assert not guilty


def public_nodes(module: Path):
    """(name, node) of every public class, function and method, as a reader of the module meets them."""
    for node in ast.parse(module.read_bytes()).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
            for method in node.body:
                # visit_Name is called by ast: what it does is what the class says.
                private = getattr(method, "name", "_").startswith(("_", "visit_"))
                if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and not private:
                    yield f"{node.name}.{method.name}", method
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node.name, node


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_public_names_say_what_you_get(module):
    assert ast.get_docstring(ast.parse(module.read_bytes())), "the module"
    missing = [name for name, node in public_nodes(module) if not ast.get_docstring(node)]
    assert not missing
