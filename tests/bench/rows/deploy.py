"""Deploying the pose action against what one does without fnkit: `pip install --target`, then a zip.

First: nothing of the action's libraries is laid out, neither in fnkit's cache nor on the platform; the package
caches of pip and uv are warm on both sides. Edited: one line of the function changed. Unchanged: not even that.
"""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path

from fnkit.core.places import cache
from tests.bench import pose
from tests.bench.floors import pip_and_zip, seconds
from tests.bench.harness import Floor, Group, Row, at_most
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
            return seconds(lambda: pose.deploy(known, source))

        probes = {
            "F6": lambda: pip_and_zip(REQUIREMENTS, pose.ACTION, folder),
            "first": lambda: _first(folder),
            "edited": edited,
            "unchanged": lambda: seconds(lambda: pose.deploy(known, source)),
        }
        floor = Floor("F6", lambda t: t["F6"])
        yield Group(
            probes,
            [
                Row("deploy, first", lambda t: t["first"], floor, at_most(0.25), "s"),
                Row("deploy, edited", lambda t: t["edited"], floor, at_most(0.10), "s"),
                Row("deploy, unchanged", lambda t: t["unchanged"], floor, at_most(0.03), "s"),
            ],
        )


def _first(folder: Path) -> float:
    """On a platform that has just been made, with a cache that holds the models and nothing else."""
    # What the platform installs in the background may still be at it when its server has gone.
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as fresh:
        share_models(cache(), Path(fresh, "cache"))
        with platform(Path(fresh, "cache")) as server:
            return seconds(lambda: pose.deploy(server))
