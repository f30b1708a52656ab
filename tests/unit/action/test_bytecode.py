"""What is laid beside a layer's modules: what this Python compiled from the same text, and nothing else."""

import os
import py_compile
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from fnkit.action.bytecode import take

MODULE = "text = 'from the source'\n"


def written(folder: Path, text: str = MODULE) -> Path:
    module = folder / "package" / "module.py"
    module.parent.mkdir(parents=True)
    (module.parent / "__init__.py").touch()
    module.write_text(text)
    return module


def marked(folder: Path, mode: py_compile.PycInvalidationMode, text: str = MODULE) -> Path:
    """A module whose compiled form says where it came from, so that whoever imports it can tell."""
    module = written(folder, text)
    made = Path(py_compile.compile(str(module), invalidation_mode=mode))
    made.write_bytes(made.read_bytes().replace(b"from the source", b"from compiled.."))
    return module


def imported(tree: Path) -> str:
    code = "import sys; sys.path.insert(0, sys.argv[1]); from package import module; print(module.text)"
    command = [sys.executable, "-I", "-S", "-B", "-c", code, str(tree)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def tree(tmp_path):
    return written(tmp_path / "tree").parents[1]


MODULES = ["package/__init__.py", "package/module.py"]


@pytest.mark.parametrize("mode", py_compile.PycInvalidationMode)
def test_what_was_compiled_from_the_same_text_is_taken(tmp_path, tree, mode):
    marked(tmp_path / "site", mode)
    take(tree, MODULES, [str(tmp_path / "nothing"), str(tmp_path / "site")])
    assert imported(tree) == "from compiled.."


def test_another_text_is_not_taken(tmp_path, tree):
    marked(tmp_path / "site", py_compile.PycInvalidationMode.TIMESTAMP, MODULE + "# changed here\n")
    take(tree, MODULES, [str(tmp_path / "site")])
    assert imported(tree) == "from the source"


@pytest.mark.parametrize("mode", py_compile.PycInvalidationMode)
def test_the_compiled_form_of_an_older_text_is_not_taken(tmp_path, tree, mode):
    module = marked(tmp_path / "site", mode, MODULE.replace("text", "sext"))
    module.write_text(MODULE)
    os.utime(module, (1, 1))
    take(tree, MODULES, [str(tmp_path / "site")])
    assert imported(tree) == "from the source"


def test_a_file_that_is_no_compiled_form_is_not_taken(tmp_path, tree):
    module = written(tmp_path / "site")
    made = Path(cache_from_source(str(module)))
    made.parent.mkdir()
    made.write_bytes(b"short")
    take(tree, MODULES, [str(tmp_path / "site")])
    assert imported(tree) == "from the source"


def test_what_was_never_compiled_here_is_left_to_who_imports_it(tmp_path, tree):
    written(tmp_path / "site")
    take(tree, MODULES, [str(tmp_path / "site")])
    assert not list(tree.rglob("*.pyc"))
    assert imported(tree) == "from the source"


def test_what_python_takes_for_its_own_is_not_made_again(tmp_path, tree):
    """The whole form, by Python's own judgement: nothing is written beside it when it is imported."""
    marked(tmp_path / "site", py_compile.PycInvalidationMode.TIMESTAMP)
    take(tree, MODULES[1:], [str(tmp_path / "site")])
    made = Path(cache_from_source(str(tree / "package" / "module.py")))
    before = made.stat()
    code = "import sys; sys.path.insert(0, sys.argv[1]); import package.module"
    subprocess.run([sys.executable, "-I", "-S", "-c", code, str(tree)], check=True, env={})
    assert made.stat().st_ino == before.st_ino
