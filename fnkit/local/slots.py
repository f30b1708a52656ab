"""What the pool decides about: what a run needs, the slots of memory, and the habits of actions. Values only."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from fnkit.local.histogram import Histogram, Window

RANKS = 4
"""Instances of an action at a time whose idle times are counted apart."""
State = Literal["busy", "idle", "prewarmed"]


class Key(NamedTuple):
    """What two runs must share to share an instance; a tuple, since each run looks slots up by it."""

    namespace: str
    """Of the caller."""
    action: str
    """`/namespace/package/name` of the action."""
    revision: str
    environment: frozenset[tuple[str, str]] = frozenset()
    """Init parameters: a binding's differ from its package's."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a run asks of the pool."""

    key: Key
    memory: int
    """MB."""
    concurrency: int = 1
    """Runs that one instance takes at a time."""
    keep: float | None = None
    """Seconds that an unused instance is kept; None where its action's idle times say."""


@dataclass(slots=True, eq=False)
class Rank:
    """What the pool knows of the first, second, … instance that an action needs at a time."""

    ended: float | None = None
    """When the last run ended that needed so many."""
    histogram: Histogram = field(default_factory=Histogram)
    """Of the times between that and the next run that needed so many again."""
    known: tuple[int, Window] | None = None
    """The window, and how many idle times it was read from."""


@dataclass(slots=True, eq=False)
class Habit:
    """What the pool knows of one action of one caller."""

    need: Need
    """Of its latest run."""
    calls: int = 0
    """Runs since it last had no instance."""
    cost: float = 0.0
    """Seconds that its last start took."""
    busy: int = 0
    """Slots in which something runs."""
    slots: int = 0
    ranks: list[Rank] = field(default_factory=lambda: [Rank()])
    """The first is that of the action as a whole: it begins to rest when nothing of it runs."""

    def takes(self, now: float) -> None:
        """It needs one more instance at a time."""
        self.busy += 1
        if self.busy > len(self.ranks) and len(self.ranks) < RANKS:
            self.ranks.append(Rank())
        rank = self._last()
        if rank.ended is not None:
            rank.histogram.add(now - rank.ended)

    def gives(self, now: float) -> Rank:
        """It needs one less: that one rests from now on."""
        rank = self._last()
        rank.ended = now
        self.busy -= 1
        return rank

    def _last(self) -> Rank:
        """Those beyond the last are counted as one."""
        return self.ranks[min(self.busy, len(self.ranks)) - 1]


@dataclass(slots=True, eq=False)
class Slot:
    """One instance as the pool knows it."""

    id: int
    need: Need
    since: float
    """When it became idle, or was taken."""
    habit: Habit = field(repr=False)
    clock: float = 0.0
    """The pool's age when it was used last."""
    running: int = 0
    activations: int = 0
    prepared: bool = False
    """Started ahead of its first run."""
    open: bool = False
    """True where it takes one more run."""
    rank: Rank | None = None
    """As which it rests; None before its first run."""
    doomed: bool = False
    """Not to be used again: its action was changed or deleted, or a run in it failed."""
    failed: bool = False
    """True for the latter, also as long as others that were sent behind that run are still counted."""

    @property
    def state(self) -> State:
        """Prewarmed until its first run."""
        return "busy" if self.running else "idle" if self.activations else "prewarmed"

    @property
    def unused(self) -> bool:
        """True during its first run, where it was started ahead of it."""
        return self.prepared and self.activations == 1

    @property
    def worth(self) -> float:
        """What is lost with it: the larger, the later it goes."""
        habit = self.habit
        return self.clock + habit.calls * habit.cost / self.need.memory
