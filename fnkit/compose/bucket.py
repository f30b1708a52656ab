"""A bucket of S3, or of what speaks as it does, with nothing but the standard library. Ships alone, with `wire`.

Keys are those of the environment, in AWS's words. Source of the signature: AWS Signature Version 4.
"""

import hmac
import os
import time
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import quote, urlsplit

from fnkit.compose.moves import Json, Unkept
from fnkit.compose.wire import Wire

HIDDEN = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
"""Secrets that it takes; AWS_SESSION_TOKEN too, where there is one."""
REGION = "us-east-1"


class Bucket:
    """Objects of `s3://bucket/…`; used by one thread."""

    def __init__(self, place: Mapping[str, Json]) -> None:
        """`{"url", "endpoint", "region"}`, the last two where they are not AWS's. Raises Unkept without keys."""
        missing = [name for name in HIDDEN if not os.environ.get(name)]
        if missing:
            raise Unkept(f"{place['url']}: the flow has no {' and no '.join(missing)}; deploy it with --secret")
        self._url = str(place["url"])
        self._region = str(place.get("region") or os.environ.get("AWS_REGION") or REGION)
        endpoint = place.get("endpoint") or os.environ.get("AWS_ENDPOINT_URL")
        endpoint = str(endpoint or f"https://s3.{self._region}.amazonaws.com")
        self._wire = Wire(endpoint)
        self._path = f"{urlsplit(endpoint).path.rstrip('/')}/{urlsplit(self._url).netloc}/"

    def put(self, key: str, content: bytes) -> None:
        """Keep an object. Raises Unkept."""
        self._send("PUT", key, content)

    def get(self, key: str) -> bytes:
        """Its bytes. Raises Unkept."""
        return self._send("GET", key, b"")

    def _send(self, verb: str, key: str, content: bytes) -> bytes:
        path = self._path + quote(key)
        try:
            status, text = self._wire.send(verb, path, content or None, self._signed(verb, path, content))
        except OSError as error:
            raise Unkept(f"{self._url}: it does not answer ({error})") from None
        if status >= 300:
            raise Unkept(f"{self._url}: {status} for {key}")
        return text

    def _signed(self, verb: str, path: str, content: bytes) -> dict[str, str]:
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        digest = sha256(content).hexdigest()
        headers = {"host": self._wire.host, "x-amz-content-sha256": digest, "x-amz-date": now}
        if token := os.environ.get("AWS_SESSION_TOKEN"):
            headers["x-amz-security-token"] = token
        names = ";".join(headers)
        request = "\n".join(
            [verb, path, "", *(f"{name}:{one}" for name, one in headers.items()), "", names, digest]
        )
        scope = f"{now[:8]}/{self._region}/s3/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{sha256(request.encode()).hexdigest()}"
        key = f"AWS4{os.environ['AWS_SECRET_ACCESS_KEY']}".encode()
        for part in (*scope.split("/"), text):
            key = hmac.digest(key, part.encode(), "sha256")
        credential = f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
        signed = f"Credential={credential}, SignedHeaders={names}, Signature={key.hex()}"
        return {**headers, "Authorization": f"AWS4-HMAC-SHA256 {signed}"}
