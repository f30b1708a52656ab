"""The embedded platform's own object store, over HTTP. It travels with an action. Standard library only."""

import json
import os
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException, responses
from typing import Any
from urllib.parse import quote, urlencode

from fnkit.core import wire
from fnkit.core.errors import FnkitError, Missing, PlatformFault, Unauthorized, Unreachable
from fnkit.events.store import Stored

ROOT = "/fnkit/v1/objects"


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of a key's namespace, or those below a prefix; keys are named from there."""

    host: str
    """With scheme: `http://127.0.0.1:3233`."""
    key: str = field(repr=False)
    prefix: str = ""

    @property
    def url(self) -> str:
        """`objects:photos/`."""
        return f"objects:{self.prefix}"

    def put(self, key: str, content: bytes, media: str = "application/octet-stream") -> None:
        """Keep an object."""
        self._ask(f"Writing {key}", "PUT", self._path(key), content, media)

    def get(self, key: str) -> bytes:
        """Its bytes. Raises Missing."""
        return self._ask(f"Reading {key}", "GET", self._path(key))

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """What is there."""
        for one in self._listed(prefix):
            key = one["key"].removeprefix(self.prefix)
            yield Stored(key, one["size"], one["etag"], one.get("modified", 0.0))

    def delete(self, key: str) -> None:
        """Forget an object."""
        try:
            self._ask(f"Deleting {key}", "DELETE", self._path(key))
        except Missing:
            return

    def presign(self, key: str, seconds: int = 86400) -> str:
        """A URL that reads it, for so long. Raises Missing."""
        found = [one for one in self._listed(key, seconds) if one["key"] == self.prefix + key]
        if not found:
            raise Missing(f"Reading {key}", "it was gone before it was read.", status=404)
        return str(found[0]["url"])

    def _listed(self, prefix: str, seconds: int = 1) -> Sequence[dict[str, Any]]:
        query = urlencode({"prefix": self.prefix + prefix, "seconds": seconds})
        answer = json.loads(self._ask("Listing", "GET", f"{ROOT}?{query}"))
        found: Sequence[dict[str, Any]] = answer["objects"]
        return found

    def _path(self, key: str) -> str:
        return f"{ROOT}/{quote(self.prefix + key)}"

    def _ask(self, tried: str, verb: str, path: str, content: bytes | None = None, media: str = "") -> bytes:
        headers = {"Authorization": f"Basic {b64encode(self.key.encode()).decode()}"}
        if content is not None:
            headers["Content-Type"] = media
        tried = f"{tried} in {self.url}"
        own = self.host == os.environ.get("__OW_API_HOST")
        try:
            status, text = (_kept if own else _sent)(self.host, verb, path, content, headers)
        except (OSError, HTTPException, ValueError) as error:
            raise Unreachable(tried, f"nobody answers ({getattr(error, 'reason', error)}).") from None
        if status >= 300:
            raise _fault(tried, status)
        return text


def _kept(host: str, verb: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """An action speaks to the platform that it runs on, time and again, and nothing is between them."""
    return wire.kept(host).send(verb, path, content, headers)


def _sent(host: str, verb: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Everybody else goes the way that the environment says, by a proxy where it names one."""
    import urllib.error
    import urllib.request  # an action does without: it takes long

    request = urllib.request.Request(host + path, content, dict(headers), method=verb)
    try:
        with urllib.request.urlopen(request, timeout=wire.PATIENCE) as answer:
            return int(answer.status), bytes(answer.read())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read()


def _fault(tried: str, status: int) -> FnkitError:
    said = f"the platform answered {status} {responses.get(status, '')}."
    if status in (401, 403):
        return Unauthorized(tried, said, "Is the key right?", status)
    if status == 404:
        return Missing(tried, said, status=status)
    return PlatformFault(tried, said, status=status)
