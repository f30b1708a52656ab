"""An embedded platform of the bench's own, and a client that adds next to nothing to what it measures."""

import base64
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STARTS_IN = 30.0
"""Seconds that a server has to answer."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a platform listens, and the environment in which fnkit's commands find it."""

    port: int
    auth: str
    environment: dict[str, str]

    def request(self, method: str, path: str, body: object = None) -> bytes:
        """One HTTP request as bytes, to be sent again and again; `/…` is from the root, not the namespace."""
        content = b"" if body is None else json.dumps(body).encode()
        key = base64.b64encode(self.auth.encode()).decode()
        target = path if path.startswith("/") else f"/api/v1/namespaces/_/{path}"
        head = (
            f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Authorization: Basic {key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content


class Connection:
    """A keep-alive connection that sends bytes and reads one answer; both sides of a row use it."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def call(self, request: bytes) -> tuple[int, bytes]:
        """(status, body) of one request."""
        self._socket.sendall(request)
        received = bytearray()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._some()
        head = bytes(received[:end]).decode("latin-1").lower()
        size = int(head.partition("content-length:")[2].partition("\r\n")[0])
        while len(received) < end + 4 + size:
            received += self._some()
        return int(head.split(" ", 2)[1]), bytes(received[end + 4 :])

    def ask(self, request: bytes) -> dict:
        """The JSON answer of a request that has to succeed."""
        status, body = self.call(request)
        if not 200 <= status < 300:
            raise RuntimeError(f"{status}: {body[:500].decode(errors='replace')}")
        return json.loads(body)

    def _some(self) -> bytes:
        some = self._socket.recv(1 << 16)
        if not some:
            raise ConnectionError("the server closed the connection")
        return some


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(command: list[str], port: int, environment: dict[str, str] | None = None) -> Iterator[None]:
    """A server in the background while the block runs."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _answers(port, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def _answers(port: int, process: subprocess.Popen) -> None:
    """Waits for the first HTTP answer, whatever it says."""
    until = time.monotonic() + STARTS_IN
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            os.sched_yield()
        else:
            return
    raise RuntimeError(f"{process.args} did not answer within {STARTS_IN:.0f} s")


@contextmanager
def platform(cache: Path | None = None, options: Sequence[str] = (), data: Path | None = None) -> Iterator[Server]:
    """A platform on a free port; `options` of `fnkit serve`, a cache and a data folder (else a fresh one)."""
    with tempfile.TemporaryDirectory(prefix="fnkit-bench-") as folder:
        port, data = free_port(), data or Path(folder, "data")
        environment = {**os.environ, "FNKIT_DATA": str(data), "WSK_CONFIG_FILE": str(data / ".wskprops")}
        if cache:
            environment["FNKIT_CACHE"] = str(cache)
        command = [sys.executable, "-m", "fnkit", "serve", "--port", str(port), "--data", str(data), *options]
        with serving(command, port, environment):
            lines = (data / ".wskprops").read_text().splitlines()
            props = dict(line.split("=", 1) for line in lines if "=" in line)
            yield Server(port, props["AUTH"], environment)


def fnkit(server: Server, *words: str | Path) -> str:
    """One fnkit command on this platform; what it printed. Raises where it failed."""
    done = subprocess.run(
        [sys.executable, "-m", "fnkit", *map(str, words)],
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"fnkit {' '.join(map(str, words))}: {done.stdout}{done.stderr}")
    return done.stdout
