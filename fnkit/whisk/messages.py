"""One HTTP exchange as values, and the seam between the client and the wire."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from fnkit.core.entities import Json


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of the platform."""

    method: str
    path: str
    """From the root, percent-encoded: `/api/v1/namespaces/_/actions/hello`."""
    subject: str
    """What it is about, for a person: `action hello`."""
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json = field(default=None, repr=False)
    """JSON; bytes go as they are; a function gives the pieces of what is large. May hold secrets."""
    media: str = "application/json"
    """The content type of the body."""
    repeatable: bool = False
    """True where asking twice does the same as asking once, and answers the same."""
    expected: tuple[int, ...] = (200,)
    """Statuses that are an answer and not a refusal."""
    seconds: float = 30
    """How long the answer may take."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Beside those of every request."""

    @property
    def tried(self) -> str:
        """`GET action hello`: the first part of an error's message."""
        return f"{self.method} {self.subject}"

    @property
    def described(self) -> Mapping[str, str]:
        """The headers, with the content type of a body where there is one."""
        return {**self.headers, "Content-Type": self.media} if self.body is not None else self.headers

    def content(self) -> bytes | Iterable[bytes] | None:
        """The body as it goes over the wire, anew for every attempt."""
        if self.body is None or isinstance(self.body, bytes):
            return self.body
        if callable(self.body):
            pieces: Callable[[], Iterable[bytes]] = self.body
            return pieces()
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Response:
    """What the platform answered."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)

    def json(self) -> Json:
        """The body as JSON. Raises ValueError."""
        return json.loads(self.body)


CONNECT_SECONDS = 5.0
KEPT = 64
"""Connections that are kept open: as many calls as are usually in flight."""

How = Literal["nobody", "cut", "late", "certificate"]


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a request that was sent once has no answer."""

    how: How
    """nobody: there was no connection, so no byte has left; cut: it ended; late: the time is over."""
    words: str
    """Of the system, without a full stop."""


class Transport(Protocol):
    """Brings a request to the platform."""

    def send(self, request: Request) -> Response:
        """The answer, its status one of `request.expected`. Raises Refused."""
        ...
