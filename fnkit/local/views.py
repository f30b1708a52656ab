"""The pool as `GET /fnkit/v1/pool`, `/metrics` and `fnkit status` show it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import get_args

from fnkit.core.entities import MIB, Json
from fnkit.local.instance import Instance
from fnkit.local.jobs import Began
from fnkit.local.slots import Slot, State
from fnkit.local.usage import usage
from fnkit.local.zygotes import SourceView


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


def view(slot: Slot, instance: Instance | None) -> InstanceView:
    """A slot of the pool, and what it holds if that has started."""
    return InstanceView(
        namespace=slot.need.key.namespace,
        action=slot.need.key.action,
        state=slot.state,
        memory=slot.need.memory,
        activations=slot.activations,
        pid=instance.pid if instance else None,
        began=("prewarmed" if slot.prepared else instance.began) if instance else None,
    )


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
        """The part of the answer of `/fnkit/v1/pool` that costs nothing to know."""
        counts = {began: self.began.get(began, 0) for began in get_args(Began)}
        told = asdict(self)
        del told["began"]
        return {**told, **counts, "queued": self.queued}


def weighed(pool: Snapshot, sources: Sequence[SourceView]) -> tuple[list[dict[str, Json]], list[dict[str, Json]]]:
    """Instances and what they are forked from, each with its `private` and `shared` memory in bytes, or null.

    Reads files of the system for each: not for the event loop.
    """
    known = (*(one.pid for one in pool.instances), *(one.pid for one in sources))
    own = {pid for pid in known if pid is not None}

    def weigh(one: InstanceView | SourceView) -> dict[str, Json]:
        used = usage(one.pid, own) if one.pid is not None else None
        return {**asdict(one), "private": used and used.private, "shared": used and used.shared}

    return [weigh(one) for one in pool.instances], [weigh(one) for one in sources]


def lines(pool: Snapshot, sources: Sequence[SourceView]) -> Iterator[str]:
    """The pool as Prometheus reads it."""
    states = Counter(one.state for one in pool.instances)
    yield from gauge("pool_instances", "Instances by state.")
    for state in get_args(State):
        yield f'fnkit_pool_instances{{state="{state}"}} {states[state]}'
    yield from gauge("pool_memory_bytes", "What the limits of all instances come to, and may come to.")
    yield f'fnkit_pool_memory_bytes{{what="used"}} {pool.used * MIB}'
    yield f'fnkit_pool_memory_bytes{{what="capacity"}} {pool.capacity * MIB}'
    yield from gauge("pool_sources", "Processes that instances are forked from.")
    for kind in ("zygote", "template"):
        yield f'fnkit_pool_sources{{kind="{kind}"}} {sum(one.source == kind for one in sources)}'
    yield from gauge("pool_waiting", "Runs that wait for an instance.")
    for queue in pool.queues:
        # A legal name has no sign that would have to be escaped.
        labels = f'namespace="{queue.namespace}",action="{queue.action}"'
        yield f"fnkit_pool_waiting{{{labels}}} {queue.waiting}"
    yield "# HELP fnkit_starts_total Runs by how their instance began."
    yield "# TYPE fnkit_starts_total counter"
    for began in get_args(Began):
        yield f'fnkit_starts_total{{began="{began}"}} {pool.began.get(began, 0)}'


def gauge(name: str, words: str) -> tuple[str, str]:
    """The head of a family."""
    return f"# HELP fnkit_{name} {words}", f"# TYPE fnkit_{name} gauge"
