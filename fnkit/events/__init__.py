"""What makes an action run: schedules, stores and their feeds, patterns, destinations, CloudEvents.

    from fnkit.events import storage
    fnkit.on(storage("photos/", suffix=".jpg")).run("smart-body-crop")

This file travels with a router as it is.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fnkit.events.sources import storage

__all__ = ["storage"]


def __getattr__(name: str) -> Any:
    if name == "storage":
        return importlib.import_module("fnkit.events.sources").storage
    raise AttributeError(f"module 'fnkit.events' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
