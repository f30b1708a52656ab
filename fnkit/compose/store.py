"""Where the state of a flow goes that is too large for OpenWhisk, if asked for. Ships alone, with `turn`."""

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from fnkit.compose.bucket import Bucket
from fnkit.compose.moves import Json, Object, Unkept, Unstarted
from fnkit.compose.platform import Platform

OWN = "objects"
"""The scheme of the embedded platform's own store."""


class Store:
    """What is kept under keys that begin as `place` says: `{"url": "objects:flows/"}`, `{"url": "s3://bucket/flows"}`."""

    def __init__(self, place: Mapping[str, Json]) -> None:
        """Raises Unkept where the action may not use it."""
        self._prefix = prefix(place["url"])
        try:
            self._objects = Platform.here() if place["url"].startswith(f"{OWN}:") else Bucket(place)
        except Unstarted as trouble:
            raise Unkept(str(trouble)) from None

    def put(self, key: str, state: Object) -> None:
        """Keep a state. Raises Unkept."""
        self._objects.put(self._prefix + key, json.dumps(state).encode())

    def drop(self, key: str, seconds: float) -> None:
        """Keep it no more; tried once, for so long. Raises Unkept."""
        self._objects.drop(self._prefix + key, seconds)

    def get(self, key: str) -> Object:
        """What was kept. Raises Unkept."""
        found: Object = json.loads(self._objects.get(self._prefix + key))
        return found


def prefix(url: str) -> str:
    """What keys begin with: `flows/` of `objects:flows`, of `objects:flows/` and of `s3://bucket/flows`."""
    path = url.partition(":")[2] if url.startswith(f"{OWN}:") else urlsplit(url).path
    return f"{path.strip('/')}/" if path.strip("/") else ""
