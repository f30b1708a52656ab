"""Deploying the pose cell, its test included, against what one does without: `pip install --target`, and a zip.

Twice: the cell, `%%deploy_action` run in a live kernel that has fnkit and the notebook's first cell behind it,
from when it is sent until its reply; and the command, `fnkit deploy` of that function in a file, from its start.

First: nothing of its libraries is laid out, neither in fnkit's cache nor on the platform, which is at
rest; the package caches of pip and uv are warm on both sides. Edited: one line of the function changed. Unchanged:
not even that. The zip for a remote platform is built from a cache that is as empty.
"""

import itertools
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from fnkit.core.places import cache
from tests.bench import pose
from tests.bench.floors import pip_and_zip, seconds, unzip
from tests.bench.harness import Floor, Group, Row, at_most
from tests.bench.kernel import Kernel, kernel
from tests.bench.platform import Connection, Server, fnkit, platform
from tests.kept import share_models

REQUIREMENTS = [f"{name}=={version(name)}" for name in ("ai-edge-litert", "numpy", "pillow")]
LINE = ("--model", "movenet-multipose", "--test")
ZIPPED = "remote.zip"
RESTS_IN = 120.0
"""Seconds that a platform has for what it installs when it is first started."""
ZIP = """import sys
from pathlib import Path
from fnkit.action import cell, target
from fnkit.action.build import build
from fnkit.action.spec import Wishes
from fnkit.core.names import ActionName
from fnkit.models import download
wishes = Wishes(model=download.fetch("movenet-multipose"))
spec = cell.from_path(ActionName("smart-body-crop"), Path(sys.argv[1]), wishes)
Path(sys.argv[2]).write_bytes(build(spec, target.remote()).zip)"""
BEFORE, ENTRY = pose.ACTION.read_text().split("\ndef main(")
"""The notebook's first cell, and the function."""


@contextmanager
def group() -> Iterator[Group]:
    """One platform that knows both actions, and a new one with empty caches for every first deploy."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a person's Python keeps what it compiled
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="fnkit-bench-", ignore_cleanup_errors=True))
        )
        known = stack.enter_context(platform())
        cell = Cell(stack.enter_context(_notebook(known)))
        command = Command(known, folder)
        cell.deploy()
        command.deploy()
        _zip(folder, pose.ACTION)
        probes = {
            "F6": lambda: pip_and_zip(REQUIREMENTS, pose.ACTION, folder),
            "cell, first": lambda: _first(folder, _a_cell),
            "cell, edited": lambda: seconds(cell.edit().deploy),
            "cell, unchanged": lambda: seconds(cell.deploy),
            "command, first": lambda: _first(folder, _a_command),
            "command, edited": lambda: seconds(command.edit().deploy),
            "command, unchanged": lambda: seconds(command.deploy),
            "zip": lambda: _zip(folder, pose.ACTION),
            "F7": lambda: unzip(folder / ZIPPED, folder),
        }
        yield Group(probes, _rows())


def _rows() -> list[Row]:
    pip, unpacked = Floor("F6", lambda t: t["F6"]), Floor("F7", lambda t: t["F7"])
    bounds = {"first": at_most(0.25), "edited": at_most(0.10), "unchanged": at_most(0.03)}
    return [
        *(
            Row(f"{way}, {when}", lambda t, name=f"{kind}, {when}": t[name], pip, bound, "s")
            for kind, way in (("cell", "%%deploy_action in a live kernel"), ("command", "fnkit deploy in a shell"))
            for when, bound in bounds.items()
        ),
        Row("zip for a remote platform", lambda t: t["zip"], pip, at_most(0.40), "s"),
        Row("%%deploy_action, edited, against F7", lambda t: t["cell, edited"], unpacked, None, "s"),
        Row("fnkit deploy, edited, against F7", lambda t: t["command, edited"], unpacked, None, "s"),
    ]


EDITIONS = itertools.count(time.time_ns())
"""Never those of another run: what was tried before would be remembered."""


def _edited(text: str) -> str:
    """The same function with another line, which the slice carries: a name that it does not use stays at home."""
    return text.replace("    person =", f"    edition = {next(EDITIONS)}\n    person =")


@dataclass
class Cell:
    """The function in a notebook."""

    notebook: Kernel
    function: str = f"def main({ENTRY}"

    def edit(self) -> "Cell":
        """Itself, with another line."""
        self.function = _edited(f"def main({ENTRY}")
        return self

    def deploy(self) -> None:
        """Run its cell."""
        line = " ".join((pose.NAME, *LINE, f"image=@{pose.PHOTO}"))
        self.notebook.run(f"%%deploy_action {line}\n{self.function}")


@dataclass
class Command:
    """The function in a file."""

    server: Server
    folder: Path

    def __post_init__(self) -> None:
        self.source.write_text(pose.ACTION.read_text())

    @property
    def source(self) -> Path:
        """Where it lies."""
        return self.folder / "action.py"

    def edit(self) -> "Command":
        """Itself, with another line."""
        self.source.write_text(_edited(pose.ACTION.read_text()))
        return self

    def deploy(self) -> None:
        """Type its line."""
        fnkit(self.server, "deploy", f"{pose.NAME}-file", self.source, *LINE, f"image=@{pose.PHOTO}")


@contextmanager
def _notebook(server: Server) -> Iterator[Kernel]:
    with kernel(server.environment) as live:
        live.run("%load_ext fnkit")
        live.run(BEFORE)
        yield live


@contextmanager
def _a_cell(server: Server, folder: Path) -> Iterator[Callable[[], None]]:
    with _notebook(server) as live:
        yield Cell(live).deploy


@contextmanager
def _a_command(server: Server, folder: Path) -> Iterator[Callable[[], None]]:
    yield Command(server, folder).deploy


def _first(folder: Path, way: Callable[..., AbstractContextManager[Callable[[], None]]]) -> float:
    """On a platform that has just been made, with a cache that holds the models and nothing else."""
    # What the platform installs in the background may still be at it when its server has gone.
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as fresh:
        share_models(cache(), Path(fresh, "cache"))
        with platform(Path(fresh, "cache")) as server, way(server, Path(fresh)) as deploy:
            _at_rest(server)
            return seconds(deploy)


def _at_rest(server: Server) -> None:
    """Once the platform has what it brings for every action: its first start installs that in the background."""
    connection, until = Connection(server.port), time.monotonic() + RESTS_IN
    while time.monotonic() < until:
        common = connection.ask(server.request("GET", "/fnkit/v1"))["common"]
        zygotes = connection.ask(server.request("GET", "/fnkit/v1/pool"))["sources"]
        if zygotes and "are installed" in common["python"]:
            return
        select.select([], [], [], 0.2)
    raise RuntimeError(f"the platform is not ready after {RESTS_IN:.0f} s: {common}")


def _zip(folder: Path, source: Path) -> float:
    """The whole zip, with an empty cache of fnkit's and the wheels in pip's."""
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        share_models(cache(), Path(fresh))
        environment = {**os.environ, "FNKIT_CACHE": fresh}
        command = [sys.executable, "-c", ZIP, str(source), str(folder / ZIPPED)]
        return seconds(lambda: subprocess.run(command, env=environment, check=True, capture_output=True))
