"""What is wired on a platform: sources, triggers, rules, actions and destinations, with what happened last."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from fnkit.core.entities import Json
from fnkit.core.errors import Missing, Refused, did_you_mean
from fnkit.core.names import DESTINATION, ActionName
from fnkit.delivery.progress import Step, Tell, quiet
from fnkit.events.wiring import NOTE, ROUTER, source_of
from fnkit.whisk.activations import backoff
from fnkit.whisk.client import Client
from fnkit.whisk.resource import pages
from fnkit.whisk.triggers import Trigger

BY_HAND = "by hand"
MOST_BETWEEN = 4
"""Generated actions that are followed from a rule to its target."""


@dataclass(frozen=True, slots=True)
class Way:
    """One rule of a trigger, and what its events pass."""

    rule: str
    active: bool
    actions: tuple[str, ...]
    """What is between and the target itself, which is the last one."""
    pattern: Mapping[str, Json] | None = None
    success: tuple[str, ...] = ()
    failure: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """The action or flow that does the work."""
        return self.actions[-1]


@dataclass(frozen=True, slots=True)
class Wire:
    """One trigger with its source and its ways."""

    trigger: str
    source: str
    """As a person would name it: `objects:films/`, `success of watch`; `by hand` where only a call fires it."""
    ways: tuple[Way, ...]
    watched: str
    """`platform`, `fnkit feeds run`, or nothing."""
    active: bool = True
    reason: str = ""
    """Why it is not active, or what troubles it."""
    fired: int | None = None
    last: int | None = None
    """When it was fired, ms since 1970."""
    pending: int | None = None
    """Events that wait, and runs that have not ended."""
    failed: int | None = None
    """Events that could not be fired, and runs that failed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One way of one trigger, as a table has it; a trigger without a rule has one too."""

    wire: Wire
    way: Way | None

    @property
    def state(self) -> str:
        """`on`, `off`, `no rule`, or what troubles it."""
        if not self.wire.active:
            return f"off: {self.wire.reason}"
        if self.way is None:
            return "no rule"
        return self.wire.reason or ("on" if self.way.active else "rule inactive")

    @property
    def places(self) -> str:
        """Where the outcome goes: `success: archive; failure: objects:bad/`."""
        if self.way is None:
            return ""
        named = (("success", self.way.success), ("failure", self.way.failure), ("dead letter", self.way.dead))
        return "; ".join(f"{word}: {', '.join(names)}" for word, names in named if names)


@dataclass(frozen=True, slots=True)
class Wires:
    """All that is wired in a namespace."""

    host: str
    wires: tuple[Wire, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """One for each way of each trigger."""
        return tuple(Row(one, way) for one in self.wires for way in one.ways or (None,))

    def only(self, trigger: str) -> "Wires":
        """One trigger's. Raises Missing."""
        found = tuple(one for one in self.wires if one.trigger == trigger)
        if not found:
            advice = did_you_mean(trigger, [one.trigger for one in self.wires])
            raise Missing(f"Looking for {trigger} at {self.host}", "there is no such trigger.", advice, 404)
        return Wires(self.host, found)

    def __str__(self) -> str:
        if not self.wires:
            return f"nothing is wired at {self.host}"
        return "\n".join(_line(one, way) for one in self.wires for way in one.ways or (None,))


def wires(client: Client) -> Wires:
    """Every trigger of the namespace, by name: one GET for each and for what stands between. Raises Refused."""
    told = {one["trigger"]: one for one in client.embedded.feeds()} if client.embedded else {}
    listed = chain.from_iterable(pages(client.triggers.list))
    found = [_wire(client, client.triggers.get(one.name), told.get(one.name)) for one in listed]
    return Wires(client.props.host, tuple(sorted(_chained(found), key=lambda one: one.trigger)))


def _chained(found: Sequence[Wire]) -> Iterator[Wire]:
    """The same; a trigger that gets what became of another's target says so."""
    fires: dict[str, str] = {}
    for way in chain.from_iterable(one.ways for one in found):
        for word, places in (("success", way.success), ("failure", way.failure), ("dead letter", way.dead)):
            fires |= dict.fromkeys(places, f"{word} of {way.target}")
    for one in found:
        after = fires.get(f"trigger:{one.trigger}")
        yield replace(one, source=after) if after and one.source == BY_HAND else one


