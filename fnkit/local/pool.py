"""Which instance runs what: pure decisions over slots of memory. No I/O; time is passed in, in seconds.

An instance is used again only for the same caller and the same revision of the same action. How long an unused
one is kept, and when one is made ready ahead of its run, the idle times of its action say (`histogram`). Where
memory is short, the instance goes whose loss costs least for the memory that it frees: Greedy-Dual-Size-Frequency.
Source: apache/openwhisk ContainerPool.scala; Fuerst and Sharma, FaasCache, ASPLOS 2021, section 4.
"""

from collections import OrderedDict
from dataclasses import dataclass
from math import inf

from fnkit.local.histogram import Fixed, KeepAlive, Weighed, Window
from fnkit.local.slots import Habit, Key, Need, Rank, Slot

MOST = 10_000
"""Actions whose idle times are remembered; who was not called for the longest time goes first."""


@dataclass(frozen=True, slots=True)
class Warm:
    """Use this instance."""

    slot: Slot


@dataclass(frozen=True, slots=True)
class Cold:
    """Start an instance for `slot`, after `evicted` are gone."""

    slot: Slot
    evicted: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Full:
    """Everything is busy: wait until something is released."""


@dataclass(frozen=True, slots=True)
class Due:
    """What time has brought."""

    expired: tuple[Slot, ...]
    """Gone from the pool: end them."""
    wanted: tuple[Need, ...]
    """Runs of these are near: `prepare` an instance."""
    more: bool
    """True where there is something left that time will bring."""
    next: float
    """Seconds until the first instance goes that is kept for a fixed time."""


