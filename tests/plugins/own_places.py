"""Keeps a run away from what is the user's: `~/.wskprops`, a platform, its data, the cache."""

import os
import tempfile
from pathlib import Path

import pytest

from fnkit.core import places
from tests.kept import share_models

ELSEWHERE = ("FNKIT_", "WSK_", "WHISK_", "__OW_")
KEPT = ("FNKIT_APIHOST", "FNKIT_AUTH")
"""The contract suite is pointed at a real OpenWhisk by host and key."""


def pytest_configure(config: pytest.Config) -> None:
    """Places of this run's own, before any test module is imported; models that are here are not fetched again."""
    folder = tempfile.TemporaryDirectory(prefix="fnkit-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    share_models(places.cache(), Path(folder.name, "cache"))
    for name in set(os.environ) - set(KEPT):
        if name.startswith(ELSEWHERE):
            del os.environ[name]
    os.environ["WSK_CONFIG_FILE"] = str(Path(folder.name, "wskprops"))
    os.environ["FNKIT_DATA"] = str(Path(folder.name, "data"))
    os.environ["FNKIT_CACHE"] = str(Path(folder.name, "cache"))
