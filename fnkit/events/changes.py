"""What has changed in a store since it was last looked at. Pure.

A listing is compared with what is remembered: a key with another etag was created, one that is gone was removed.
Nothing is lost over a restart, since what is remembered is on disk, and nothing is told twice, since an event's id
comes from store, key, etag and time alone.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from fnkit.core.entities import Json
from fnkit.events.cloudevents import Event
from fnkit.events.store import Stored

Kind = Literal["created", "removed"]
KINDS: tuple[Kind, ...] = ("created", "removed")


@dataclass(frozen=True, slots=True)
class Change:
    """One object that was created (or replaced), or removed."""

    kind: Kind
    object: Stored

    def event(self, store: str) -> Event:
        """As CloudEvents has it; its data are the arguments of what it starts."""
        one = self.object
        modified = datetime.fromtimestamp(one.modified, UTC).isoformat(timespec="milliseconds")
        identity = "\n".join((store, one.key, one.etag, modified, self.kind))
        data: dict[str, Json] = {
            "event": self.kind,
            "store": store,
            "key": one.key,
            "name": one.key.rpartition("/")[2],
            "size": one.size,
            "etag": one.etag,
            "modified": modified,
        }
        digest = hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:32]
        return Event(digest, store, f"fnkit.storage.object.{self.kind}", data, one.key, modified)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which changes are told: by the start and the end of the key, and by kind."""

    prefix: str = ""
    suffix: tuple[str, ...] = ()
    """Any of them, in any case: `.jpg` means `.JPG` too. None means all."""
    kinds: tuple[Kind, ...] = ("created",)

    def takes(self, key: str) -> bool:
        """Whether objects of that key are watched at all."""
        return key.startswith(self.prefix) and (
            not self.suffix or key.casefold().endswith(tuple(one.casefold() for one in self.suffix))
        )

    def like(self, other: "Filter") -> bool:
        """Whether both take the same keys."""
        return (self.prefix, self.suffix) == (other.prefix, other.suffix)


def changes(seen: Mapping[str, str], listed: Iterable[Stored], wanted: Filter) -> Iterator[Change]:
    """What differs from `seen` (key → etag), those created first, in the listing's order."""
    there = {one.key: one for one in listed if wanted.takes(one.key)}
    for one in there.values():
        if seen.get(one.key) != one.etag:
            yield Change("created", one)
    for key, etag in seen.items():
        if key not in there:
            yield Change("removed", Stored(key, 0, etag))
