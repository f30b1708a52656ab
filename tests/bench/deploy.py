"""Deploying the pose action against what one does without fnkit: `pip install --target`, then a zip.

First: nothing of the action's libraries is laid out, neither in fnkit's cache nor on the platform; the package
caches of pip and uv are warm on both sides. Edited: one line of the function changed. Unchanged: not even that.
"""

import itertools
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path

from fnkit.core.places import cache
from tests.bench import pose
from tests.bench.harness import Group
from tests.bench.platform import platform
from tests.kept import share_models

REQUIREMENTS = [f"{name}=={version(name)}" for name in ("ai-edge-litert", "numpy", "pillow")]


@contextmanager
def group() -> Iterator[Group]:
    """One platform that knows the action, and a new one with empty caches for every first deploy."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fnkit-bench-")))
        known = stack.enter_context(platform())
        source = folder / "action.py"
        source.write_text(pose.ACTION.read_text())
        pose.deploy(known, source)
        edits = itertools.count()

        def edited() -> float:
            # A change that the slice carries: a name that the entry does not use would stay at home.
            changed = f"    edition = {next(edits)}\n    person ="
            source.write_text(pose.ACTION.read_text().replace("    person =", changed))
            return _seconds(lambda: pose.deploy(known, source))

        yield Group(
            "pip install --target, then a zip",
            lambda: _by_hand(folder),
            {
                "deploy, first": lambda: _first(folder),
                "deploy, edited": edited,
                "deploy, unchanged": lambda: _seconds(lambda: pose.deploy(known, source)),
            },
            unit="s",
        )


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _first(folder: Path) -> float:
    """On a platform that has just been made, with a cache that holds the models and nothing else."""
    # What the platform installs in the background may still be at it when its server has gone.
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as fresh:
        share_models(cache(), Path(fresh, "cache"))
        with platform(Path(fresh, "cache")) as server:
            return _seconds(lambda: pose.deploy(server))


def _by_hand(folder: Path) -> float:
    """Seconds of pip and zip, with the model and the action file inside, as OpenWhisk's documentation has it."""
    # What the platform installs in the background may still be at it when its server has gone.
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as fresh:
        began = time.perf_counter()
        target = Path(fresh, "target")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", target, *REQUIREMENTS]
        subprocess.run(pip, check=True, capture_output=True)
        (target / "__main__.py").write_text(pose.ACTION.read_text())
        with zipfile.ZipFile(Path(fresh, "action.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(target.rglob("*")):
                archive.write(path, path.relative_to(target))
        return time.perf_counter() - began
