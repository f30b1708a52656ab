"""Which instance runs what: a pure decision over slots of memory. No I/O; time is passed in, in seconds.

An instance is used again only for the same caller and the same revision of the same action. Where memory is short,
the instance that has been idle for longest goes. Source: apache/openwhisk ContainerPool.scala.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Key:
    """What two runs must share to share an instance."""

    namespace: str
    """Of the caller."""
    action: str
    """`/namespace/package/name` of the action."""
    revision: str
    environment: frozenset[tuple[str, str]] = frozenset()
    """Init parameters: a binding's differ from its package's."""


@dataclass(slots=True)
class Slot:
    """One instance as the pool knows it."""

    id: int
    key: Key
    memory: int
    """MB."""
    since: float
    """When it became idle, or was taken."""
    state: Literal["busy", "idle"] = "busy"
    doomed: bool = False
    """Not to be used again: its action was changed or deleted while it ran."""
    activations: int = field(default=1)


@dataclass(frozen=True, slots=True)
class Warm:
    """Use this idle instance."""

    slot: Slot


@dataclass(frozen=True, slots=True)
class Cold:
    """Start an instance for `slot`, after `evicted` are gone."""

    slot: Slot
    evicted: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Full:
    """Everything is busy: wait until something is released."""


class Pool:
    """Slots within `capacity` MB; an action larger than that runs alone."""

    def __init__(self, capacity: int = 2048, idle: float = 600.0) -> None:
        """`idle`: seconds after which an unused instance goes."""
        self.capacity = capacity
        self.idle = idle
        self._slots: dict[int, Slot] = {}
        self._next = 1

    def slots(self) -> tuple[Slot, ...]:
        """All of them, oldest first."""
        return tuple(self._slots.values())

    def acquire(self, key: Key, memory: int, now: float) -> Warm | Cold | Full:
        """Decide where a run of `key` goes, and take it."""
        if warm := self._warm(key):
            warm.state, warm.since = "busy", now
            warm.activations += 1
            return Warm(warm)
        idle = sorted((s for s in self._slots.values() if s.state == "idle"), key=lambda slot: slot.since)
        evicted: list[Slot] = []
        used = sum(slot.memory for slot in self._slots.values())
        while used and used + memory > self.capacity:
            if not idle:
                return Full()
            used -= idle[0].memory
            evicted.append(idle.pop(0))
        for slot in evicted:
            self.remove(slot.id)
        slot = Slot(self._next, key, memory, now)
        self._next += 1
        self._slots[slot.id] = slot
        return Cold(slot, tuple(evicted))

    def _warm(self, key: Key) -> Slot | None:
        """The idle instance of `key` that was used last: the others may age out."""
        fitting = [slot for slot in self._slots.values() if slot.state == "idle" and slot.key == key]
        return max(fitting, key=lambda slot: slot.since, default=None)

    def release(self, slot_id: int, now: float) -> bool:
        """A run ended well. False where the instance must go all the same."""
        slot = self._slots[slot_id]
        if slot.doomed:
            self.remove(slot_id)
            return False
        slot.state, slot.since = "idle", now
        return True

    def remove(self, slot_id: int) -> None:
        """The instance is gone, or about to go."""
        self._slots.pop(slot_id, None)

    def expire(self, now: float) -> tuple[Slot, ...]:
        """Take out what has been idle for too long."""
        return self._take(lambda slot: now - slot.since >= self.idle)

    def discard(self, action: str) -> tuple[Slot, ...]:
        """Take out what runs `action`; busy instances go when they are released."""
        for slot in self._slots.values():
            slot.doomed = slot.doomed or slot.key.action == action
        return self._take(lambda slot: slot.doomed)

    def _take(self, chosen: Callable[[Slot], bool]) -> tuple[Slot, ...]:
        taken = tuple(s for s in self._slots.values() if s.state == "idle" and chosen(s))
        for slot in taken:
            self.remove(slot.id)
        return taken
