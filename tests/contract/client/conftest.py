"""A client on the session's platform that notes every request, and names that are cleaned up."""

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fnkit.action import cell
from fnkit.action.spec import ActionSpec, Wishes
from fnkit.core.errors import Missing
from fnkit.core.names import ActionName
from fnkit.whisk.client import Client
from fnkit.whisk.messages import Request, Response, Transport
from fnkit.whisk.props import load
from fnkit.whisk.transport import Http
from tests.contract.client.sources import HELLO


@dataclass
class Noted:
    """A transport that notes what goes through it."""

    inner: Transport
    requests: list[Request] = field(default_factory=list)

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        return self.inner.send(request)

    def since(self, start: int = 0) -> list[str]:
        """`GET /fnkit/v1`, `PUT …/actions/hello`: method and path, the namespace's root cut off."""
        return [f"{r.method} {r.path.removeprefix('/api/v1/namespaces/_/')}" for r in self.requests[start:]]


class Plain:
    """The platform as any OpenWhisk: it knows nothing of /fnkit/v1."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner

    def send(self, request: Request) -> Response:
        if request.path.startswith("/fnkit"):
            raise Missing("GET", "HTTP 405", status=405)
        return self.inner.send(request)


@pytest.fixture
def client(platform) -> Client:
    props = load({"apihost": platform.apihost, "auth": platform.auth})
    return Client(props, Noted(Http(props)))


_numbers = itertools.count(1)


@pytest.fixture
def name(client: Client, request: pytest.FixtureRequest) -> Iterator[ActionName]:
    """A name of this test's own; the action is taken away afterwards."""
    name = ActionName(f"t{next(_numbers)}-{request.node.name.partition('[')[0]}"[:60])
    yield name
    with contextlib.suppress(Missing):
        client.actions.delete(name)


@pytest.fixture
def plain(client: Client) -> Client:
    """The same platform, as any OpenWhisk."""
    return Client(client.props, Plain(client.transport))


@pytest.fixture
def spec(tmp_path: Path, name):
    """A spec of a script's text, under this test's name."""

    def make(text: str = HELLO) -> ActionSpec:
        script = tmp_path / "script.py"
        script.write_text(text)
        return cell.from_path(name, script, Wishes())

    return make


@pytest.fixture
def sent(client):
    """The requests for actions since the last question: `GET`, `PUT`, `POST`, …"""
    seen = 0

    def ask() -> list[str]:
        nonlocal seen
        new, seen = client.transport.since(seen), len(client.transport.requests)
        return [line.partition(" ")[0] for line in new if " actions/" in line]

    return ask
