"""A loopback HTTP server that says what it was told to say: for what a real OpenWhisk does not do on demand."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from fnkit.whisk.key import Key
from fnkit.whisk.props import Props

SECRET = "s" * 64


@dataclass
class Answer:
    """One scripted answer; `status` 0 hangs up without a word, after the request was read."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    closes: bool = False
    """True where the connection ends after it, without a word of that."""


@dataclass
class Heard:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Script(ThreadingHTTPServer):
    """Gives its answers in order, the last one for ever; keeps what it heard."""

    daemon_threads = True

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.heard: list[Heard] = []
        self.connections = 0
        self.closed = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def methods(self) -> list[str]:
        return [heard.method for heard in self.heard]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Script

    def setup(self) -> None:
        self.server.connections += 1
        super().setup()

    def do_GET(self) -> None:
        content = self._chunked() if "chunked" in self.headers.get("transfer-encoding", "") else self._plain()
        self.server.heard.append(Heard(self.command, self.path, dict(self.headers), content))
        answer = self.server.answers[0] if len(self.server.answers) == 1 else self.server.answers.pop(0)
        if answer.status == 0:
            self.close_connection = True
            return
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        if answer.closes:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            self.server.closed.set()

    do_PUT = do_POST = do_DELETE = do_HEAD = do_GET  # noqa: N815 - http.server's names

    def _plain(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def _chunked(self) -> bytes:
        content = b""
        while size := int(self.rfile.readline(), 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def scripted(*answers: Answer) -> Iterator[Script]:
    """A running server; it ends with the block."""
    server = Script(*answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def props(url: str, key: str | None = f"user:{SECRET}") -> Props:
    """Props for a server, as if WHISK_APIHOST and WHISK_AUTH had said so."""
    sources = {"apihost": "WHISK_APIHOST", "auth": "WHISK_AUTH"}
    return Props(url, Key(key) if key else None, "_", "v1", True, sources)
