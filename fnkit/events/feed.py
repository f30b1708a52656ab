"""A feed and its events, as values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fnkit.core.entities import Json
from fnkit.events.cloudevents import Event


@dataclass(frozen=True, slots=True)
class Feed:
    """One trigger that is fired by what happens."""

    namespace: str
    name: str
    """Of the trigger."""
    kind: str
    """`storage`, or a kind of `alarms`."""
    settings: Mapping[str, Json]
    active: bool
    reason: str
    """Why it is not active."""
    changed: int
    """When somebody or something last changed that, ms."""
    mark: int
    fired: int = 0
    """How many events were fired."""
    missed: int = 0
    """How many alarms were passed over."""
    last: int | None = None
    """When the last one was fired, ms."""
    trouble: str = ""
    """Why its store cannot be watched just now."""

    @property
    def trigger(self) -> str:
        """`/namespace/name`."""
        return f"/{self.namespace}/{self.name}"

    @property
    def place(self) -> tuple[str, str]:
        """What names it."""
        return self.namespace, self.name


@dataclass(frozen=True, slots=True)
class Pending:
    """An event that has to be fired."""

    number: int
    event: Event
    attempts: int
    due: int
    """Not before this time, ms."""
    noted: int
    """When it was first heard of, ms."""


@dataclass(frozen=True, slots=True)
class Fired:
    """An event that was fired, as the loop guard needs it."""

    key: str
    at: int
    """When, ms."""
    activation: str | None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """One event as a person may look it up."""

    id: str
    subject: str
    state: str
    """`pending`, `fired` or `failed`."""
    attempts: int
    fired: int | None
    activation: str | None
    error: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a look at a store brought: events, and what is remembered now."""

    events: Sequence[Event] = ()
    seen: Mapping[str, str] = field(default_factory=dict)
    """Key → etag of what is new."""
    gone: Iterable[str] = ()
