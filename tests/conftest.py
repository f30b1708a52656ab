"""What every test may use: a platform of its own. `plugins.own_places` keeps what is the user's out of reach."""

import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

pytest_plugins = ("tests.plugins.gate", "tests.plugins.own_places", "tests.plugins.skips")

SLOWEST_START = 60
"""Seconds; a start takes half of one on a quiet machine."""


@dataclass
class Platform:
    """An OpenWhisk to test against: an embedded platform in a process of its own, or the one in FNKIT_APIHOST."""

    apihost: str
    auth: str = field(repr=False)
    data: Path | None = None
    process: subprocess.Popen | None = None
    arguments: tuple[str, ...] = ()

    @property
    def props(self) -> Path:
        """Its `.wskprops`."""
        assert self.data is not None
        return self.data / ".wskprops"

    @property
    def embedded(self) -> bool:
        """True where it is ours, with /fnkit/v1 and a process that can be killed."""
        return self.process is not None

    @property
    def api(self) -> str:
        """The URL of the namespace."""
        return f"{self.apihost}/api/v1/namespaces/_"

    def call(self, verb: str, path: str, **options) -> requests.Response:
        """One request with the platform's key; a path without a slash in front is under the namespace."""
        url = self.apihost + path if path.startswith("/") else f"{self.api}/{path}"
        user, _, key = self.auth.partition(":")
        options = {"auth": (user, key), "timeout": 90, **options}
        return requests.request(verb, url, **options)

    def record(self, activation_id: str) -> dict:
        """The record of an activation; a real OpenWhisk writes it a moment after the answer."""
        pause = threading.Event()
        for _ in range(120):
            answer = self.call("GET", f"activations/{activation_id}")
            if answer.status_code == 200:
                return answer.json()
            pause.wait(0.25)
        raise TimeoutError(answer.text)

    def start(self) -> None:
        """Start it and await its word that it answers."""
        assert self.data is not None
        port = self.apihost.rpartition(":")[2] or "0"
        reader, writer = os.pipe()
        command = [sys.executable, "-m", "fnkit.local.serve", "--port", port, "--data", str(self.data)]
        log = (self.data.parent / f"{self.data.name}.log").open("ab")
        with log, os.fdopen(reader) as ready:
            self.process = subprocess.Popen(
                [*command, *self.arguments, "--ready-fd", str(writer)],
                pass_fds=[writer],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            os.close(writer)
            if not select.select([ready], [], [], SLOWEST_START)[0]:
                raise TimeoutError(Path(log.name).read_text())
            told = json.loads(ready.readline() or "{}")
        if "running" not in told:
            raise RuntimeError(f"{told} {Path(log.name).read_text()}")
        self.apihost = told["running"]["url"]
        lines = (line.partition("=") for line in self.props.read_text().splitlines())
        self.auth = {key: value for key, _, value in lines}["AUTH"]

    def kill(self) -> None:
        """End it at once, as a power cut of the process would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in good order (SIGTERM)."""
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        """Start it again on the same data and port."""
        if self.process and self.process.poll() is None:
            self.stop()
        self.start()

    def _end(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(SLOWEST_START)


def _external() -> Platform | None:
    if host := os.environ.get("FNKIT_APIHOST"):
        return Platform(host.rstrip("/"), os.environ["FNKIT_AUTH"])
    return None


def fresh_platform(data: Path, *arguments: str) -> Platform:
    """A started embedded platform on an empty folder; the caller ends it."""
    platform = Platform("", "", data, arguments=arguments)
    platform.start()
    return platform


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The session's OpenWhisk. Tests delete what they make; who kills it restarts it."""
    if external := _external():
        yield external
        return
    started = fresh_platform(tmp_path_factory.mktemp("platform") / "data")
    yield started
    if started.process and started.process.poll() is None:
        started.stop()


@pytest.fixture(scope="session")
def embedded(platform: Platform) -> Platform:
    """The session's platform where it is an embedded one; else the test is skipped."""
    if not platform.embedded:
        pytest.skip("an OpenWhisk that is not ours has no /fnkit/v1")
    return platform
