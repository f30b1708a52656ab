"""A request and a response of /api/v1: what ASGI gives and takes, with nothing in between.

Every call of an action passes here, so a request reads only what it is asked for and a response is written once.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import lru_cache
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

RawHeaders = list[tuple[bytes, bytes]]
"""Lower-case names and values, in the order of the wire."""
ONE_PIECE = "fnkit.one_piece"
"""An ASGI extension: sends status, headers and body, where it can."""
AGAIN = "fnkit.again"
"""An ASGI extension: takes what answers the same head again (`repeats.Known.begin`)."""
WITHOUT_BODY = frozenset({204, 304})


class Request:
    """One HTTP request."""

    __slots__ = ("_headers", "_receive", "method", "scope")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self._receive = receive
        self._headers: dict[bytes, bytes] = dict(reversed(scope["headers"]))

    @property
    def raw_path(self) -> bytes:
        """The path as it was sent, percent-encoded."""
        path: bytes = self.scope.get("raw_path") or self.scope["path"].encode()
        return path

    def header(self, name: bytes) -> str | None:
        """The first header of a lower-case name."""
        value = self._headers.get(name)
        return None if value is None else value.decode("latin-1")

    def headers(self) -> Iterator[tuple[str, str]]:
        """All of them, in the order of the wire."""
        return ((name.decode("latin-1"), value.decode("latin-1")) for name, value in self.scope["headers"])

    def query(self, name: str) -> str | None:
        """A query parameter, the last of that name."""
        text: bytes = self.scope["query_string"]
        return _query(text).get(name) if text else None

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises ClientDisconnect where the client goes before its end."""
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            more = message.get("more_body", False)
            if piece := message.get("body", b""):
                yield piece

    def learn(self, begin: Callable[..., bool], since: tuple[int, int]) -> None:
        """What is to be done for the same head again, with another body, as long as `since` is the same."""
        again = self.scope.get("extensions", {}).get(AGAIN)
        if again is not None:
            again(begin, since)

    async def body(self, most: int) -> bytes | None:
        """The whole body, read to its end; None where it is longer than `most` bytes.

        Raises ClientDisconnect where the client goes before.
        """
        pieces, size, more = [], 0, True
        message = await self._receive()
        while more:
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            piece: bytes = message.get("body", b"")
            more = message.get("more_body", False)
            size += len(piece)
            if size <= most:
                pieces.append(piece)
            else:
                pieces.clear()
            if more:
                message = await self._receive()
        return None if size > most else pieces[0] if len(pieces) == 1 else b"".join(pieces)


@lru_cache(maxsize=1024)
def _query(text: bytes) -> Mapping[str, str]:
    return dict(parse_qsl(text.decode("latin-1"), keep_blank_values=True))


class Response:
    """One HTTP response; it is an ASGI application itself."""

    __slots__ = ("body", "headers", "status")

    def __init__(
        self, body: bytes, status: int = 200, headers: RawHeaders | None = None, content_type: bytes | None = None
    ) -> None:
        """The length of the body, and its type where one is given, follow `headers`, which is taken over."""
        self.body = body
        self.status = status
        self.headers: RawHeaders = [] if headers is None else headers
        if status >= 200 and status not in WITHOUT_BODY:
            self.headers.append((b"content-length", b"%d" % len(body)))
        if content_type is not None:
            self.headers.append((b"content-type", content_type))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, in one piece where the server can."""
        one_piece = scope.get("extensions", {}).get(ONE_PIECE)
        if one_piece is not None and one_piece(self.status, self.headers, self.body):
            return
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})
