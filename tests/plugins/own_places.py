"""Keeps a run away from what is the user's: no test sees `~/.wskprops`, the user's platform or its data."""

import os
import tempfile
from pathlib import Path

import pytest

ELSEWHERE = ("FNKIT_", "WSK_", "WHISK_", "__OW_")
KEPT = ("FNKIT_CACHE", "FNKIT_APIHOST", "FNKIT_AUTH")
"""Models are fetched once for all; the contract suite is pointed at a real OpenWhisk by host and key."""


def pytest_configure(config: pytest.Config) -> None:
    """A props file and a data folder of this run's own, before any test module is imported."""
    folder = tempfile.TemporaryDirectory(prefix="fnkit-tests-")
    config.add_cleanup(folder.cleanup)
    for name in set(os.environ) - set(KEPT):
        if name.startswith(ELSEWHERE):
            del os.environ[name]
    os.environ["WSK_CONFIG_FILE"] = str(Path(folder.name, "wskprops"))
    os.environ["FNKIT_DATA"] = str(Path(folder.name, "data"))
