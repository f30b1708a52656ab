"""Trained models: a catalogue, one way to fetch them, one call to load them.

`load`, `fetch` and `convert` are the public names; each is imported when first used, so that a notebook
without TensorFlow and an action without a downloader both import this package in a millisecond.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fnkit.models.conversion import convert
    from fnkit.models.download import fetch
    from fnkit.models.runtime import load

__all__ = ["convert", "fetch", "load"]

_PUBLIC = {"load": "runtime", "fetch": "download", "convert": "conversion"}


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module(f"{__name__}.{_PUBLIC[name]}"), name)
    try:
        return importlib.import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as missing:
        if missing.name != f"{__name__}.{name}":
            raise
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None


def __dir__() -> list[str]:
    return sorted(_PUBLIC)
