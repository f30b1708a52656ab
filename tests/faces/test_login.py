"""Choosing a host: its key goes into the keyring, or into a file that only its owner can read."""

import re
from pathlib import Path

import pytest

WORKING = """
import json, pathlib
FILE = pathlib.Path({file!r})
def get_password(service, name):
    return json.loads(FILE.read_text()).get(service + name) if FILE.exists() else None
def set_password(service, name, value):
    FILE.write_text(json.dumps({{service + name: value}}))
"""
LOCKED = """
import threading
def get_password(service, name): threading.Event().wait()
def set_password(service, name, value): threading.Event().wait()
"""
BROKEN = """
class NoKeyringError(Exception): pass
def get_password(service, name): raise NoKeyringError("no backend")
set_password = lambda service, name, value: get_password(service, name)
"""


@pytest.fixture
def key(embedded) -> str:
    return re.search(r"^AUTH=(\S+)$", embedded.props.read_text(), re.M)[1]


def keyring(folder: Path, source: str) -> dict[str, str]:
    """An environment in which `import keyring` finds this one, and the props are of this test."""
    (folder / "keyring.py").write_text(source.format(file=str(folder / "vault.json")))
    return {"PYTHONPATH": str(folder), "WSK_CONFIG_FILE": str(folder / "chosen")}


@pytest.mark.parametrize("source", [LOCKED, BROKEN], ids=["locked", "broken"])
def test_without_a_keyring_it_is_a_file_of_ones_own(shell, embedded, key, tmp_path, source):
    chosen = tmp_path / "chosen"
    chosen.write_text("APIVERSION=v1\nAPIHOST=https://old.example.org\nAUTH=old:key\n")
    environment = keyring(tmp_path, source)
    done = shell("login", embedded.apihost, stdin=key + "\n", **environment)
    assert f"{chosen} (mode 0600)" in done.stdout
    assert key not in done.stdout + done.stderr
    assert chosen.stat().st_mode & 0o777 == 0o600
    assert sorted(chosen.read_text().split()) == ["APIHOST=" + embedded.apihost, "APIVERSION=v1", "AUTH=" + key]
    listed = shell("list", **environment)
    assert f"Using {embedded.apihost}, as {chosen} says." in listed.stderr


def test_a_keyring_keeps_the_key_and_the_file_does_not_have_it(shell, embedded, key, tmp_path):
    chosen = tmp_path / "chosen"
    chosen.write_text("APIHOST=https://old.example.org\nAUTH=old:key\n")
    environment = keyring(tmp_path, WORKING)
    assert "in the keyring" in shell("login", embedded.apihost, stdin=key + "\n", **environment).stdout
    assert key not in chosen.read_text()
    assert "old:key" not in chosen.read_text(), "the key of another host must not be sent to this one"
    shell("list", **environment)
    assert re.search(r"^auth\t\S+…\S+\tthe keyring$", shell("config", **environment).stdout, re.M)


def test_a_wrong_key_is_refused_and_nothing_is_kept(shell, embedded, tmp_path):
    environment = keyring(tmp_path, BROKEN)
    wrong = "00000000-0000-0000-0000-000000000000:" + 64 * "x"
    refused = shell("login", embedded.apihost, stdin=wrong, code=1, **environment)
    assert "401" in refused.stderr
    assert 64 * "x" not in refused.stderr
    assert not (tmp_path / "chosen").exists()


def test_nobody_to_ask_is_said(shell, embedded, tmp_path):
    environment = keyring(tmp_path, BROKEN)
    assert "there is no key" in shell("login", embedded.apihost, code=2, **environment).stderr


def test_the_file_of_the_embedded_platform_is_its_own(shell, embedded):
    assert "belongs to the embedded platform" in shell("login", embedded.apihost, stdin="u:k", code=2).stderr
