"""A connection of the server: a response leaves in one piece."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGE = 65_536
"""Bytes of a piece that is not copied to save a system call."""


class Http(HttpToolsProtocol):
    """uvicorn's connection, but that a client is woken once by a response, not by its head and by its body."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there."""
        super().connection_made(transport)
        self.transport = Whole(transport)  # type: ignore[assignment]

    def on_response_complete(self) -> None:
        """Nothing follows any more."""
        self.transport.flush()  # type: ignore[attr-defined]
        super().on_response_complete()


class Whole:
    """What uvicorn needs of a transport. The head of a response waits for what is written next."""

    __slots__ = ("_head", "_transport", "is_closing")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""
        self.is_closing = transport.is_closing

    def write(self, data: bytes) -> None:
        """The head of a response, or a part of its body."""
        if self._head:
            if len(data) > LARGE:
                self.flush()
            else:
                data, self._head = self._head + data, b""
        elif data.startswith(b"HTTP/1.1 ") and not data.startswith(b"HTTP/1.1 1"):
            self._head = data
            return
        self._transport.write(data)

    def flush(self) -> None:
        """There is no body to wait for."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)

    def close(self) -> None:
        """Send what is left, and no more."""
        self.flush()
        self._transport.close()
