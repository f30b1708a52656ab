"""HTTP between two processes of one machine: connections that stay open, one write a request.

No TLS, no proxy and no cookie stands between them, and what a library does about these took a client longer than
the platform took for all of a call. Answers are read by httptools, as uvicorn reads requests.
"""

import base64
import os
import socket
import weakref
from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from fnkit.core.errors import BadArgument
from fnkit.whisk.messages import CONNECT_SECONDS, KEPT, Broken, Request, Response
from fnkit.whisk.props import Props

PIECE = 1 << 18
"""Bytes of an answer that are read at a time, and of a request that are joined with its head."""
BODILESS = ("GET", "HEAD", "DELETE")


class Plain:
    """Requests over connections that are kept open, one for each that is under way; asked from many threads."""

    def __init__(self, props: Props) -> None:
        url = urlsplit(props.apihost)
        self._address = (url.hostname, url.port or 80)
        self._lines = [f"Host: {url.netloc}", "User-Agent: fnkit", "Accept: */*"]
        if props.key:
            key = base64.b64encode(":".join(props.key.pair).encode()).decode()
            self._lines.append(f"Authorization: Basic {key}")
        self._idle: list[socket.socket] = []
        self._process = os.getpid()
        weakref.finalize(self, _close, self._idle)

    def attempt(self, request: Request) -> Response | Broken:
        """What came of sending it once. Raises BadArgument for a header that cannot be one."""
        head = self._head(request)
        try:
            connection = self._connection()
        except OSError as error:
            return Broken("nobody", _words(error))
        try:
            connection.settimeout(request.seconds)
            answer = _Answer(request.method)
            _write(connection, head, request.content())
            answer.read(connection)
        except BaseException as error:  # an interrupt too: what comes of this request is nobody's answer
            connection.close()
            if isinstance(error, TimeoutError):
                return Broken("late", _words(error))
            if isinstance(error, OSError | HttpParserError | HttpParserUpgrade):
                return Broken("cut", _words(error))
            raise
        if answer.kept and len(self._idle) < KEPT:
            self._idle.append(connection)
        else:
            connection.close()
        return Response(answer.status, answer.headers, b"".join(answer.body))

    def _head(self, request: Request) -> list[str]:
        query = f"?{urlencode(request.query)}" if request.query else ""
        lines = [f"{request.method} {request.path}{query} HTTP/1.1", *self._lines]
        lines += [f"{name}: {text}" for name, text in request.described.items()]
        if any("\n" in line or "\r" in line or not line.isascii() for line in lines):
            raise BadArgument(f"Sending {request.tried}", "a header of it has a line break, or more than ASCII.")
        return lines

    def _connection(self) -> socket.socket:
        """One that nobody uses; those that the platform has closed meanwhile are passed over."""
        if self._process != os.getpid():  # forked since: these are still the parent's
            self._process = os.getpid()
            _close(self._idle)
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                break
            if _silent(connection):
                return connection
            connection.close()
        connection = socket.create_connection(self._address, CONNECT_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


class _Answer:
    """What the parser reads, until it is whole."""

    def __init__(self, method: str) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body: list[bytes] = []
        self.kept = False
        """Whether the connection may be used again."""
        self._method = method
        self._whole = False
        self._parser = HttpResponseParser(self)

    def read(self, connection: socket.socket) -> None:
        """Read to the end of the answer, once. Raises OSError, HttpParserError."""
        while not self._whole:
            some = connection.recv(PIECE)
            if not some:
                if not self.status or "content-length" in self.headers or "transfer-encoding" in self.headers:
                    raise ConnectionResetError(0, "it was closed before the answer was whole")
                break  # the end of the connection is the end of the answer
            try:
                self._parser.feed_data(some)
            except HttpParserError:
                if not self._whole:
                    raise
                self.kept = False  # what stands behind the answer is no part of it
        del self._parser  # it holds what holds it: the answer would stay until somebody looks for cycles

    def on_message_begin(self) -> None:
        """Another one behind the answer: nobody asked for it, so the connection is no good any more."""
        self.kept = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """One line of the head."""
        if not self._whole:
            self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """The head is whole; of HEAD that is all, and an interim answer is none."""
        status = self._parser.get_status_code()
        if self._whole:
            return
        if status < 200:
            self.headers.clear()
            return
        self.status = status
        if self._method == "HEAD":
            self._end()

    def on_body(self, some: bytes) -> None:
        """A piece of the body."""
        if not self._whole:
            self.body.append(some)

    def on_message_complete(self) -> None:
        """The answer is whole, unless it was an interim one."""
        if self.status and not self._whole:
            self._end()

    def _end(self) -> None:
        self.kept, self._whole = self._parser.should_keep_alive(), True


def _write(connection: socket.socket, head: list[str], content: bytes | Iterable[bytes] | None) -> None:
    """Send a request; where the other side has hung up, what it said before is read all the same."""
    pieces: Iterable[bytes] = ()
    if content is None or isinstance(content, bytes):
        if content is not None or not head[0].startswith(BODILESS):
            head.append(f"Content-Length: {len(content or b'')}")
        first = content or b""
    else:
        head.append("Transfer-Encoding: chunked")
        first, pieces = b"", _chunks(content)
    start = "\r\n".join([*head, "", ""]).encode("ascii")
    try:
        if len(first) <= PIECE:
            connection.sendall(start + first)
        else:
            connection.sendall(start)
            connection.sendall(first)
        for piece in pieces:
            connection.sendall(piece)
    except (BrokenPipeError, ConnectionResetError):
        pass


def _chunks(pieces: Iterable[bytes]) -> Iterable[bytes]:
    for piece in pieces:
        if piece:
            yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def _silent(connection: socket.socket) -> bool:
    """True while nothing came on it: then it is open."""
    connection.setblocking(False)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _close(connections: list[socket.socket]) -> None:
    while connections:
        connections.pop().close()


def _words(error: BaseException) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__).rstrip(".")
