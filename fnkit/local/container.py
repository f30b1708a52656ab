"""The outside of a container: speaks the wire of `messages` with the server, HTTP with the image's own runtime.

Ships alone: it runs as `python container.py ENGINE MEMORY FD`, not locked in, since the container is the sandbox.
The container starts with `init`, and goes with this process however that ends. Source of the protocol:
apache/openwhisk docs/actions-new.md, ContainerProxy.scala, ActivationResult.scala.
"""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

READY = b"!ready\n"
INITIALIZED = b'{"ok": true}\n'
FAILED = b"!failed "
REPEATED = "Cannot initialize the action more than once."
SENTINEL = b"XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX"
PORT = 8080
"""On which an image's runtime listens."""
PAUSE = 0.05
"""Seconds between attempts to reach it."""
LOGS = 2.0
"""Seconds that the end of an activation's log is waited for."""
NO_IMAGE = 125
"""The exit code of an engine that could not run the image at all."""
LIMITS = (
    *("--ulimit=nofile=1024:1024", "--ulimit=nproc=4096:4096", "--pids-limit=1024"),
    *("--cap-drop=NET_RAW", "--cap-drop=NET_ADMIN"),
)
"""Source: apache/openwhisk InvokerReactive.scala (docker run)."""
WATCH = """
import subprocess, sys, time
sys.stdin.read()
for pause in (0, 1, 5):  # an engine that was asked to make it may be about to
    time.sleep(pause)
    subprocess.run(sys.argv[1:], capture_output=True)
"""
"""Waits for the end of the process that holds its standard input, then removes the container."""


class Failed(Exception):
    """The container has no answer; the text says why, as OpenWhisk does."""


class Container:
    """One running container and what it prints."""

    def __init__(self, engine: str, memory: str, image: str, environment: dict[str, str]) -> None:
        self._engine = engine
        self._image = image
        self._name = f"fnkit-{os.getpid()}-{os.urandom(4).hex()}"
        self._watch = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", WATCH, engine, "rm", "-f", self._name],
            stdin=subprocess.PIPE,
            start_new_session=True,  # it outlives the group that this process is killed with
        )
        variables = [word for name in environment for word in ("-e", name)]  # by name: values are on no line
        self._run = subprocess.Popen(
            [
                *(engine, "run", "--rm", "--name", self._name, "-p", f"127.0.0.1::{PORT}"),
                *("-m", f"{memory}m", *LIMITS, *variables, image),
            ],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self._run.stdout is not None and self._run.stderr is not None
        self._ends = [_Pump(self._run.stdout, 1), _Pump(self._run.stderr, 2)]
        self._address: tuple[str, int] | None = None

    def init(self, body: dict[str, Any]) -> None:
        """POST /init as soon as somebody listens. Raises Failed."""
        while True:
            if (code := self._run.poll()) is not None:
                pulled = "The action did not initialize and exited unexpectedly."
                raise Failed(f"Failed to pull container image '{self._image}'." if code == NO_IMAGE else pulled)
            with contextlib.suppress(ConnectionError, http.client.HTTPException, TimeoutError):
                status, text = self._post("/init", body)
                break
            time.sleep(PAUSE)
        if status != 200:
            found = _parsed(text)
            if isinstance(found, dict) and "error" in found:
                raise Failed(str(found["error"]))
            raise Failed(f"The action failed during initialization: {_shown(text)}")

    def run(self, body: dict[str, Any]) -> bytes:
        """The line that answers a run. Raises Failed."""
        try:
            status, text = self._post("/run", body)
        except (OSError, http.client.HTTPException):
            raise Failed("The action did not produce a valid response and exited unexpectedly.") from None
        for end in self._ends:
            end.wait()
        found = _parsed(text)
        if status != 200 and isinstance(found, dict) and "error" in found:
            return FAILED + _line({"error": found["error"]})
        if status != 200 or not isinstance(found, dict | list):
            raise Failed(f"The action did not produce a valid JSON or JSON Array response: {_shown(text)}")
        return _line(found)

    def _post(self, path: str, body: dict[str, Any]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(*self._reached())
        with contextlib.closing(connection):
            headers = {"Content-Type": "application/json", "Accept": "application/json"}
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def _reached(self) -> tuple[str, int]:
        """Where the engine publishes the port. Raises ConnectionError where it does not yet."""
        if self._address is None:
            asked = [self._engine, "port", self._name, f"{PORT}/tcp"]
            found = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
            if not found:
                raise ConnectionError
            host, _, port = found[0].rpartition(":")
            self._address = (host, int(port))
        return self._address


class _Pump(threading.Thread):
    """Copies lines from the container to a descriptor, and knows where an activation's log ends."""

    def __init__(self, source: IO[bytes], target: int) -> None:
        super().__init__(daemon=True)
        self._source = source
        self._target = target
        self._end = threading.Semaphore(0)
        self.start()

    def run(self) -> None:
        for line in self._source:
            before, sentinel, _ = line.partition(SENTINEL)
            if text := before if sentinel else line:
                os.write(self._target, text)
            if sentinel:
                self._end.release()

    def wait(self) -> None:
        """Until the end of this activation's log; an image that does not mark it costs LOGS seconds, once."""
        if not self._end.acquire(timeout=LOGS):
            self._end.release()  # whoever marks no end is not waited for again


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _shown(text: bytes) -> str:
    return text.decode(errors="replace") or "."


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass") + b"\n"


def _begin(engine: str, memory: str, init: dict[str, Any]) -> Container:
    """The container of an action, told its code. Raises Failed."""
    given = json.loads(Path(init["folder"], "container.json").read_bytes())
    if not given["network"]:
        raise Failed("An image is reached over its network: it cannot run where fnkit-network is false.")
    environment = dict(init["environment"])
    outside = {"__OW_API_HOST": environment.pop("__OW_API_HOST", "")}
    container = Container(engine, memory, given["image"], outside)
    name = environment.get("__OW_ACTION_NAME", "").rpartition("/")[2]
    value = {"name": name, "main": init["main"], "binary": given["binary"], "env": environment, **given["code"]}
    container.init({"value": value})
    return container


def _answer(engine: str, memory: str, container: Container | None, line: bytes) -> tuple[Container | None, bytes]:
    """The container from here on, and the line that answers `line`."""
    message = json.loads(line)
    try:
        if "init" not in message:
            return container, container.run(message) if container else _line({"error": "no action defined yet"})
        if container is not None:
            return container, _line({"error": REPEATED})
        return _begin(engine, memory, message["init"]), INITIALIZED
    except Failed as failure:
        return container, (b"" if "init" in message else FAILED) + _line({"error": str(failure)})


def main() -> None:
    """Answer until the server closes the wire."""
    engine, memory, given = sys.argv[1:]
    wire = socket.socket(fileno=int(given))
    os.set_inheritable(wire.fileno(), False)
    wire.sendall(READY)
    container: Container | None = None
    for line in wire.makefile("rb"):
        container, answer = _answer(engine, memory, container, line)
        wire.sendall(answer)


if __name__ == "__main__":
    main()
