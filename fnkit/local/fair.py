"""Whose turn it is: a queue per action, fair between namespaces and, within one, between actions. Pure.

Each is charged for the memory and time that it took; who took least comes first. Nobody saves up while he has
nothing to ask: who comes back stands where those are who wait. Source: Goyal, Vin and Cheng, Start-time Fair
Queuing, SIGCOMM 1996; what may be ahead to save a cold start, Hedayati et al., Multi-Queue Fair Queuing, ATC 2019.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

AHEAD = 256.0
"""MB s that an action may be ahead of who comes first, after a run in an instance of its own that is free."""
FIRST_GUESS = 25.6
"""MB s of a run before one has ended: 256 MB for a tenth of a second."""
LEARNS = 0.2
"""The weight of the latest run in what the next one is expected to take."""
MOST = 10_000
"""Actions, and namespaces, whose share is remembered."""
T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Flow(Generic[T]):
    """The queue of one action of one caller."""

    action: str
    owner: "Owner[T]"
    taken: float = 0.0
    """MB s of virtual time."""
    expected: float = FIRST_GUESS
    """MB s of a run."""
    known: bool = False
    """True once a run has ended."""
    waiting: deque[T] = field(default_factory=deque)

    @property
    def name(self) -> tuple[str, str]:
        """Namespace and action."""
        return self.owner.namespace, self.action

    def ahead(self, other: "Flow[T]") -> float:
        """How many MB s more than the other it took."""
        if self.owner is other.owner:
            return self.taken - other.taken
        return self.owner.taken - other.owner.taken


@dataclass(slots=True, eq=False)
class Owner(Generic[T]):
    """The actions of one caller."""

    namespace: str
    taken: float = 0.0
    """MB s of virtual time."""
    now: float = 0.0
    flows: OrderedDict[str, Flow[T]] = field(default_factory=OrderedDict)


class Fair(Generic[T]):
    """Who waits, and in which order they are to be tried."""

    def __init__(self) -> None:
        self._owners: OrderedDict[str, Owner[T]] = OrderedDict()
        self._now = 0.0
        self.waiting: dict[tuple[str, str], Flow[T]] = {}
        """The queues in which somebody waits."""

    def __len__(self) -> int:
        return sum(len(flow.waiting) for flow in self.waiting.values())

    def flow(self, namespace: str, action: str) -> Flow[T]:
        """The queue of an action, as long as it is used."""
        owner = self._owners.get(namespace)
        if owner is None:
            owner = self._owners[namespace] = Owner(namespace)
            _trim(self._owners, lambda one: any(flow.waiting for flow in one.flows.values()))
        flow = owner.flows.get(action)
        if flow is None:
            flow = owner.flows[action] = Flow(action, owner)
            _trim(owner.flows, lambda one: bool(one.waiting))
        return flow

    def add(self, flow: Flow[T], item: T) -> None:
        """The last of its queue from now on."""
        if not flow.waiting:
            flow.taken = max(flow.taken, flow.owner.now)
            if not any(other.waiting for other in flow.owner.flows.values()):
                flow.owner.taken = max(flow.owner.taken, self._now)
            self.waiting[flow.name] = flow
        flow.waiting.append(item)

    def drop(self, flow: Flow[T], item: T) -> None:
        """It does not wait any more, if it did."""
        if item in flow.waiting:
            flow.waiting.remove(item)
            self._emptied(flow)

    def take(self, flow: Flow[T]) -> T:
        """The first of a queue, whose turn it is."""
        item = flow.waiting.popleft()
        self._emptied(flow)
        return item

    def charge(self, flow: Flow[T]) -> None:
        """A run of this action begins: where it stood before, or the present, is the present from now on."""
        owner, cost = flow.owner, flow.expected
        owner.now = max(owner.now, flow.taken)
        self._now = max(self._now, owner.taken)
        flow.taken, owner.taken = owner.now + cost, self._now + cost

    def learn(self, flow: Flow[T], cost: float) -> None:
        """A run of this action has taken so many MB s."""
        flow.expected += (LEARNS if flow.known else 1) * (cost - flow.expected)
        flow.known = True

    def order(self) -> list[Flow[T]]:
        """The queues in which somebody waits, whose turn it is first."""
        return sorted(self.waiting.values(), key=lambda flow: (flow.owner.taken, flow.taken))

    def lengths(self) -> dict[tuple[str, str], int]:
        """How many wait: (namespace, action) → number."""
        return {name: len(flow.waiting) for name, flow in self.waiting.items()}

    def _emptied(self, flow: Flow[T]) -> None:
        if not flow.waiting:
            self.waiting.pop(flow.name, None)


def _trim(known: OrderedDict[str, Any], waits: Callable[[Any], bool]) -> None:
    """Forget the one that is known for longest, unless somebody waits there."""
    if len(known) > MOST:
        name = next(iter(known))
        if waits(known[name]):
            known.move_to_end(name)
        else:
            del known[name]
