"""The common modules of nodejs actions: all of them or none, and never a fault of the server's."""

import json
import os
import shutil

import pytest

from fnkit.local.errands import Errands
from fnkit.local.modules import Modules

NOTHING = {"name": "modules", "lockfileVersion": 3, "requires": True, "packages": {"": {"dependencies": {}}}}
WRONG = {"version": "1.0.0", "resolved": "file:thing.tgz", "integrity": "sha512-AAAA"}


def test_without_npm_there_is_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    modules = Modules(Errands(), tmp_path / "cache", json.dumps(NOTHING))
    assert not modules.install()
    assert list(modules.folder().iterdir()) == []
    assert os.listdir(tmp_path / "cache" / "runtime") == ["empty"]  # noqa: PTH208


@pytest.mark.skipif(shutil.which("npm") is None, reason="there is no npm")
def test_a_module_that_cannot_be_had_leaves_nothing(tmp_path):
    lock = {**NOTHING, "packages": {"": {"dependencies": {"thing": "1.0.0"}}, "node_modules/thing": WRONG}}
    modules = Modules(Errands(), tmp_path / "cache", json.dumps(lock))
    assert not modules.install()
    assert list(modules.folder().iterdir()) == []
