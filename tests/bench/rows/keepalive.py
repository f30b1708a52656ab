"""How many cold starts keeping instances saves for the memory that it takes, on a load as published of Azure.

The clock only counts; the pool is the one that runs actions. Every turn has a load of its own. Keeping by habit is
compared at the same GB s as keeping everything for ten minutes: the one number that says what a cold start is
worth is turned until the memory is the same.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

from fnkit.local.histogram import Fixed, Hybrid, KeepAlive, Weighed
from fnkit.local.pool import Pool
from fnkit.simulate.engine import Engine, Report
from fnkit.simulate.workload import DAY, App, apps, calls
from tests.bench.harness import Floor, Group, Row, at_most

APPS, DAYS = 60, 7
BUSIEST = 720.0
"""Calls a day: who is called more often is always warm, however long instances are kept."""
ENOUGH = 10**9
"""MB: nothing is evicted."""
LEAST, MOST = 5 * 60.0, 160 * 60.0
"""Seconds that a cold start may be worth."""
STEPS = 6


class Load:
    """One load and what came of it under each policy, worked out once."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._apps: tuple[App, ...] = apps(APPS, seed, BUSIEST)
        self.fixed = self.play(Fixed(600.0))
        self.published = self.play(Hybrid())
        self.usual = self.play(Weighed())
        self.equal, self.worth = self._equal()

    def play(self, keep: KeepAlive) -> Report:
        return Engine(Pool(ENOUGH, keep)).play(calls(self._apps, DAYS * DAY, self._seed), DAYS * DAY)

    def _equal(self) -> tuple[Report, float]:
        """The largest worth with no more GB s than ten minutes for all take."""
        low, high = LEAST, MOST
        best = self.play(Weighed(worth=low))
        for _ in range(STEPS):
            middle = (low * high) ** 0.5
            report = self.play(Weighed(worth=middle))
            if report.mb_seconds <= self.fixed.mb_seconds:
                low, best = middle, report
            else:
                high = middle
        return best, low


@contextmanager
def group() -> Iterator[Group]:
    """A load for each turn."""
    seeds = itertools.count(1)

    def row(name: str, read, target=None) -> Row:
        floor = Floor("10 minutes for all", lambda t: float(t["load"].fixed.total_colds))
        return Row(name, lambda t: float(read(t["load"]).total_colds), floor, target, "")

    def memory(name: str, read) -> Row:
        floor = Floor("10 minutes for all", lambda t: t["load"].fixed.mb_seconds / 1000)
        return Row(name, lambda t: read(t["load"]).mb_seconds / 1000, floor, None, "")

    yield Group(
        {"load": lambda: Load(next(seeds))},
        [
            row("cold starts at equal GB s", lambda load: load.equal, at_most(0.4)),
            memory("GB s at that", lambda load: load.equal),
            row("cold starts as set", lambda load: load.usual),
            memory("GB s as set", lambda load: load.usual),
            row("cold starts, as Serverless in the Wild", lambda load: load.published),
            memory("GB s, as Serverless in the Wild", lambda load: load.published),
        ],
        repeats=5,
        warm_ups=0,
    )
