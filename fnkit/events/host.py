"""What a feed needs of the platform whose triggers it fires. The embedded platform is one, a client another."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from fnkit.core.entities import Json
from fnkit.events.feed import Feed, Fired, Pending
from fnkit.events.sources import Storage
from fnkit.events.store import Store


class Host(Protocol):
    """One OpenWhisk. Its refusals are `core.errors.Refused`, with their status."""

    async def fire(self, feed: Feed, pending: Pending, arguments: Mapping[str, Json]) -> str | None:
        """Fire the trigger: the firing's id, None where no rule is active. Raises Refused."""

    async def retire(self, feed: Feed, rules: bool) -> None:
        """Take away a trigger whose alarm has rung for the last time, and its rules where `rules`."""

    def store(self, feed: Feed, storage: Storage) -> Store:
        """The store that a feed watches. Raises BadArgument, MissingPackage."""

    async def address(self, feed: Feed, store: Store, key: str) -> str:
        """A URL at which an action finds an object. Raises Missing where it is gone, TooLarge."""

    async def changed(self, feed: Feed, interval: float) -> None:
        """Return when the platform's own store may have changed; who cannot tell returns after the interval."""

    async def ended(self, feed: Feed, activation: str) -> None:
        """Return when the runs that a firing began have ended; who cannot tell returns at once."""

    def in_flight(self, feed: Feed, fired: Fired, at: int) -> bool:
        """Whether what that event started was running at that time, ms."""

    def runs(self, feed: Feed, fired: Iterable[Fired]) -> Mapping[str, int]:
        """How many of the runs that those events began are `running`, `succeeded`, `failed`; empty: not known."""
