"""Deploying the pose cell, its test included, against what one does without fnkit: `pip install --target`, a zip.

First: nothing of the action's libraries is laid out, neither in fnkit's cache nor on the platform; the package
caches of pip and uv are warm on both sides. Edited: one line of the function changed. Unchanged: not even that.
Each is the command as a person types it, its own start included. The zip for a remote platform is built from a
cache that is as empty.
"""

import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path

from fnkit.core.places import cache
from tests.bench import pose
from tests.bench.floors import pip_and_zip, seconds, unzip
from tests.bench.harness import Floor, Group, Row, at_most
from tests.bench.platform import Server, fnkit, platform
from tests.kept import share_models

REQUIREMENTS = [f"{name}=={version(name)}" for name in ("ai-edge-litert", "numpy", "pillow")]
TEST = ("--test", f"image=@{pose.PHOTO}")
ZIPPED = "remote.zip"
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


@contextmanager
def group() -> Iterator[Group]:
    """One platform that knows the action, and a new one with empty caches for every first deploy."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a person's Python keeps what it compiled
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="fnkit-bench-", ignore_cleanup_errors=True))
        )
        known = stack.enter_context(platform())
        source = folder / "action.py"
        source.write_text(pose.ACTION.read_text())
        _deploy(known, source)
        _zip(folder, source)
        edits = itertools.count()

        def edited() -> float:
            # A change that the slice carries: a name that the entry does not use would stay at home.
            changed = f"    edition = {next(edits)}\n    person ="
            source.write_text(pose.ACTION.read_text().replace("    person =", changed))
            return seconds(lambda: _deploy(known, source))

        probes = {
            "F6": lambda: pip_and_zip(REQUIREMENTS, pose.ACTION, folder),
            "first": lambda: _first(folder, source),
            "edited": edited,
            "unchanged": lambda: seconds(lambda: _deploy(known, source)),
            "zip": lambda: _zip(folder, source),
            "F7": lambda: unzip(folder / ZIPPED, folder),
        }
        floor = Floor("F6", lambda t: t["F6"])
        yield Group(
            probes,
            [
                Row("deploy, first", lambda t: t["first"], floor, at_most(0.25), "s"),
                Row("deploy, edited", lambda t: t["edited"], floor, at_most(0.10), "s"),
                Row("deploy, unchanged", lambda t: t["unchanged"], floor, at_most(0.03), "s"),
                Row("zip for a remote platform", lambda t: t["zip"], floor, at_most(0.40), "s"),
                Row(
                    "deploy, edited, against F7", lambda t: t["edited"], Floor("F7", lambda t: t["F7"]), None, "s"
                ),
            ],
        )


def _deploy(server: Server, source: Path) -> None:
    fnkit(server, "deploy", pose.NAME, source, "--model", "movenet-multipose", *TEST)


def _first(folder: Path, source: Path) -> float:
    """On a platform that has just been made, with a cache that holds the models and nothing else."""
    # What the platform installs in the background may still be at it when its server has gone.
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as fresh:
        share_models(cache(), Path(fresh, "cache"))
        with platform(Path(fresh, "cache")) as server:
            return seconds(lambda: _deploy(server, source))


def _zip(folder: Path, source: Path) -> float:
    """The whole zip, with an empty cache of fnkit's and the wheels in pip's."""
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        share_models(cache(), Path(fresh))
        environment = {**os.environ, "FNKIT_CACHE": fresh}
        command = [sys.executable, "-c", ZIP, str(source), str(folder / ZIPPED)]
        return seconds(lambda: subprocess.run(command, env=environment, check=True, capture_output=True))
