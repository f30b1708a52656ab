"""Where the outcome of an action goes: a trigger, an action, a store, an HTTP address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument
from fnkit.core.names import ActionName, EntityName
from fnkit.events.bucket import SCHEMES
from fnkit.events.sources import OWN, Storage, storage
from fnkit.events.uploads import upload

Kind = Literal["action", "trigger", "http", "store", "bucket"]


@dataclass(frozen=True, slots=True)
class Place:
    """One destination."""

    kind: Kind
    to: str = field(repr=False)
    """`/_/name`, `https://…`, the prefix of objects, or a bucket as a person names it."""
    bucket: Storage | None = None
    """Where it is one."""

    @property
    def label(self) -> str:
        """As a person may see it: of an address the host only, since the rest may hold a key."""
        if self.bucket:
            return self.bucket.root
        if self.kind == "http":
            return f"{urlsplit(self.to).scheme}://{urlsplit(self.to).hostname}/…"
        if self.kind == "store":
            return f"{OWN}:{self.to}"
        name = self.to.removeprefix("/_/")
        return f"trigger:{name}" if self.kind == "trigger" else name

    def to_json(self) -> dict[str, Json]:
        """As `destination` reads it. Raises BadArgument where there are no keys for a bucket."""
        if not self.bucket:
            return {"kind": self.kind, "to": self.to}
        url, sign = upload(self.bucket)
        return {"kind": self.kind, "to": url, "sign": dict(sign)}


def place(text: "str | Place | Storage") -> Place:
    """The destination of a text: `trigger:NAME`, an action's name, `objects:out/`, `s3://bucket/out/`, `https://…`.

    `storage("s3://out", prefix="seen/", endpoint="http://…")` is a bucket of MinIO. Raises BadArgument.
    """
    if isinstance(text, Place):
        return text
    if isinstance(text, Storage):
        return _of_store(text)
    kind, colon, rest = text.partition(":")
    if colon and kind in (OWN, *SCHEMES):
        return _of_store(storage(text))
    if kind in ("http", "https") and colon:
        if not urlsplit(text).hostname:
            raise BadArgument(f"Reading the destination {kind}:…", "the address names no host.")
        if not (text.isascii() and text.isprintable()) or " " in text:
            raise BadArgument(
                f"Reading the destination {kind}:…",
                "the address has signs in it that none may have.",
                "Write %20.",
            )
        return Place("http", text)
    if kind == "trigger" and colon:
        name = EntityName.parse(rest, "trigger")
        return Place("trigger", f"/{name.namespace}/{name.name}")
    if colon and kind != "action":
        advice = "Give trigger:NAME, an action's name, objects:PREFIX, s3://BUCKET, gs://, az:// or https://…"
        raise BadArgument(f"Reading the destination {kind}:…", "nothing is delivered there.", advice)
    return Place("action", full(rest if colon else text))


def _of_store(store: Storage) -> Place:
    if store.store == f"{OWN}:":
        return Place("store", store.prefix)
    if store.store.startswith("file://"):
        found = "a folder is on one machine, and an action may run on another."
        raise BadArgument(f"Writing to {store.root}", found, f"Give {OWN}:PREFIX or a bucket.")
    return Place("bucket", store.root, store)


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
        """As `destination` reads it. Raises BadArgument where there are no keys for a bucket."""
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
