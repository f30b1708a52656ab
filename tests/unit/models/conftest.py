"""A fresh cache, a server on loopback, and processes of one's own."""

import subprocess
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fnkit.models import once


class Files(ThreadingHTTPServer):
    """Serves `content[path]`, `moved[path]` elsewhere; `cut` ends an answer half way, all wait for `go`."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content, self.moved, self.asked = {}, {}, Counter()
        self.cut = set()
        self.go = threading.Event()
        self.go.set()
        self.waiting = threading.Event()

    def url(self, path):
        return f"http://127.0.0.1:{self.server_port}/{path}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.lstrip("/")
        self.server.asked[path] += 1
        if path in self.server.moved:
            self.send_response(302)
            self.send_header("Location", self.server.moved[path])
            self.end_headers()
            return
        content = self.server.content.get(path)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        half = len(content) // 2
        self.wfile.write(content[:half])
        self.wfile.flush()
        self.server.waiting.set()
        self.server.go.wait(20)
        if path not in self.server.cut:
            self.wfile.write(content[half:])

    def log_message(self, *args):
        pass


@pytest.fixture
def files():
    server = Files()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.go.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of this test's own."""
    monkeypatch.setenv("FNKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "models"


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """A cache for what this test makes; the catalogue's models come from the machine's."""
    monkeypatch.setenv("FNKIT_MODELS", str(once.folder()))
    monkeypatch.setenv("FNKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "models"


@pytest.fixture
def python():
    """Starts `python -c` with arguments; gives the process."""
    started = []

    def start(code, *args):
        command = [sys.executable, "-c", code, *map(str, args)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
