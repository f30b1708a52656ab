"""A deploy that changes nothing: what it asks of the platform, and what a shell imports for it."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import requests

from fnkit import verbs
from fnkit.context import Context
from tests.faces.conftest import PATIENCE, Shell

NAME = "fu-greet"
SCRIPT = "def main(name: str = 'world'):\n    return {'greeting': f'Hello, {name}!'}\n"
TEST = ("--test", "name=Ada")


@dataclass
class Door:
    """A way to the platform that notes who comes by."""

    server: ThreadingHTTPServer
    props: Path
    came: list[str] = field(default_factory=list)


@pytest.fixture
def door(embedded, tmp_path) -> Iterator[Door]:
    class Through(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            made.came.append(f"{self.command} {self.path.partition('?')[0]}")
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kept = {name: text for name, text in self.headers.items() if name.lower() != "host"}
            answer = requests.request(
                self.command, embedded.apihost + self.path, data=body, headers=kept, timeout=PATIENCE
            )
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def do_PUT(self) -> None:
            self.do_GET()

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *words: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Through)
    props = tmp_path / "door.wskprops"
    props.write_text(f"APIHOST=http://127.0.0.1:{server.server_port}\nAUTH={embedded.auth}\n")
    made = Door(server, props)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def script(tmp_path) -> Path:
    path = tmp_path / "greet.py"
    path.write_text(SCRIPT)
    return path


@pytest.fixture
def typed(door, tmp_path):
    """What a line of a shell says, and the modules that it imports."""
    home = Shell(tmp_path, tmp_path)

    def run(*words: str) -> tuple[str, set[str]]:
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "fnkit", *words],
            env={**home.environment, "WSK_CONFIG_FILE": str(door.props)},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        rows = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "import time:" in line]
        return done.stdout, set(rows)

    return run


HEAVY = {
    "IPython",
    "PIL",
    "ai_edge_litert",
    "asyncio",
    "jinja2",
    "numpy",
    "requests",
    "rich",
    "sqlite3",
    "starlette",
    "uvicorn",
}
"""Libraries that neither needs, and of the standard library what takes as long as one."""
OTHER = (
    "fnkit.compose",
    "fnkit.events",
    "fnkit.pictures",
    "fnkit.project",
    "fnkit.simulate",
    "fnkit.vision",
    "fnkit.notebook",
)
"""Rooms of other verbs."""
LATER = {
    "fnkit.action.rehearse",
    "fnkit.delivery.apply",
    "fnkit.delivery.calls",
    "fnkit.whisk.activations",
    "fnkit.whisk.triggers",
}
"""What the stages after the plan need."""


def brought(modules: set[str]) -> set[str]:
    """Those of `modules` that a short command has no use for."""
    return {name for name in modules if name.partition(".")[0] in HEAVY or name.startswith(OTHER)}


def test_a_shell_asks_what_the_platform_is_and_what_is_there(typed, door, script, embedded):
    typed("deploy", NAME, str(script), *TEST)
    door.came.clear()
    said, modules = typed("deploy", NAME, str(script), *TEST)
    assert said.startswith(f"unchanged {NAME}")
    assert door.came == ["GET /fnkit/v1", f"GET /api/v1/namespaces/_/actions/{NAME}"]
    assert not brought(modules) | (modules & LATER)
    assert {"fnkit.delivery.plan", "httptools"} <= modules, "that is what was looked at"


def test_a_list_knows_nothing_of_deploys(typed, script):
    typed("deploy", NAME, str(script))
    said, modules = typed("list")
    assert NAME in said
    assert not brought(modules)
    rooms = ("fnkit.action", "fnkit.delivery.", "fnkit.models")
    assert [name for name in modules if name.startswith(rooms)] == ["fnkit.delivery.secrets"], "what hides a value"


def test_a_kernel_asks_once(door, script, monkeypatch):
    """A notebook keeps its context: what the platform is it has asked before."""
    monkeypatch.setenv("WSK_CONFIG_FILE", str(door.props))
    context = Context()
    asked = {"name": NAME, "test": {"name": "Ada"}, "context": context}
    verbs.deploy(script, **asked)
    door.came.clear()
    assert verbs.deploy(script, **asked).did == "unchanged"
    assert door.came == [f"GET /api/v1/namespaces/_/actions/{NAME}"]
    script.write_text(SCRIPT.replace("Hello", "Good day"))
    door.came.clear()
    assert verbs.deploy(script, **asked).did == "updated"
    action = f"/api/v1/namespaces/_/actions/{NAME}"
    # What is there, the way back, the new one, the check with its record and how it began: no layer.
    assert door.came[:4] == [f"GET {action}", f"GET {action}", f"PUT {action}", f"POST {action}"]
    assert not [one for one in door.came if "layers" in one]
