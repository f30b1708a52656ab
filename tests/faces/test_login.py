"""Choosing a host: its key goes into the keyring, or into a file that only its owner can read."""

import io
import re
import sys
from pathlib import Path

import pytest

from fnkit.cli.commands import run

WORKING = """
VAULT = {}
def get_password(service, name): return VAULT.get((service, name))
def set_password(service, name, value): VAULT[service, name] = value
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
OLD = "# mine\nAPIVERSION=v1\nAPIHOST=https://old.example.org\nAUTH=old:key\n"


@pytest.fixture
def key(embedded) -> str:
    return re.search(r"^AUTH=(\S+)$", embedded.props.read_text(), re.M)[1]


@pytest.fixture
def chosen(tmp_path, monkeypatch) -> Path:
    """The props file of a person who used another host so far."""
    file = tmp_path / "chosen"
    file.write_text(OLD)
    monkeypatch.setenv("WSK_CONFIG_FILE", str(file))
    return file


@pytest.fixture
def keyring(tmp_path, monkeypatch):
    """Puts a keyring with this source where `import keyring` finds it."""

    def put(source: str) -> None:
        (tmp_path / "keyring.py").write_text(source)
        sys.modules.pop("keyring", None)
        monkeypatch.syspath_prepend(tmp_path)

    yield put
    sys.modules.pop("keyring", None)


@pytest.fixture
def said(capsys):
    """Runs a line that must leave with `code`, with `stdin` piped in; gives both of its streams."""

    def one(*words: str, stdin: str = "", code: int = 0) -> tuple[str, str]:
        left = run([*words], io.StringIO(stdin))
        out, err = capsys.readouterr()
        assert left == code, err
        return out, err

    return one


@pytest.mark.parametrize("source", [LOCKED, BROKEN], ids=["locked", "broken"])
def test_without_a_keyring_it_is_a_file_of_ones_own(embedded, key, chosen, keyring, said, source):
    keyring(source)
    out, err = said("login", embedded.apihost, stdin=key + "\n")
    assert f"{chosen} (mode 0600)" in out
    assert key not in out + err
    assert chosen.stat().st_mode & 0o777 == 0o600
    assert chosen.read_text().splitlines() == ["# mine", "APIHOST=" + embedded.apihost, "AUTH=" + key]
    assert f"Using {embedded.apihost}, as {chosen} says." in said("list")[1]


def test_a_keyring_keeps_the_key_and_the_file_does_not_have_it(embedded, key, chosen, keyring, said):
    keyring(WORKING)
    assert "in the keyring" in said("login", embedded.apihost, stdin=key + "\n")[0]
    assert key not in chosen.read_text()
    assert "old:key" not in chosen.read_text(), "the key of another host must not be sent to this one"
    said("list")
    assert re.search(r"^auth\t\S+…\S+\tthe keyring$", said("config")[0], re.M)


def test_what_the_file_says_of_the_old_host_is_not_used_for_the_new_one(embedded, key, chosen, keyring, said):
    keyring(BROKEN)
    chosen.write_text(OLD.replace("v1", "v7") + "NAMESPACE=theirs\nIGNORE_CERTS=true\n")
    said("login", embedded.apihost, stdin=key + "\n")  # a request to /api/v7 would fail
    settings = said("config")[0]
    assert "verify certificates\tyes\tbuilt in" in settings
    assert "namespace\t_\tbuilt in" in settings
    assert "apiversion\tv1\tbuilt in" in settings


def test_a_wrong_key_is_refused_and_nothing_is_kept(embedded, chosen, keyring, said):
    keyring(BROKEN)
    wrong = "00000000-0000-0000-0000-000000000000:" + 64 * "x"
    out, err = said("login", embedded.apihost, stdin=wrong, code=1)
    assert "401" in err
    assert 64 * "x" not in out + err
    assert chosen.read_text() == OLD


def test_nobody_to_ask_is_said(embedded, chosen, said):
    assert "there is no key" in said("login", embedded.apihost, code=2)[1]


def test_the_file_of_the_embedded_platform_is_its_own(chosen, said, monkeypatch):
    monkeypatch.setenv("FNKIT_DATA", str(chosen.parent))
    monkeypatch.setenv("WSK_CONFIG_FILE", str(chosen.with_name(".wskprops")))
    assert "belongs to the embedded platform" in said("login", "http://127.0.0.1:9", stdin="u:k", code=2)[1]
