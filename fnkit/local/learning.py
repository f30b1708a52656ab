"""What a zygote takes in before it forks: modules, and the models of its layers.

Ships alone: it is a neighbour of fork.py and imports the standard library only.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

SINGLE = tuple(f"{library}_NUM_THREADS" for library in ("OPENBLAS", "OMP", "MKL", "NUMEXPR"))
"""Libraries that start threads when they are imported do without them: a fork has one thread only."""
LOADER = "fnkit.models.litert"
"""Opens models for the actions that have it, and may do so ahead."""


def bring(paths: list[str], names: list[str]) -> dict[str, str]:
    """Import modules by their full names; why some could not be."""
    import importlib

    before = dict(os.environ)
    os.environ.update(dict.fromkeys(SINGLE, "1"))
    path = list(sys.path)
    sys.path[:0] = paths
    failed = {}
    for name in names:
        try:
            importlib.import_module(name)
        except BaseException as error:  # noqa: BLE001 - whatever a library raises, an action will see it for itself
            failed[name] = f"{type(error).__name__}: {error}"
    sys.path[:] = path
    os.environ.clear()
    os.environ.update(before)
    return failed


def open_ahead(folders: list[str]) -> dict[str, str]:
    """Have the loader open the models in these folders, for whoever asks it in a fork; why some could not be.

    Nothing is done where the action for which this process was started does not use the loader.
    """
    ahead: Any = getattr(sys.modules.get(LOADER), "open_ahead", None)
    failed = {}
    for folder in folders if callable(ahead) else ():
        for name in sorted(os.listdir(folder)):  # noqa: PTH208 - pathlib costs 5 ms
            try:
                ahead(f"{folder}/{name}")
            except Exception as error:  # noqa: BLE001 - it is opened again where it is asked for, and told there
                failed[name] = f"{type(error).__name__}: {error}"
    return failed


def rehearsal() -> Callable[[], object] | None:
    """Runs what was opened ahead once more; None where nothing was."""
    rehearse: Any = getattr(sys.modules.get(LOADER), "rehearse", None)
    return rehearse if callable(rehearse) else None
