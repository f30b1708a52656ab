"""One HTTP connection that stays open, with nothing but the standard library. Ships alone."""

import os
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

PATIENCE = 60
"""Seconds without a byte."""
REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
"""What may be sent twice. Source: RFC 9110, section 9.2.2."""
STALE = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""How a connection is found that was closed while nobody used it."""


class Wire:
    """A connection that is kept open; used by one thread."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc
        """What each request says as its Host: the port too where it is the scheme's own, as it is signed."""
        if parts.scheme == "http":
            self._connection = HTTPConnection(parts.netloc, timeout=PATIENCE)
        else:
            trust = ssl.create_default_context()
            if os.environ.get("__OW_IGNORE_CERTS", "").lower() in ("1", "true"):
                trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
            self._connection = HTTPSConnection(parts.netloc, timeout=PATIENCE, context=trust)

    @contextmanager
    def hurried(self, seconds: float) -> Iterator[None]:
        """As long as this lasts, so many seconds without a byte are too many."""
        self._wait(seconds)
        try:
            yield
        finally:
            self._wait(PATIENCE)

    def send(
        self, verb: str, path: str, body: bytes | None, headers: Mapping[str, str], most: int | None = None
    ) -> tuple[int, bytes]:
        """Status and body of the answer, of which `most` bytes are read. Raises OSError where there is none.

        A connection that was closed while nobody used it is made anew, for what may be sent twice.
        """
        stale = self._connection.sock is not None and verb in REPEATABLE
        try:
            return self._send(verb, path, body, headers, most)
        except STALE:
            if not stale:
                raise
        return self._send(verb, path, body, headers, most)

    def _wait(self, seconds: float) -> None:
        self._connection.timeout = seconds
        if self._connection.sock is not None:
            self._connection.sock.settimeout(seconds)

    def _send(
        self, verb: str, path: str, body: bytes | None, headers: Mapping[str, str], most: int | None
    ) -> tuple[int, bytes]:
        try:
            self._connection.request(verb, path, body, {"Host": self.host, **headers})
            response = self._connection.getresponse()
            content = response.read(most)
            if not response.isclosed():  # there is more of it than anybody wants
                self._connection.close()
        except BaseException as error:  # an interrupt too: what comes of this request is nobody's answer
            self._connection.close()
            if isinstance(error, HTTPException) and not isinstance(error, OSError):
                raise OSError(str(error) or type(error).__name__) from None
            raise
        return response.status, content


def kept(origin: str) -> Wire:
    """This thread's connection to `http://host:port`, the same one as long as it is used."""
    return _kept(origin, os.getpid(), threading.get_ident())


@lru_cache(maxsize=16)
def _kept(origin: str, process: int, thread: int) -> Wire:
    return Wire(origin)
