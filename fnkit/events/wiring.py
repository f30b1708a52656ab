"""What is to be created so that an event starts an action: trigger, rule, and the actions between. Pure values.

source → trigger → rule → [router] → [destination] → target. `delivery` makes it so; all of it is plain OpenWhisk.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument
from fnkit.events import grammar, loops
from fnkit.events.alarms import PACKAGE
from fnkit.events.places import Outcome
from fnkit.events.sources import FEED, Storage

NOTE = "fnkit-events"
"""The annotation of a trigger that says what fires it: what `fnkit feeds run` and `fnkit events` read."""
ROUTER, DESTINATION = "fnkit-router", "fnkit-destination"


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
        if self.pattern is not None:
            grammar.check(self.pattern)
        self.outcome.check()
        source = self.source
        for place in self.outcome.places:
            if place.kind == "trigger" and place.to.rpartition("/")[2] == self.name:
                raise self._loop(f"its outcome goes to the trigger {self.name}, which starts it")
            if place.kind == "action" and place.to == self.target:
                raise self._loop(f"its outcome goes to {self.target} itself")
            if not isinstance(source, Storage) or place.kind not in ("store", "bucket"):
                continue
            if loops.overlap(source.root, source.suffix, place.label, ".json"):
                raise self._loop(f"its outcome is written to {place.label}, which is watched ({source.label})")

    @property
    def feed(self) -> str:
        """The feed action that fires the trigger, where the platform has it."""
        return FEED if isinstance(self.source, Storage) else f"{PACKAGE}/{self.source.kind}"

    @property
    def note(self) -> dict[str, Json]:
        """What the trigger's annotation says."""
        kind = "storage" if isinstance(self.source, Storage) else self.source.kind
        return {"kind": kind, "parameters": self.source.to_json(), "label": self.source.label}

    @property
    def rule(self) -> str:
        """The name of the rule."""
        return f"{self.name}-rule"

    @property
    def first(self) -> str:
        """What the rule starts."""
        made = self.generated
        return f"/_/{made[0].name}" if made else self.target

    @property
    def generated(self) -> tuple[Generated, ...]:
        """The actions between rule and target, in the order in which an event passes them."""
        made: list[Generated] = []
        following = self.target
        if self.outcome:
            order = json.dumps(self.outcome.to_json(self.target))
            notes = {DESTINATION: self.outcome.labels(self.target)}
            made.append(_made(f"{self.name}-destination", "destination", order, notes))
            following = f"/_/{self.name}-destination"
        if self.pattern is not None:
            order = json.dumps({"pattern": self.pattern, "target": following})
            notes = {ROUTER: {"pattern": self.pattern, "target": following}}
            made.insert(0, _made(f"{self.name}-router", "router", order, notes))
        return tuple(made)

    def _loop(self, found: str) -> BadArgument:
        return BadArgument(f"Wiring {self.name}", f"{found}: it would run for ever.", "Let it go elsewhere.")


def _made(name: str, module: str, order: str, notes: Mapping[str, Json]) -> Generated:
    annotations = {"conductor": True, "provide-api-key": True, **notes}
    return Generated(name, module, f"FNKIT_{module.upper()}", order, annotations)
