"""A bucket of S3, or of what speaks as it does. Standard library only; ships with `core.wire` and `core.aws4`.

Keys are those of the environment, in AWS's words.
"""

import os
import time
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlsplit

from fnkit.compose.moves import Json, Unkept
from fnkit.core import aws4
from fnkit.core.wire import Wire

HIDDEN = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
"""Secrets that it takes; TOKEN too, where there is one."""
TOKEN = "AWS_SESSION_TOKEN"
REGION = "us-east-1"
PAUSES = (0.0, 0.2, 1.0)
"""Seconds before each try. S3 asks for patience with a 503; AWS's own clients try three times."""


class Bucket:
    """Objects of `s3://bucket/…`; used by one thread."""

    def __init__(self, place: Mapping[str, Json]) -> None:
        """`{"url", "endpoint", "region"}`, the last two where they are not AWS's. Raises Unkept without keys."""
        missing = [name for name in HIDDEN if not os.environ.get(name)]
        if missing:
            raise Unkept(f"{place['url']}: the flow has no {' and no '.join(missing)}; deploy it with --secret")
        self._url = str(place["url"])
        region = str(place.get("region") or os.environ.get("AWS_REGION") or REGION)
        endpoint = place.get("endpoint") or os.environ.get("AWS_ENDPOINT_URL")
        endpoint = str(endpoint or f"https://s3.{region}.amazonaws.com")
        self._wire = Wire(endpoint)
        self._path = f"{urlsplit(endpoint).path.rstrip('/')}/{urlsplit(self._url).netloc}/"
        id_, secret = (os.environ[name] for name in HIDDEN)
        self._keys = {"id": id_, "secret": secret, "region": region, "token": os.environ.get(TOKEN, "")}

    def put(self, key: str, content: bytes) -> None:
        """Keep an object. Raises Unkept."""
        self._send("PUT", key, content)

    def get(self, key: str) -> bytes:
        """Its bytes. Raises Unkept."""
        return self._send("GET", key, b"")

    def drop(self, key: str, seconds: float) -> None:
        """Delete an object, in one try of so long; one that is not there is none. Raises Unkept."""
        with self._wire.hurried(seconds):
            self._send("DELETE", key, b"", PAUSES[:1])

    def _send(self, verb: str, key: str, content: bytes, pauses: Sequence[float] = PAUSES) -> bytes:
        path, told = self._path + quote(key), ""
        for pause in pauses:
            time.sleep(pause)
            signed = aws4.headers(verb, f"//{self._wire.host}{path}", content, self._keys, time.time())
            try:
                status, text = self._wire.send(verb, path, content or None, signed)
            except OSError as error:
                told = f"it does not answer ({error})"
                continue
            if status < 300:
                return text
            told = f"{status} for {key}"
            if status < 500:
                break
        raise Unkept(f"{self._url}: {told}")
