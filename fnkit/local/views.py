"""The pool as `GET /fnkit/v1/pool` and `fnkit status` show it: values only."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import get_args

from fnkit.core.entities import Json
from fnkit.local.jobs import Began
from fnkit.local.slots import State


@dataclass(frozen=True, slots=True)
class InstanceView:
    """One instance of the pool."""

    namespace: str
    """Of the caller that it serves."""
    action: str
    """`/namespace/[package/]name`."""
    state: State
    memory: int
    """MB, as the action's limit says."""
    activations: int
    """Runs that began in it."""
    pid: int | None
    """None until it is started."""
    began: Began | None
    """How it came to be."""


@dataclass(frozen=True, slots=True)
class QueueView:
    """Runs of one action that wait for an instance."""

    namespace: str
    action: str
    waiting: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The pool now, and how runs began since the start."""

    instances: tuple[InstanceView, ...]
    queues: tuple[QueueView, ...]
    capacity: int
    """MB of all instances together."""
    used: int
    """MB."""
    began: Mapping[Began, int]
    """Runs by how their instance began."""

    @property
    def queued(self) -> int:
        """Runs that wait."""
        return sum(one.waiting for one in self.queues)

    def to_json(self) -> dict[str, Json]:
        """As `/fnkit/v1/pool` answers it."""
        counts = {began: self.began.get(began, 0) for began in get_args(Began)}
        return {**asdict(self), **counts, "queued": self.queued}