def wait(client: Client, trigger: str, count: int, seconds: float, tell: Tell = quiet) -> bool:
    """True once so many events were fired since it was wired, and what they began has ended; False if late.

    Raises Missing where the platform does not watch for the trigger itself.
    """
    end, text, pauses = time.monotonic() + seconds, f"Events of {trigger}", backoff(0.1, most=1.0)
    while True:
        state = _state(client, trigger)
        came = state["fired"] + state["failed"]
        done = came - (state["runs"].get("running") or 0)
        tell(Step("events", text, min(done, count), count))
        if came >= count and done >= came and not state["pending"]:
            return True
        if time.monotonic() >= end:
            return False
        time.sleep(next(pauses))


def _state(client: Client, trigger: str) -> Json:
    advice = "fnkit events shows what is wired, and who watches."
    missing = Missing(f"Waiting for {trigger}", "the platform does not watch for it.", advice, 404)
    if client.embedded is None:
        raise missing
    try:
        return client.embedded.feed(trigger)["status"]
    except Missing:
        raise missing from None


def _wire(client: Client, trigger: Trigger, told: Mapping[str, Json] | None) -> Wire:
    note = trigger.annotations.get(NOTE)
    note = note if isinstance(note, dict) else {}
    source = str(note.get("label") or _watched(trigger, told) or BY_HAND)
    ways = tuple(_way(client, rule, linked.action, linked.active) for rule, linked in trigger.rules.items())
    watched = "platform" if trigger.feed else "fnkit feeds run" if note else ""
    if told is None:
        last = client.activations.list(trigger.name, limit=1)
        return Wire(trigger.name, source, ways, watched, last=last[0].start if last else None)
    status, runs = told["status"], told["status"].get("runs") or {}
    reason = (status.get("reason") or {}).get("message") or status.get("trouble") or ""
    return Wire(
        trigger.name,
        source,
        ways,
        watched,
        active=status["active"],
        reason=reason,
        fired=status["fired"],
        last=status["last"],
        pending=status["pending"] + runs.get("running", 0),
        failed=status["failed"] + runs.get("failed", 0),
    )


def _watched(trigger: Trigger, told: Mapping[str, Json] | None) -> str:
    """What the feed of a trigger watches, as a person would name it; the feed itself where it is another's."""
    if not trigger.feed or told is None:
        return trigger.feed or ""
    given = {name: value for name, value in told["config"].items() if name not in ("name", "namespace")}
    source = source_of(trigger.feed, given)
    return source.label if source else trigger.feed


def _way(client: Client, rule: str, action: str, active: bool) -> Way:
    actions: list[str] = []
    pattern: Mapping[str, Json] | None = None
    places: Mapping[str, Sequence[str]] = {}
    following: str | None = f"/{action}"
    while following and len(actions) <= MOST_BETWEEN:
        actions.append(following.removeprefix("/_/"))
        notes = _notes(client, following)
        following = None
        if isinstance(router := notes.get(ROUTER), dict):
            pattern, following = router["pattern"], router["target"]
        elif isinstance(outcome := notes.get(DESTINATION), dict):
            places, following = outcome, outcome["target"]
    named = {kind: tuple(places.get(kind, ())) for kind in ("success", "failure", "dead")}
    return Way(rule.rpartition("/")[2], active, tuple(_short(one) for one in actions), pattern, **named)


def _notes(client: Client, action: str) -> Mapping[str, Json]:
    try:
        found = client.actions.find(ActionName.parse(action))
    except (Missing, Refused):  # of a namespace that is not ours
        return {}
    return found.annotations if found else {}


def _short(action: str) -> str:
    """`package/name` of `/namespace/package/name`."""
    return action.removeprefix("/").partition("/")[2] if action.startswith("/") else action


def _line(wire: Wire, way: Way | None) -> str:
    path = " → ".join((wire.source, wire.trigger, *((way.rule, *way.actions) if way else ())))
    return f"{path}{'' if wire.active else f' (off: {wire.reason})'}"
