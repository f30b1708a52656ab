"""What a deploy is about, before any byte is built: the action file and what has to travel with it."""

from dataclasses import dataclass
from pathlib import Path

from fnkit.core.entities import Entry, ModelFile
from fnkit.core.names import ActionName


@dataclass(frozen=True, slots=True)
class Origin:
    """Which lines of the action file came from where: `count` lines from `line` are `origin_line`… of `label`."""

    line: int
    count: int
    label: str
    """`In [5]`, or a file's name."""
    origin_line: int


@dataclass(frozen=True, slots=True)
class Companion:
    """A file that travels beside the action file: a module of the user's, an --include, a module of fnkit's."""

    path: str
    """Where it lies in the bundle, with forward slashes."""
    content: Path
    """Where it lies on this machine."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One pinned distribution that the action imports, or that one of those needs."""

    name: str
    version: str
    licence: str = ""

    def __str__(self) -> str:
        return f"{self.name}=={self.version}"


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """A cell, sliced: everything that `build` needs and nothing that it must look up in a notebook."""

    name: ActionName
    entry: Entry
    body: str
    """The carried statements, in an order that runs: the action file without its header and its entry point."""
    origins: tuple[Origin, ...]
    """Line numbers in `body`."""
    companions: tuple[Companion, ...] = ()
    requirements: tuple[str, ...] = ()
    """What the slice imports, pinned (`numpy==2.4.6`), not resolved yet."""
    model: ModelFile | None = None
    loads: tuple[str, ...] = ()
    """Models that the slice loads by a literal name; whoever knows models resolves them to `model`."""
    notebook: str | None = None
    """File name of the notebook or script, without its folder."""
    notes: tuple[str, ...] = ()
    """What the person should know of the slice: "not checked: …", "not carried over: …"."""
    warnings: tuple[str, ...] = ()
    """What must be said before anything is sent: "looks like a key: …"."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A folder or a zip that a person made, with `__main__.py` at its root: it travels as it is."""

    name: ActionName
    entry: Entry
    content: Path
    """The folder or the zip on this machine."""
    companions: tuple[Companion, ...] = ()
    model: ModelFile | None = None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person asks for beyond the cell: the options that make a spec."""

    entry: str = "main"
    includes: tuple[Path, ...] = ()
    """Files and folders that travel too (`--include`)."""
    requires: tuple[str, ...] = ()
    """Requirements that add to what is found, or override it (`--require`)."""
    model: ModelFile | None = None
