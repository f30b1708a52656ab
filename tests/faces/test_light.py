"""Starting is cheap: what a person does not use is not imported."""

import subprocess
import sys

import pytest

HEAVY = {
    "IPython",
    "PIL",
    "ai_edge_litert",
    "ipywidgets",
    "jinja2",
    "keyring",
    "matplotlib",
    "nbformat",
    "numpy",
    "papermill",
    "requests",
    "sqlite3",
    "starlette",
    "tensorflow",
    "uvicorn",
}


def imported(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after `code`."""
    script = f"import sys, io\nout, sys.stdout = sys.stdout, io.StringIO()\n{code}\nprint(*sys.modules, file=out)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


HELP = "from fnkit.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass"
VERSION = "from fnkit.cli import main\ntry: main(['--version'])\nexcept SystemExit: pass"


@pytest.mark.parametrize("code", ["import fnkit", "import fnkit; dir(fnkit); fnkit.deploy", HELP, VERSION])
def test_nothing_heavy_is_imported(code):
    assert not imported(code) & HEAVY


def test_the_version_does_not_wait_for_typer():
    assert not imported(VERSION) & {"typer", "rich", "inspect"}


def test_importing_the_package_imports_nothing_of_it():
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import fnkit, sys; print(*[name for name in sys.modules if name.startswith('fnkit')])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    # An editable install has a finder whose name begins with the package's.
    assert [name for name in loaded.stdout.split() if not name.startswith("fnkit_")] == ["fnkit"]
