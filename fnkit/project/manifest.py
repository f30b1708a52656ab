"""What `fnkit.yaml` declares, as values; names are still the file's own. See docs/project.md for the format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fnkit.core.entities import Json
from fnkit.events.places import Outcome, full, place
from fnkit.events.wiring import Route, Source, source_of

FILE = "fnkit.yaml"


@dataclass(frozen=True, slots=True)
class Function:
    """A function or a flow: what it is made of, and what `fnkit deploy` would be told besides."""

    name: str
    source: Path
    """A script, a notebook, a folder or a zip."""
    entry: str | None = None
    """The function in it; None where it is `main`."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """By the names of `verbs.options.DeployOptions`."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """Actions one after the other."""

    name: str
    actions: tuple[str, ...]
    annotations: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trigger:
    """What happens, and the feed that tells of it."""

    name: str
    feed: str | None = None
    parameters: Mapping[str, Json] = field(default_factory=dict)
    """Of the feed where there is one, else of whatever the trigger starts."""
    annotations: Mapping[str, Json] = field(default_factory=dict)

    @property
    def source(self) -> Source | None:
        """What its feed watches, where that is one of ours. Raises BadArgument."""
        return source_of(self.feed, self.parameters) if self.feed else None


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where the answer of a rule's action goes, as texts: names, `trigger:NAME`, `objects:PREFIX`, `https://…`."""

    success: tuple[str, ...] = ()
    failure: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()
    retries: int = 0
    pause: float = 1.0
    """Seconds."""

    @property
    def texts(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.success, *self.failure, *self.dead)

    @property
    def outcome(self) -> Outcome:
        """The same as places. Raises BadArgument."""
        success, failure, dead = (tuple(map(place, texts)) for texts in (self.success, self.failure, self.dead))
        return Outcome(success, failure, dead, self.retries, self.pause)


def named(destination: str) -> tuple[str, str]:
    """`("action" | "trigger", name)` of a destination; two empty texts where it is no name, but an address."""
    kind, colon, rest = destination.partition(":")
    if not colon:
        return "action", destination
    return (kind, rest) if kind in ("action", "trigger") else ("", "")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a trigger starts, with which events, and where the answer goes."""

    name: str
    trigger: str
    action: str
    where: Mapping[str, Json] | None = None
    destinations: Destinations = field(default_factory=Destinations)
    between: str = ""
    """What the actions that are generated for it begin with; its name where that is not said."""

    @property
    def route(self) -> Route:
        """What lies between it and its action. Raises BadArgument."""
        return Route(self.between or self.name, full(self.action), self.where, self.destinations.outcome)


@dataclass(frozen=True, slots=True)
class Environment:
    """One place that the project goes to."""

    name: str
    host: str | None = None
    """None means the platform that is in use anyway."""
    key: str | None = None
    """Where its key is: `env:NAME`, `file:PATH` of a props file, None where it is known by other means."""
    prefix: str = ""
    """Before the names of packages, triggers and rules, and of actions in no package."""
    stores: Mapping[str, Json] = field(default_factory=dict)
    values: Mapping[str, Json] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """Name of a function, flow or trigger → what is set in the place of its own parameters."""


@dataclass(frozen=True, slots=True)
class Project:
    """Everything that is declared."""

    name: str
    functions: tuple[Function, ...] = ()
    flows: tuple[Function, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    rules: tuple[Rule, ...] = ()
    package: str | None = None
    """Where its actions go."""
    environments: tuple[Environment, ...] = ()
    notes: tuple[str, ...] = ()
    """What the file says that has no meaning here."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Each action as it is declared → as it is called in its environment."""
    mark: str = ""
    """What everything of it is annotated with in its environment: `video@stage`."""

    @property
    def actions(self) -> tuple[str, ...]:
        """The names of everything that can be called."""
        return (
            *(one.name for one in (*self.functions, *self.flows)),
            *(one.name for one in self.sequences),
        )
