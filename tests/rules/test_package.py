"""The package as a person gets it: light, typed, locked, and the same in pip and conda."""

import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
HEAVY = {
    "IPython", "ipywidgets", "matplotlib", "nbformat", "numpy", "papermill", "PIL", "requests", "starlette",
    "tensorflow", "typer", "uvicorn",
}  # fmt: skip


def extra(name: str) -> list[Requirement]:
    return [Requirement(line) for line in PROJECT["optional-dependencies"][name]]


def test_import_is_light():
    """`import fnkit` in a fresh interpreter brings no heavy library; that is what keeps it under 150 ms."""
    shown = subprocess.run(
        [sys.executable, "-c", "import fnkit, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.partition(".")[0] for name in shown.stdout.split()}
    assert "fnkit" in loaded
    assert not loaded & HEAVY


def test_the_command_is_the_package():
    """`python -m fnkit` and `fnkit` are one."""
    [script] = importlib.metadata.entry_points(group="console_scripts", name="fnkit")
    main = (ROOT / "fnkit" / "__main__.py").read_text()
    assert script.value == "fnkit.cli:main"
    assert "from fnkit.cli import main" in main


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> set[str]:
    """The files of a wheel that was built from a copy of the sources."""
    copy, built = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("wheel")
    for folder in ("fnkit", "templates"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, copy)
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        built,
        copy,
    ]
    subprocess.run(build, check=True)
    [path] = built.glob("*.whl")
    return set(zipfile.ZipFile(path).namelist())


def test_the_wheel_has_everything(wheel):
    """Every module, every data file, the templates, the mark of a typed package, licence and notice."""
    here = {path.relative_to(ROOT).as_posix() for path in (ROOT / "fnkit").rglob("*") if path.is_file()}
    texts = {
        f"fnkit/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "templates").rglob("*") if path.is_file()
    }
    wanted = {name for name in here | texts if "__pycache__" not in name}
    assert wanted - wheel == set()
    assert "fnkit/py.typed" in wheel
    assert {name.rpartition("/")[2] for name in wheel} >= {"LICENSE", "NOTICE"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_locks_name_hashes_and_no_hosts(lock):
    text = lock.read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert "://" not in text
    for block in blocks:
        assert re.match(r"[a-z0-9._-]+==\S+", block), block.splitlines()[0]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block.splitlines()[0]


def locked(name: str) -> dict[str, list[str]]:
    """Distribution -> its versions in a lock; two where markers part them."""
    versions: dict[str, list[str]] = {}
    for found in re.finditer(
        r"^([a-z0-9._-]+)==([^\s;\\]+)", (ROOT / "requirements" / name).read_text(), re.MULTILINE
    ):
        versions.setdefault(found[1], []).append(found[2])
    return versions


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("notebook.lock", ["notebook"]), ("dev.lock", ["notebook", "tensorflow", "keyring", "dev"])],
)
def test_locks_are_in_step_with_pyproject(lock, extras):
    """Whatever pyproject.toml asks for is in the lock, in a version that it allows."""
    versions = locked(lock)
    wanted = [Requirement(line) for line in PROJECT["dependencies"]]
    for name in extras:
        wanted += [one for one in extra(name) if one.name != "fnkit"]
    for one in wanted:
        assert any(one.specifier.contains(version) for version in versions.get(one.name.lower(), [])), str(one)


def test_the_demo_runs_on_what_the_tests_run_on():
    dev = locked("dev.lock")
    assert {
        name: versions for name, versions in locked("notebook.lock").items() if dev.get(name) != versions
    } == {}


def test_one_litert_for_kernel_and_bundles():
    """An action must fit OpenWhisk's limit: only 1.2.0 does. It is pinned wherever it has wheels."""
    pinned = [Requirement(line) for line in PROJECT["dependencies"] if line.startswith("ai-edge-litert==")]
    assert [str(one.specifier) for one in pinned] == ["==1.2.0"]


def conda() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text())


def test_conda_has_a_python_that_fnkit_runs_on():
    [python] = [line for line in conda()["dependencies"] if isinstance(line, str) and line.startswith("python=")]
    assert SpecifierSet(PROJECT["requires-python"]).contains(python.removeprefix("python="))


def test_conda_names_the_packages_as_pyproject_does():
    lines = conda()["dependencies"]
    [pip] = [line["pip"] for line in lines if isinstance(line, dict)]
    ours = {
        str(one) for one in (*map(Requirement, PROJECT["dependencies"]), *extra("notebook"), *extra("tensorflow"))
    }
    plain = [line for line in lines if isinstance(line, str) and not line.startswith("python=") and line != "pip"]
    named = [str(Requirement(line)) for line in (*plain, *pip) if not line.startswith("-e ")]
    assert set(named) <= ours
    card = {"jupyterlab", "ipywidgets", "tensorflow", "matplotlib", "requests", "nbformat", "papermill"}
    assert card <= {Requirement(line).name for line in named}


def test_conda_installs_fnkit_with_extras_that_exist():
    [pip] = [line["pip"] for line in conda()["dependencies"] if isinstance(line, dict)]
    [editable] = [line for line in pip if line.startswith("-e ")]
    extras = re.fullmatch(r"-e \.\[([a-z,]+)\]", editable)[1].split(",")
    assert set(extras) <= set(PROJECT["optional-dependencies"])
