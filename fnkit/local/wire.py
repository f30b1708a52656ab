"""A connection of the server: what /api/v1 answers leaves in one piece; a head that was read is not read again.

A request's head has the same bytes each time that a client makes the same call, and the same bytes mean the same.
So what a route has said of it once (`repeats`) is looked up by them, past the parser and past ASGI; where nothing
is known of a head, or what is known does not hold any more, the request goes uvicorn's way.
"""

import logging
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from fnkit.local.asgi import AGAIN, ONE_PIECE, WITHOUT_BODY, RawHeaders
from fnkit.local.repeats import Known, Repeats

_LOG = logging.getLogger(__name__)
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
LONGEST = 8192
"""Bytes of a head that is remembered."""
LARGEST = 65536
"""Bytes of the body that follows: they are held together."""
END = b"\r\n\r\n"


class Http(HttpToolsProtocol):
    """uvicorn's connection; an application may answer in one piece, so that its client is woken once."""

    def __init__(self, *given: Any, repeats: Repeats | None = None, **named: Any) -> None:
        super().__init__(*given, **named)
        self._repeats = Repeats() if repeats is None else repeats
        self._head = b""
        """Of the message that begins with what was received last, as it was sent."""
        self._early = b""
        """What came of a message whose head is known, and what came while such a one was being answered."""
        self._busy = False
        """True while a known message is being answered."""
        self._message = 0
        """The number of that one."""
        self._ends = False
        """True where the server is being stopped meanwhile."""
        self._used = 0.0

    def data_received(self, data: bytes) -> None:
        """More of what the client sends."""
        if self._busy or self._early:
            data, self._early = self._early + data, b""
            if self._busy:
                self._early = data
                self.flow.pause_reading()
                return
        if self._between():
            end = data.find(END) + 4
            self._head = data[:end]
            again = self._repeats.get(self._head)
            if again is not None and not self.flow.write_paused:
                rest = end + again.length - len(data)
                if rest > 0:
                    self._early = data
                    return
                if rest == 0:
                    self._busy = True
                    self._message += 1
                    if again.begin(data[end:], partial(self._reply, self._message)):
                        return
                    self._busy = False
        else:
            self._head = b""
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """A request is there, but for its body."""
        super().on_headers_complete()
        head, self._head = self._head, b""
        if self.cycle is not None and self.cycle.scope is self.scope:
            if self._ends:
                self.cycle.keep_alive = False
            extensions: Any = {ONE_PIECE: partial(answered, self.cycle)}
            if self.cycle.keep_alive and not self.expect_100_continue and 4 < len(head) <= LONGEST:
                extensions[AGAIN] = partial(self._learn, head, self.scope["headers"])
            self.scope["extensions"] = extensions

    def shutdown(self) -> None:
        """The server is being stopped: the last answer is given first."""
        if self._busy or self._early:
            self._ends = True
        else:
            super().shutdown()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing came for so long, by uvicorn's own count."""
        busy = self._busy or self._early  # a message that has begun is awaited, as uvicorn does
        rest = self.timeout_keep_alive - (0 if busy else self.loop.time() - self._used)
        if rest > 0:
            self.timeout_keep_alive_task = self.loop.call_later(rest, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def _between(self) -> bool:
        """True where the next byte begins a message, and the one before was answered."""
        cycle = self.cycle
        if cycle is None:
            return self.headers is None
        return cycle.response_complete and not cycle.more_body and cycle.scope is self.scope

    def _learn(
        self,
        head: bytes,
        headers: Iterable[tuple[bytes, bytes]],
        begin: Callable[..., bool],
        since: tuple[int, int],
    ) -> None:
        length = length_of(headers)
        if length is not None and length <= LARGEST:
            self._repeats.learn(head, Known(length, begin), since)

    def _reply(self, message: int, status: int, headers: bytes, body: bytes) -> None:
        """What a known message is answered with, once; `headers` are whole lines."""
        if message != self._message or not self._busy:
            _LOG.error("a message was answered twice: %d", status)
            return
        self._busy = False
        transport = self.transport
        if transport.is_closing():
            return
        if self._ends:
            headers += b"connection: close\r\n"
        pieces = [STATUS_LINE[status]]
        for name, value in self.server_state.default_headers:
            pieces += (name, b": ", value, b"\r\n")
        pieces += (headers, b"\r\n", body)
        transport.write(b"".join(pieces))
        self.server_state.total_requests += 1
        if self._ends:
            transport.close()
            return
        self._used = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        if self._early:
            self.loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        """With what came too early."""
        data, self._early = self._early, b""
        if not self.transport.is_closing():
            self.flow.resume_reading()
            self.data_received(data)


def length_of(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    """Bytes of the body that follows a head; None where the head alone does not say."""
    lengths = [value for name, value in headers if name in (b"content-length", b"transfer-encoding")]
    if not lengths:
        return 0
    return int(lengths[0]) if len(lengths) == 1 and lengths[0].isdigit() else None


def lines_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Headers as they are sent."""
    return b"".join([b"%b: %b\r\n" % header for header in headers])


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
    if any(ILLEGAL.search(value) for _, value in headers):
        return False
    lines = lines_of((*cycle.default_headers, *headers))
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    cycle.transport.write(b"".join((STATUS_LINE[status], lines, b"\r\n", body)))
    cycle.message_event.set()
    cycle.on_response()
    return True
