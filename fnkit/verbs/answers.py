"""What verbs give where no room below has a value for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fnkit.core.entities import Json


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


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that can be deployed by its name."""

    name: str
    task: str
    licence: str
    size: int
    """Bytes of the file."""
    here: bool
    """True where it is on this machine already."""
    path: Path | None = None
