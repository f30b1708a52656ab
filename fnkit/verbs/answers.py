"""What verbs give where no room below has a value for it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeVar

from fnkit.core.entities import Json

Row = TypeVar("Row")


class Listing(tuple[Row, ...]):
    """A tuple of results of one kind, which says itself in one short line for each."""

    _said: str

    @classmethod
    def of(cls, noun: str, rows: Iterable[Row], *columns: Callable[[Row], object]) -> Self:
        """`noun` is what one row is: `action`; `columns` read what is said of a row."""
        made = cls(rows)
        cells = [[str(read(row) or "") for read in columns] for row in made]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(f"{cell:<{wide}}" for cell, wide in zip(row, widths, strict=True)) for row in cells]
        head = f"{len(made) or 'no'} {noun}{'' if len(made) == 1 else 's'}"
        made._said = "\n".join([f"{head}:" if made else head, *(f"  {line}".rstrip() for line in lines)])
        return made

    def __repr__(self) -> str:
        return self._said


@dataclass(frozen=True, slots=True)
class ActionFile:
    """The text of an action's `__main__.py`."""

    name: str
    text: str = field(repr=False)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting in force and where it came from; keys are masked."""

    name: str
    value: str
    source: str


BEGAN = ("cold", "prewarmed", "forked", "warm")
"""How a run's instance may begin."""


@dataclass(frozen=True, slots=True)
class Status:
    """Which platform is used, and how it is."""

    host: str
    source: str
    """Who chose it."""
    reachable: bool
    embedded: Mapping[str, Json] | None = None
    """The answer of GET /fnkit/v1; None where another OpenWhisk is there, or nobody."""
    pool: Mapping[str, Json] | None = None
    trouble: str = ""
    """Why it cannot be reached."""

    @property
    def words(self) -> dict[str, tuple[str, ...]]:
        """The pool in words: what, and a line for each of it. Empty where there is none."""
        pool = self.pool or {}
        began = ", ".join(f"{pool[one]} {one}" for one in BEGAN if pool.get(one))
        room = f"{pool['used']} of {pool['capacity']} MB by their limits" if "capacity" in pool else ""
        return {
            "common": tuple(((self.embedded or {}).get("common") or {}).values()),
            "instances": tuple(map(_instance, pool.get("instances") or ())),
            "forked from": tuple(map(_source, pool.get("sources") or ())),
            "not forked from": tuple(map(_trouble, pool.get("troubles") or ())),
            "memory": (room,) if room else (),
            "runs began": (began,) if began else (),
            "waiting": tuple(f"{one['action']} {one['waiting']}" for one in pool.get("queues") or ()),
        }


def _instance(one: Mapping[str, Json]) -> str:
    return f"{one['action']} {one['state']} {one['memory']} MB{_weight(one)}"


def _source(one: Mapping[str, Json]) -> str:
    whose = one.get("action") or one.get("namespace") or "all"
    return f"{one['source']} for {whose}, {one['forks']} forks{_weight(one)}"


def _trouble(one: Mapping[str, Json]) -> str:
    whose = one.get("action") or one.get("namespace") or "all"
    again = f"in {one['rests']} s" if one["rests"] else "with the next start"
    return f"{one['source']} for {whose}: {one['why']} Tried {one['times']} times, again {again}."


def _weight(one: Mapping[str, Json]) -> str:
    """Bytes that it has for itself and shares, where the system tells."""
    private, shared = one.get("private"), one.get("shared")
    return "" if private is None else f" ({private / 1e6:.1f} MB of its own, {(shared or 0) / 1e6:.1f} MB shared)"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that can be deployed by its name."""

    name: str
    task: str
    licence: str
    size: int
    """Bytes of the file."""
    path: Path | None = None
    """Where it lies on this machine, None where it has to be fetched."""


@dataclass(frozen=True, slots=True)
class Login:
    """A host that was chosen."""

    host: str
    namespace: str
    """The one that the key opens."""
    file: Path
    """The props file that names the host from now on."""
    key: str
    """Where the key is kept."""

    def __str__(self) -> str:
        return (
            f"{self.host} is used from now on, as {self.file} says; "
            f"namespace {self.namespace}; the key is in {self.key}."
        )


@dataclass(frozen=True, slots=True)
class Tested:
    """A function that was tried as an action, on this machine."""

    name: str
    input: bool
    """False where there was no input: then the action file was imported only."""
    passed: bool
    """False where this machine cannot run what the platform runs; what fails raises."""
    result: Json = None
    logs: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.passed:
            return f"{self.name} was not tried: this machine cannot run what the platform runs; nothing was sent"
        what = "works" if self.input else "can be imported (there was no --test input)"
        return f"{self.name} {what} alone, in a clean process; nothing was sent"


@dataclass(frozen=True, slots=True)
class Stopped:
    """A platform that was stopped."""

    url: str
    data: str

    def __str__(self) -> str:
        return f"stopped the platform at {self.url}; what was deployed stays in {self.data}"


@dataclass(frozen=True, slots=True)
class DeletedUser:
    """A user that was deleted."""

    name: str

    def __str__(self) -> str:
        return f"deleted the user {self.name}; what it deployed stays for a new one of that name"


@dataclass(frozen=True, slots=True)
class Deleted:
    """What was deleted."""

    name: str
    """`/namespace/package/name` of an action, `/namespace/name` of all else."""
    version: str

    def __str__(self) -> str:
        return f"deleted {self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class Fired:
    """A trigger that was fired."""

    trigger: str
    activation: str | None
    """The id of the firing; None where no rule was active: then nothing was started."""

    def __str__(self) -> str:
        if self.activation is None:
            return f"fired {self.trigger}: no rule is active, nothing was started"
        return f"fired {self.trigger}: activation {self.activation}"
