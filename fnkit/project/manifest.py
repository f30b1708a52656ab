"""What `fnkit.yaml` declares, as values; names are still the file's own. See docs/project.md for the format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fnkit.core.entities import Json

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


@dataclass(frozen=True, slots=True)
class Rule:
    """What a trigger starts."""

    name: str
    trigger: str
    action: str


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
