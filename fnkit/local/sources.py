"""What instances are forked from: what two of them must share for that, and how it is shown. Values only."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fnkit.core.entities import MIB
from fnkit.local.nursery import Trouble
from fnkit.local.runtime import Layout
from fnkit.local.starter import Wanted
from fnkit.local.zygote import Zygote

OWN_MODULES = "virtualenv"
"""A folder of this name in an archive puts what it likes on the path."""
Kind = Literal["zygote", "template"]


@dataclass(frozen=True, slots=True)
class Seed:
    """What a zygote is made of. Equal seeds share one."""

    read: tuple[Path, ...]
    """What its forks read: libraries, models, shared code."""
    paths: tuple[Path, ...]
    """Where they import from, beside their own folder."""
    network: bool
    namespace: str | None
    """Of the only caller that it serves; None where nothing in it came from a user."""


@dataclass(frozen=True, slots=True)
class Sort:
    """What two instances must share to be forks of one template."""

    namespace: str
    action: tuple[str, str]
    revision: str
    environment: tuple[tuple[str, str], ...]

    @property
    def path(self) -> str:
        """`/namespace/name` of the action."""
        return "/".join(("", *self.action))


@dataclass(frozen=True, slots=True)
class SourceView:
    """Something that instances are forked from, as `GET /fnkit/v1/pool` shows it."""

    source: Kind
    namespace: str | None
    """Of the callers that it serves; None for all."""
    action: str | None
    """`/namespace/name`, of a template."""
    forks: int
    memory: int
    """MB that were resident when it was ready: its forks share most of them."""
    pid: int


@dataclass(frozen=True, slots=True)
class TroubleView:
    """Something that instances are not forked from, as `GET /fnkit/v1/pool` shows it."""

    source: Kind
    namespace: str | None
    action: str | None
    why: str
    times: int
    """That it was tried."""
    rests: int
    """Seconds until the next start tries it again."""


def view(source: Kind, namespace: str | None, action: str | None, one: Zygote) -> SourceView:
    """One that can fork, as it is shown."""
    return SourceView(source, namespace, action, one.forks, one.memory // MIB, one.pid)


def trouble(source: Kind, namespace: str | None, action: str | None, one: Trouble, now: float) -> TroubleView:
    """One that could not be grown, as it is shown at `now`, by the clock of the event loop."""
    return TroubleView(source, namespace, action, one.why, one.times, max(0, round(one.until - now)))


def seed_of(layout: Layout, network: bool, namespace: str) -> Seed:
    """What a zygote is made of; one in which something came from a user is of use to one namespace only."""
    brought = (*layout.libraries, *layout.models, *(() if layout.copied else (layout.code,)))
    read = (*brought, *((layout.common,) if layout.common else ()))
    return Seed(read, layout.paths, network, namespace if brought else None)


def sort_of(wanted: Wanted) -> Sort:
    """Which template an instance may be a fork of."""
    executable = wanted.executable
    action = (executable.namespace, executable.name)
    return Sort(wanted.namespace, action, executable.revision, wanted.environment)


def clash(zygote: Zygote, layout: Layout) -> bool:
    """True where code brings, or may bring, a module that the zygote has from elsewhere."""
    return OWN_MODULES in layout.modules or not layout.modules.isdisjoint(zygote.names)
