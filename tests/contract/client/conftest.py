"""A client on the session's platform that notes every request, and names that are cleaned up."""

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from fnkit.core.errors import Missing
from fnkit.core.names import ActionName
from fnkit.whisk.client import Client
from fnkit.whisk.messages import Request, Response, Transport
from fnkit.whisk.props import load
from fnkit.whisk.transport import Http


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
