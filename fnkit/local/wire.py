"""A connection of the server: what /api/v1 answers leaves in one piece, past uvicorn's look at each header."""

import re
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from fnkit.local.asgi import ONE_PIECE, WITHOUT_BODY, RawHeaders

OURS = frozenset(
    (
        b"accept-ranges",
        b"access-control-allow-headers",
        b"access-control-allow-methods",
        b"access-control-allow-origin",
        b"content-length",
        b"content-security-policy",
        b"content-type",
        b"etag",
        b"last-modified",
        b"x-content-type-options",
        b"x-openwhisk-activation-id",
        b"x-request-id",
    )
)
"""Names of headers that mean nothing to a connection."""
ILLEGAL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
"""In a value of a header."""


class Http(HttpToolsProtocol):
    """uvicorn's connection; an application may answer in one piece, so that its client is woken once."""

    def on_headers_complete(self) -> None:
        """A request is there, but for its body."""
        super().on_headers_complete()
        if self.cycle is not None and self.cycle.scope is self.scope:
            extensions: Any = {ONE_PIECE: partial(answered, self.cycle)}
            self.scope["extensions"] = extensions


def answered(cycle: RequestResponseCycle, status: int, headers: RawHeaders, body: bytes) -> bool:
    """Send a whole response; False, and nothing sent, where that takes a look at the connection."""
    names = {name for name, _ in headers}
    if (
        not names <= OURS
        or len(names) < len(headers)
        or status in WITHOUT_BODY
        or not cycle.keep_alive
        or cycle.disconnected
        or cycle.flow.write_paused
        or cycle.scope["method"] == "HEAD"
    ):
        return False
    pieces = [STATUS_LINE[status]]
    for name, value in (*cycle.default_headers, *headers):
        pieces += (name, b": ", value, b"\r\n")
        if ILLEGAL.search(value):
            return False
    pieces += (b"\r\n", body)
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    cycle.transport.write(b"".join(pieces))
    cycle.message_event.set()
    cycle.on_response()
    return True
