"""One HTTP connection of an action, with nothing but the standard library. Ships alone."""

import os
import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

PATIENCE = 60
"""Seconds for one answer."""


class Wire:
    """A connection that is kept open; used by one thread."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc
        if parts.scheme == "http":
            self._connection = HTTPConnection(parts.netloc, timeout=PATIENCE)
        else:
            trust = ssl.create_default_context()
            if os.environ.get("__OW_IGNORE_CERTS", "").lower() in ("1", "true"):
                trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
            self._connection = HTTPSConnection(parts.netloc, timeout=PATIENCE, context=trust)

    def send(self, verb: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Status and body of the answer. Raises OSError where there is none."""
        try:
            self._connection.request(verb, path, body, dict(headers))
            response = self._connection.getresponse()
            return response.status, response.read()
        except (OSError, HTTPException) as error:
            self._connection.close()
            raise OSError(str(error) or type(error).__name__) from None
