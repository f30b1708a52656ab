"""Where the outcome of an action goes: a trigger, an action, a store, an HTTP address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument
from fnkit.core.names import ActionName, EntityName
from fnkit.events.sources import OWN

Kind = Literal["action", "trigger", "http", "store"]


@dataclass(frozen=True, slots=True)
class Place:
    """One destination."""

    kind: Kind
    to: str = field(repr=False)
    """`/_/name`, `https://…`, or the prefix of objects."""

    @property
    def label(self) -> str:
        """As a person may see it: of an address the host only, since the rest may hold a key."""
        if self.kind == "http":
            return f"{urlsplit(self.to).scheme}://{urlsplit(self.to).hostname}/…"
        if self.kind == "store":
            return f"{OWN}:{self.to}"
        name = self.to.removeprefix("/_/")
        return f"trigger:{name}" if self.kind == "trigger" else name

    def to_json(self) -> dict[str, Json]:
        """As `destination` reads it."""
        return {"kind": self.kind, "to": self.to}


def place(text: "str | Place") -> Place:
    """The destination of a text: `trigger:NAME`, `action:NAME` or a bare name, `objects:out/`, `https://…`.

    Raises BadArgument.
    """
    if isinstance(text, Place):
        return text
    kind, colon, rest = text.partition(":")
    if kind in ("http", "https") and colon:
        if not urlsplit(text).hostname:
            raise BadArgument(f"Reading the destination {kind}:…", "the address names no host.")
        return Place("http", text)
    if kind == OWN and colon:
        return Place("store", rest.lstrip("/"))
    if kind == "trigger" and colon:
        name = EntityName.parse(rest, "trigger")
        return Place("trigger", f"/{name.namespace}/{name.name}")
    if colon and kind != "action":
        advice = (
            "Give trigger:NAME, an action's name, objects:PREFIX or https://…; an action may write to a bucket."
        )
        raise BadArgument(f"Reading the destination {kind}:…", "nothing is delivered there.", advice)
    return Place("action", full(rest if colon else text))


def full(name: str) -> str:
    """`/_/package/name` of an action's name. Raises BadArgument."""
    parsed = ActionName.parse(name)
    return "/" + "/".join(part for part in (parsed.namespace, parsed.package, parsed.name) if part)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a target's answer."""

    success: tuple[Place, ...] = ()
    failure: tuple[Place, ...] = ()
    dead: tuple[Place, ...] = ()
    """For what could not be delivered."""
    retries: int = 0
    """How often the target is run again where it fails."""
    pause: float = 1.0
    """Seconds before the first of these, doubled each time."""

    def __bool__(self) -> bool:
        return bool(self.success or self.failure or self.dead or self.retries)

    @property
    def places(self) -> Sequence[Place]:
        """All of them."""
        return (*self.success, *self.failure, *self.dead)

    def check(self) -> None:
        """Raises BadArgument."""
        if not 0 <= self.retries <= 20:
            raise BadArgument("Setting destinations", f"retries is {self.retries}.", "Give 0 to 20.")
        if not 0 <= self.pause <= 60:
            raise BadArgument("Setting destinations", f"pause is {self.pause}.", "Give 0 to 60 seconds.")

    def to_json(self, target: str) -> dict[str, Json]:
        """As `destination` reads it."""
        named: Mapping[str, tuple[Place, ...]] = {
            "success": self.success,
            "failure": self.failure,
            "dead": self.dead,
        }
        listed = {name: [one.to_json() for one in places] for name, places in named.items()}
        return {"target": target, "retries": self.retries, "pause": self.pause, **listed}

    def labels(self, target: str) -> dict[str, Json]:
        """What an annotation may say of it to everybody."""
        named = {"success": self.success, "failure": self.failure, "dead": self.dead}
        return {
            "target": target,
            **{name: [one.label for one in places] for name, places in named.items() if places},
        }
