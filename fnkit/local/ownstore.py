"""The platform's own object store, as a feed watches it: one namespace's part, read from any thread."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fnkit.core.errors import Missing
from fnkit.events.store import Stored
from fnkit.local.objects import Object, Objects

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OwnStore:
    """The objects of a namespace. Calls come from threads; the store's own belongs to the event loop's."""

    objects: Objects
    namespace: str
    loop: asyncio.AbstractEventLoop = field(repr=False)
    address: Callable[[str, int], str] = field(repr=False)
    """The URL of an object, by its key and the seconds that it is good for."""

    @property
    def url(self) -> str:
        """`objects:`."""
        return "objects:"

    def put(self, key: str, content: bytes, media: str = "application/octet-stream") -> None:
        """Keep an object."""

        async def body() -> AsyncIterator[bytes]:
            yield content

        self._there(self.objects.put((self.namespace, key), media, body()))

    def get(self, key: str) -> bytes:
        """Its bytes. Raises Missing."""

        async def find() -> Object | None:
            return self.objects.get(self.namespace, key)

        found = self._there(find())
        if found is None:
            raise Missing(f"Reading {key}", "there is no such object.", status=404)
        return found.path.read_bytes()

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """What is there, by the start of the key."""

        async def find() -> list[Object]:
            return self.objects.list(self.namespace, prefix)

        return (Stored(one.key, one.size, one.etag, one.modified) for one in self._there(find()))

    def delete(self, key: str) -> None:
        """Forget an object."""
        self._there(self.objects.delete(self.namespace, key))

    def presign(self, key: str, seconds: int = 86400) -> str:
        """A URL that reads it, for so long."""
        return self.address(key, seconds)

    def _there(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()
