"""Where fnkit keeps things on this machine. Each place can be moved by an environment variable."""

import os
import tempfile
from pathlib import Path

OPERATOR = ".wskadmin"
"""In an embedded platform's data folder: the props that administer its users, for who can read that folder."""


def cache() -> Path:
    """What can be made again: models by sha256, wheels, laid-out libraries (`FNKIT_CACHE`).

    In an action there is no platformdirs; there the cache is a folder of the instance's own.
    """
    return _place("FNKIT_CACHE", "user_cache_path")


def data() -> Path:
    """What cannot: the embedded platform's database, keys and objects (`FNKIT_DATA`)."""
    return _place("FNKIT_DATA", "user_data_path")


def _place(variable: str, kind: str) -> Path:
    if chosen := os.environ.get(variable):
        return Path(chosen).absolute()
    try:
        import platformdirs
    except ImportError:
        return Path(tempfile.gettempdir(), "fnkit")
    place: Path = getattr(platformdirs, kind)("fnkit", appauthor=False)
    return place
