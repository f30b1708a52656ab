"""The one small interface of what keeps objects by key: a folder, a bucket, the platform's own store."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stored:
    """One object as a listing shows it."""

    key: str
    """Its name in the store, with forward slashes."""
    size: int
    """Bytes."""
    etag: str
    """Another one whenever the content is another."""
    modified: float = 0.0
    """Seconds since 1970; 0 where the store does not tell."""


class Store(Protocol):
    """Objects by key. Every call may take a while, and may raise any Refused."""

    @property
    def url(self) -> str:
        """What names it, without anything secret: `s3://bucket`, `file:///srv/photos`."""

    def put(self, key: str, content: bytes, media: str = "application/octet-stream") -> None:
        """Keep `content` under `key`, whole or not at all."""

    def get(self, key: str) -> bytes:
        """The content. Raises Missing."""

    def list(self, prefix: str = "") -> Iterable[Stored]:
        """What is there, by the start of the key. Raises Missing where the store itself is not there."""

    def delete(self, key: str) -> None:
        """Forget it; nothing where it is not there."""

    def presign(self, key: str, seconds: int = 86400) -> str:
        """A URL that reads it without a key of one's own, for so long."""
