"""A pool at work on a clock that only counts: days of load in seconds, decided by the code that runs actions."""

import heapq
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from fnkit.local.pool import Cold, Full, Pool, Warm
from fnkit.local.slots import Key, Need, Slot
from fnkit.simulate.workload import App, Call

SWEEP = 15.0
"""Seconds between two looks at the clock, as the scheduler's."""


@dataclass(slots=True)
class Report:
    """What came of a load."""

    calls: dict[str, int] = field(default_factory=dict)
    """By application."""
    colds: dict[str, int] = field(default_factory=dict)
    """Calls that waited for a start, by application."""
    prepared: int = 0
    """Starts ahead of a call."""
    waited: int = 0
    """Calls for which there was no memory at first."""
    mb_seconds: float = 0.0
    """Of all instances, busy or not."""
    idle_mb_seconds: float = 0.0

    @property
    def total_colds(self) -> int:
        """Of all applications."""
        return sum(self.colds.values())

    def share_of_colds(self, quantile: float) -> float:
        """Of an application's calls, at this quantile of the applications that were called more than once."""
        shares = sorted(self.colds.get(name, 0) / count for name, count in self.calls.items() if count > 1)
        return shares[min(int(quantile * len(shares)), len(shares) - 1)] if shares else 0.0


class Engine:
    """Plays a load to a pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._now = 0.0
        self._report = Report()
        self._ends: list[tuple[float, int]] = []
        """When the runs that go on will end, and the slots that they are in."""
        self._ready: dict[int, float] = {}
        """When the instance of a slot that was prepared is there."""
        self._waiting: deque[Call] = deque()
        self._apps: dict[str, App] = {}

    def play(self, calls: Iterable[Call], seconds: float) -> Report:
        """What came of these calls within that time."""
        sweep = SWEEP
        for call in calls:
            while sweep <= call.at:
                self._until(sweep)
                self._tick()
                sweep += SWEEP
            self._until(call.at)
            self._report.calls[call.app.name] = self._report.calls.get(call.app.name, 0) + 1
            self._apps[call.app.name] = call.app
            if self._waiting or not self._run(call):
                self._report.waited += 1
                self._waiting.append(call)
        while sweep <= seconds:
            self._until(sweep)
            self._tick()
            sweep += SWEEP
        self._until(seconds)
        return self._report

    def _until(self, time: float) -> None:
        """Let the runs end that end by then."""
        while self._ends and self._ends[0][0] <= time:
            at, slot_id = heapq.heappop(self._ends)
            self._pass(at)
            self._pool.release(slot_id, at)
            while self._waiting and self._run(self._waiting[0]):
                self._waiting.popleft()
        self._pass(time)

    def _pass(self, time: float) -> None:
        used, idle = self._pool.memory
        self._report.mb_seconds += used * (time - self._now)
        self._report.idle_mb_seconds += idle * (time - self._now)
        self._now = time

    def _run(self, call: Call) -> bool:
        """False where there is no memory for it."""
        app = call.app
        match self._pool.acquire(_need(app), self._now):
            case Full():
                return False
            case Warm(slot):
                delay = max(0.0, self._ready.pop(slot.id, 0.0) - self._now)
            case Cold(slot, evicted):
                self._gone(evicted)
                self._pool.started(slot.id, app.start)
                delay = app.start
        if delay:
            self._report.colds[app.name] = self._report.colds.get(app.name, 0) + 1
        heapq.heappush(self._ends, (self._now + delay + app.run, slot.id))
        return True

    def _tick(self) -> None:
        due = self._pool.tick(self._now)
        self._gone(due.expired)
        for need in due.wanted:
            prepared = self._pool.prepare(need, self._now)
            if prepared is not None:
                self._gone(prepared.evicted)
                self._report.prepared += 1
                self._ready[prepared.slot.id] = self._now + self._apps[need.key.action].start

    def _gone(self, slots: Iterable[Slot]) -> None:
        for slot in slots:
            self._ready.pop(slot.id, None)


def _need(app: App) -> Need:
    return Need(Key("load", app.name, "1"), app.memory)
