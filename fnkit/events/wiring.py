"""What is to be created so that an event starts an action: trigger, rule, and the actions between. Pure values.

source → trigger → rule → [router] → [destination] → target. `delivery` makes it so; all of it is plain OpenWhisk.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument
from fnkit.core.names import DESTINATION
from fnkit.events import grammar, loops
from fnkit.events.alarms import PACKAGE
from fnkit.events.places import Outcome
from fnkit.events.sources import FEED, Storage

NOTE = "fnkit-events"
"""The annotation of a trigger that says what fires it: what `fnkit feeds run` and `fnkit events` read."""
ROUTER = "fnkit-router"


@dataclass(frozen=True, slots=True)
class Timer:
    """A trigger that is fired at given times: a kind of alarm with upstream's parameters."""

    kind: str
    """`alarm`, `interval` or `once`."""
    parameters: Mapping[str, Json]

    @property
    def label(self) -> str:
        """As a person would name it."""
        given = self.parameters
        if self.kind == "alarm":
            return f"{given.get('cron')} {given.get('timezone', 'UTC')}"
        return f"every {given['minutes']} min" if self.kind == "interval" else f"once, {given.get('date')}"

    def to_json(self) -> dict[str, Json]:
        """As the parameters of a feed."""
        return dict(self.parameters)


Source = Storage | Timer


@dataclass(frozen=True, slots=True)
class Generated:
    """An action that is made of our files and an order in its environment."""

    name: str
    module: str
    """`router` or `destination`, of this room."""
    variable: str
    order: str = field(repr=False)
    """JSON; it may hold an address with a key."""
    annotations: Mapping[str, Json]


def source_of(feed: str, parameters: Mapping[str, Json]) -> Source | None:
    """What a feed of ours watches when it is told `parameters`; None for another's feed. Raises BadArgument."""
    if feed == FEED:
        return Storage.from_json(parameters)
    package, _, kind = feed.rpartition("/")
    return Timer(kind, parameters) if package == PACKAGE else None


def feed_of(source: Source) -> str:
    """The feed action that fires a trigger for a source, where the platform has it."""
    return FEED if isinstance(source, Storage) else f"{PACKAGE}/{source.kind}"


def note(source: Source) -> dict[str, Json]:
    """What the annotation NOTE of a source's trigger says."""
    kind = "storage" if isinstance(source, Storage) else source.kind
    return {"kind": kind, "parameters": source.to_json(), "label": source.label}


@dataclass(frozen=True, slots=True)
class Route:
    """What lies between a rule and its target: a pattern before it, what becomes of its answer round it."""

    name: str
    """What is generated begins with it; `package/name` where that lies in a package."""
    target: str
    """`/namespace/package/name` of the action or flow."""
    pattern: Mapping[str, Json] | None = None
    outcome: Outcome = field(default_factory=Outcome)

    def check(self, trigger: str, source: Source | None = None) -> None:
        """Raises BadArgument: a wrong pattern, a loop with the trigger or its source."""
        if self.pattern is not None:
            grammar.check(self.pattern)
        self.outcome.check()
        for place in self.outcome.places:
            if place.kind == "trigger" and place.to.rpartition("/")[2] == trigger:
                raise self._loop(f"its outcome goes to the trigger {trigger}, which starts it")
            if place.kind == "action" and place.to == self.target:
                raise self._loop(f"its outcome goes to {self.target} itself")
            if not isinstance(source, Storage) or place.kind not in ("store", "bucket"):
                continue
            if loops.overlap(source.root, source.suffix, place.label, ".json"):
                raise self._loop(f"its outcome is written to {place.label}, which is watched ({source.label})")

    @property
    def first(self) -> str:
        """What the rule starts."""
        made = self.generated
        return f"/_/{made[0].name}" if made else self.target

    @property
    def possible(self) -> tuple[str, str]:
        """The names of all that can be generated."""
        return f"{self.name}-router", f"{self.name}-destination"

    @property
    def generated(self) -> tuple[Generated, ...]:
        """The actions between rule and target, in the order in which an event passes them."""
        made: list[Generated] = []
        following, (router, destination) = self.target, self.possible
        if self.outcome:
            order = json.dumps(self.outcome.to_json(self.target))
            notes = {DESTINATION: self.outcome.labels(self.target)}
            made.append(_made(destination, "destination", order, notes))
            following = f"/_/{destination}"
        if self.pattern is not None:
            order = json.dumps({"pattern": self.pattern, "target": following})
            notes = {ROUTER: {"pattern": self.pattern, "target": following}}
            made.insert(0, _made(router, "router", order, notes))
        return tuple(made)

    def _loop(self, found: str) -> BadArgument:
        return BadArgument(f"Wiring {self.name}", f"{found}: it would run for ever.", "Let it go elsewhere.")


@dataclass(frozen=True, slots=True)
class Wiring:
    """One event source and what it starts."""

    name: str
    """Of the trigger; what is generated begins with it."""
    source: Source
    target: str
    """`/namespace/package/name` of the action or flow."""
    pattern: Mapping[str, Json] | None = None
    outcome: Outcome = field(default_factory=Outcome)

    def check(self) -> None:
        """Raises BadArgument: a wrong pattern, a loop."""
        self.route.check(self.name, self.source)

    @property
    def route(self) -> Route:
        """From its rule to its target."""
        return Route(self.name, self.target, self.pattern, self.outcome)

    @property
    def rule(self) -> str:
        """The name of the rule."""
        return f"{self.name}-rule"


def _made(name: str, module: str, order: str, notes: Mapping[str, Json]) -> Generated:
    annotations = {"conductor": True, "provide-api-key": True, **notes}
    return Generated(name, module, f"FNKIT_{module.upper()}", order, annotations)
