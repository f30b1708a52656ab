"""Keeps a run away from what is the user's: no test sees `~/.wskprops`, the user's platform or its data."""

import os
import tempfile
from pathlib import Path

import pytest

ELSEWHERE = ("APIHOST", "AUTH", "NAMESPACE", "WSK_APIHOST", "WSK_AUTH", "WSK_NAMESPACE", "FNKIT_AUTH")
"""Variables that name another platform or its key. FNKIT_APIHOST stays: it points the contract suite."""


def pytest_configure(config: pytest.Config) -> None:
    """A props file and a data folder of this run's own, before any test module is imported."""
    folder = tempfile.TemporaryDirectory(prefix="fnkit-tests-")
    config.add_cleanup(folder.cleanup)
    for name in ELSEWHERE:
        os.environ.pop(name, None)
    os.environ["WSK_CONFIG_FILE"] = str(Path(folder.name, "wskprops"))
    os.environ["FNKIT_DATA"] = str(Path(folder.name, "data"))
