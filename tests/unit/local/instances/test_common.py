"""The folder of common packages: all or nothing, and a sentence that says which."""

import ast
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from threading import Thread

import pytest

from fnkit.core.canonical import sha256
from fnkit.local.common import Common
from fnkit.local.errands import Errands


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def index(folder: Path) -> Iterator[str]:
    """A package index on loopback with one wheel, thing 1.0."""
    simple = folder / "simple" / "thing"
    simple.mkdir(parents=True)
    name = "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(simple / name, "w") as wheel:
        wheel.writestr("thing.py", "V = 1\n")
        wheel.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
        wheel.writestr(
            "thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("thing-1.0.dist-info/RECORD", "")
    (simple / "index.html").write_text(f'<a href="{name}">{name}</a>')
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def requirements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A list with the true hash of the one wheel that there is."""
    with index(tmp_path / "index") as url:
        monkeypatch.setenv("UV_INDEX_URL", url)
        monkeypatch.setenv("PIP_INDEX_URL", url)
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
        wheel = next((tmp_path / "index").rglob("*.whl"))
        yield f"thing==1.0 --hash=sha256:{sha256(wheel.read_bytes())}\n"


def test_installed_once(tmp_path: Path, requirements: str) -> None:
    common = Common(Errands(), tmp_path / "cache", requirements)
    before = common.folder()
    assert not list(before.iterdir())
    assert "not installed yet" in common.status()
    assert common.install()
    assert common.packages() == {"thing": "1.0"}
    assert (common.folder() / "thing.py").read_text() == "V = 1\n"
    assert common.folder() != before
    stamp = common.folder().stat().st_mtime_ns
    assert Common(Errands(), tmp_path / "cache", requirements).install()
    assert common.folder().stat().st_mtime_ns == stamp
    assert common.status() == "OpenWhisk's common packages are installed."


def test_a_wrong_hash_installs_nothing(tmp_path: Path, requirements: str) -> None:
    common = Common(Errands(), tmp_path / "cache", re.sub(r"[0-9a-f]{64}", "0" * 64, requirements))
    assert not common.install()
    assert common.packages() == {}
    assert not list(common.folder().iterdir())


def test_without_a_network(tmp_path: Path, requirements: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_TIMEOUT", "2")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("PIP_RETRIES", "0")
    common = Common(Errands(), tmp_path / "cache", requirements)
    assert not common.install()
    assert not list(common.folder().iterdir())
    assert "could not be installed" in common.status()
    assert common.status().endswith("Actions can import the standard library and what they bring.")


def test_the_list_is_pinned_hashed_and_names_no_host() -> None:
    text = resources.files("fnkit.local").joinpath("common.txt").read_text("utf-8")
    pins = re.findall(r"^([a-z0-9-]+)==[^ ]+", text, re.MULTILINE)
    assert {"requests", "beautifulsoup4", "lxml", "python-dateutil", "simplejson", "httplib2"} <= set(pins)
    assert "numpy" not in pins
    blocks = re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text


def test_what_ships_alone_is_small() -> None:
    """The child and the locks import the standard library only, and not much of it."""
    local = resources.files("fnkit.local")
    for name in ("child.py", "sandbox/confine.py", "sandbox/landlock.py", "sandbox/namespaces.py"):
        tree = ast.parse(local.joinpath(name).read_text("utf-8"))
        imported = {
            (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        assert not {one for one in imported if one.split(".")[0] == "fnkit"}, name
        assert not imported & {"pathlib", "subprocess", "socket", "asyncio", "dataclasses", "re"}, name