class Pool:
    """Slots within `capacity` MB; an action larger than that runs alone."""

    def __init__(self, capacity: int = 2048, keep: KeepAlive | None = None) -> None:
        self.capacity = capacity
        self._keep = keep or Weighed()
        self._fixed = self._keep.seconds if isinstance(self._keep, Fixed) else inf
        self._slots: dict[int, Slot] = {}
        self._open: dict[Key, list[Slot]] = {}
        """Slots that take a run, the one used last at the end: the others may age out."""
        self._habits: OrderedDict[tuple[str, str], Habit] = OrderedDict()
        self._planned: dict[tuple[str, str], Habit] = {}
        """Actions whose instance went ahead of time."""
        self._used = 0
        self._idle = 0
        """MB of all slots, and of those where nothing runs."""
        self._clock = 0.0
        self._next = 1

    def __contains__(self, slot_id: int) -> bool:
        return slot_id in self._slots

    def slots(self) -> tuple[Slot, ...]:
        """All of them, oldest first."""
        return tuple(self._slots.values())

    @property
    def memory(self) -> tuple[int, int]:
        """MB of all instances, and of those where nothing runs."""
        return self._used, self._idle

    def room(self, memory: int) -> bool:
        """True where an instance of that size can be started, perhaps in the place of idle ones."""
        busy = self._used - self._idle
        return not busy or busy + memory <= self.capacity

    def warm(self, key: Key) -> bool:
        """True where an instance waits for a run of `key`."""
        return key in self._open

    def rested(self, key: Key) -> Slot | None:
        """The slot that a run of `key` would get now, None where none waits."""
        fitting = self._open.get(key)
        return fitting[-1] if fitting else None

    def acquire(self, need: Need, now: float) -> Warm | Cold | Full:
        """Decide where a run goes, and take it."""
        if fitting := self._open.get(need.key):
            slot = fitting[-1]
            self.take(slot, now)
            return Warm(slot)
        if not self.room(need.memory):
            return Full()
        evicted = self._evict(need.memory, inf)
        assert evicted is not None
        slot = self._add(need, now)
        self.take(slot, now)
        return Cold(slot, evicted)

    def prepare(self, need: Need, now: float) -> Cold | None:
        """Start an instance ahead of a run; None where one waits, or where others are worth their memory more."""
        if need.key in self._open:
            return None
        habit = self._habit(need)
        worth = self._clock + (habit.calls + 1) * habit.cost / need.memory
        evicted = self._evict(need.memory, worth)
        if evicted is None:
            return None
        slot = self._add(need, now)
        slot.prepared = True
        self._place(slot)
        return Cold(slot, evicted)

    def started(self, slot_id: int, seconds: float) -> None:
        """The start of an instance, with its init code, took so long."""
        if slot := self._slots.get(slot_id):
            slot.habit.cost = seconds

    def release(self, slot_id: int, now: float) -> bool:
        """A run ended. False where the instance must go now, or is gone already."""
        slot = self._slots.get(slot_id)
        if slot is None:
            return False
        slot.running -= 1
        slot.since = now
        if not slot.running:
            self._idle += slot.need.memory
            slot.rank = slot.habit.gives(now)
        if slot.doomed and not slot.running:
            self.remove(slot_id)
            return False
        self._place(slot)
        return True

    def doom(self, slot_id: int) -> None:
        """Let no further run into an instance."""
        if slot := self._slots.get(slot_id):
            slot.doomed = True
            self._place(slot)

    def remove(self, slot_id: int) -> None:
        """The instance is gone, or about to go: its memory is free."""
        slot = self._slots.pop(slot_id, None)
        if slot is None:
            return
        slot.doomed = True
        self._place(slot)
        self._used -= slot.need.memory
        if slot.running:
            slot.habit.busy -= 1
        else:
            self._idle -= slot.need.memory
        slot.habit.slots -= 1
        if not slot.habit.slots:
            slot.habit.calls = 0

    def tick(self, now: float) -> Due:
        """Take out what has been idle for too long, and say what will be needed soon."""
        expired = tuple(slot for slot in self._slots.values() if not slot.running and self._over(slot, now))
        for slot in expired:
            self.remove(slot.id)
        wanted: list[Need] = []
        for name, habit in tuple(self._planned.items()):
            first = habit.ranks[0]
            assert first.ended is not None
            window, rest = self._window(first, habit), now - first.ended
            if habit.slots or rest >= window.until:
                del self._planned[name]
            elif rest >= window.ready:
                wanted.append(habit.need)
        unused = (slot for slot in self._slots.values() if not slot.running)
        soonest = min((slot.since + self.hurry(slot) - now for slot in unused), default=inf)
        return Due(expired, tuple(wanted), bool(self._slots or self._planned), soonest)

    def hurry(self, slot: Slot) -> float:
        """Seconds that it may be unused where somebody fixed them; what idle times say has no hurry."""
        return self._fixed if slot.need.keep is None else slot.need.keep

    def discard(self, action: str) -> tuple[Slot, ...]:
        """Take out what runs `action`; busy instances go when they are released."""
        for name in [name for name in self._planned if name[1] == action]:
            del self._planned[name]
        for slot in self._slots.values():
            if slot.need.key.action == action:
                self.doom(slot.id)
        gone = tuple(slot for slot in self._slots.values() if slot.doomed and not slot.running)
        for slot in gone:
            self.remove(slot.id)
        return gone

    def _over(self, slot: Slot, now: float) -> bool:
        """True where nobody is expected to need it, or not for a while."""
        rest = now - slot.since
        if slot.need.keep is not None:
            return rest >= slot.need.keep
        rank = slot.rank or slot.habit.ranks[0]
        window = self._window(rank, slot.habit)
        if rest >= window.until:
            return True
        early = slot.activations > 0 and rest < window.ready
        if early:
            self._planned[_name(slot.need.key)] = slot.habit
        return early

    def _window(self, rank: Rank, habit: Habit) -> Window:
        """Only the first one is made ready ahead: of the others nobody knows whether the next run needs them."""
        count = rank.histogram.total
        if rank.known is None or count > rank.known[0] * 1.05:
            ahead = rank is habit.ranks[0]
            rank.known = (count, self._keep.window(rank.histogram, habit.need.memory, ahead))
        return rank.known[1]

    def _habit(self, need: Need) -> Habit:
        name = _name(need.key)
        habit = self._habits.get(name)
        if habit is None:
            habit = self._habits[name] = Habit(need)
            if len(self._habits) > MOST:
                self._habits.popitem(last=False)
        else:
            self._habits.move_to_end(name)
            habit.need = need
        return habit

    def _add(self, need: Need, now: float) -> Slot:
        habit = self._habit(need)
        habit.slots += 1
        slot = self._slots[self._next] = Slot(self._next, need, now, habit, self._clock)
        self._next += 1
        self._used += need.memory
        self._idle += need.memory
        return slot

    def take(self, slot: Slot, now: float) -> None:
        """One more run in a slot, as `rested` gives one."""
        habit = slot.habit
        habit.calls += 1
        if not slot.running:
            self._idle -= slot.need.memory
            habit.takes(now)
        slot.running += 1
        slot.activations += 1
        slot.since, slot.clock = now, self._clock
        self._place(slot)

    def _place(self, slot: Slot) -> None:
        """Among the open ones or not, as it stands now."""
        opens = not slot.doomed and slot.running < slot.need.concurrency
        if opens == slot.open:
            return
        slot.open = opens
        if opens:
            self._open.setdefault(slot.need.key, []).append(slot)
            return
        fitting = self._open[slot.need.key]
        if fitting[-1] is slot:
            fitting.pop()
        else:
            fitting.remove(slot)
        if not fitting:
            del self._open[slot.need.key]

    def _evict(self, memory: int, below: float) -> tuple[Slot, ...] | None:
        """Make room with idle slots worth less than `below`; None where that is not enough, and all stay."""
        short = self._used + memory - self.capacity
        if short <= 0:
            return ()
        idle = sorted((s for s in self._slots.values() if not s.running), key=lambda s: (s.worth, s.since))
        evicted: list[Slot] = []
        for slot in idle:
            if short <= 0 or slot.worth >= below:
                break
            evicted.append(slot)
            short -= slot.need.memory
        if short > 0 and self._used - sum(slot.need.memory for slot in evicted) > 0:
            return None
        for slot in evicted:
            self._clock = max(self._clock, slot.worth)
            self.remove(slot.id)
        return tuple(evicted)


def _name(key: Key) -> tuple[str, str]:
    return key.namespace, key.action
