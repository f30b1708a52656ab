"""What the pool decides about: what a run needs, the slots of memory, and the habits of actions. Values only."""

from dataclasses import dataclass, field
from typing import Literal

from fnkit.local.histogram import Histogram, Window

State = Literal["busy", "idle", "prewarmed"]


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
class Habit:
    """What the pool knows of one action of one caller."""

    need: Need
    """Of its latest run."""
    calls: int = 0
    """Runs since it last had no instance."""
    cost: float = 0.0
    """Seconds that its last start took."""
    running: int = 0
    slots: int = 0
    ended: float | None = None
    """When its last run ended."""
    histogram: Histogram = field(default_factory=Histogram)
    known: tuple[int, Window] | None = None
    """The window, and how many idle times it was read from."""


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
    doomed: bool = False
    """Not to be used again: its action was changed or deleted, or a run in it failed."""

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
