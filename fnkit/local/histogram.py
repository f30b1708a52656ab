"""How long an action rests between two runs, and how long an instance is therefore worth keeping. Pure.

Idle times are counted in bins of a minute. Where their pattern is clear, an instance goes at once after a run that
is followed by a long rest, another one is made ready just before the next run is due, and it goes for good when
that run is overdue. Where little is known, an instance is kept for a standard time.
Source: Shahrad et al., Serverless in the Wild, USENIX ATC 2020, sections 4.2 and 5.1.
"""

from array import array
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt
from typing import Protocol

BINS = 240
BIN = 60.0
"""Seconds."""
USUAL = 256
"""MB: OpenWhisk's default limit."""


@dataclass(frozen=True, slots=True)
class Window:
    """When instances of an action are there, in seconds after its last run."""

    ready: float
    """One is made ready then; 0: the one that ran stays."""
    until: float
    """None is kept from then on."""


class KeepAlive(Protocol):
    """How long instances are kept."""

    def window(self, histogram: "Histogram", memory: int, ahead: bool = True) -> Window:
        """When an instance of `memory` MB, with these idle times, should be there.

        `ahead`: it can be made ready ahead of its run; else `Window.ready` is 0.
        """
        ...


@dataclass(frozen=True, slots=True)
class Weighed:
    """The window whose saved cold starts are worth more than the memory that it takes, by the most.

    As published, the window lies between a head and a tail of the idle times; where exactly is weighed for each
    action, not by the same shares for all: a rare one does not hold memory for an hour to save one start.
    """

    worth: float = 30 * BIN
    """Seconds that an instance of the usual memory may wait idle in order to save one cold start.

    One of twice the memory for half as long: what is compared is memory by time.
    """
    heads: tuple[float, ...] = (0.01, 0.02, 0.05, 0.1, 0.2)
    """The shares of idle times that may be shorter than `Window.ready`."""
    margin: float = 0.10
    """Both ends are moved outwards by so much."""
    standard: float = 600.0
    """Seconds that an instance is kept where little is known: as OpenWhisk keeps them all."""
    least: int = 5
    """Idle times that make a pattern."""

    def window(self, histogram: "Histogram", memory: int, ahead: bool = True) -> Window:
        """The best one; one that is empty where none is worth it."""
        worth = self.worth * USUAL / memory
        if histogram.count + histogram.beyond < self.least:
            return Window(0.0, self.standard)
        best, found = 0.0, Window(0.0, 0.0)
        for ready in self._starts(histogram) if ahead else (0,):
            saved, waited, rest = 0, 0.0, histogram.total
            for number, count in histogram.filled:
                rest -= count
                if number < ready:
                    continue
                saved += count
                waited += count * (number - ready + 0.5) * BIN
                after = rest * (number + 1 - ready) * BIN
                if (gain := saved * worth - waited - after) > best:
                    best, found = gain, Window(ready * BIN, (number + 1) * BIN * (1 + self.margin))
        return found

    def _starts(self, histogram: "Histogram") -> set[int]:
        """Bins with which a window may begin."""
        return {0, *(int(histogram.bin_at(head) * (1 - self.margin)) for head in self.heads if histogram.count)}


@dataclass(frozen=True, slots=True)
class Hybrid:
    """As published: by shares of the idle times where their pattern is clear, else for a standard time."""

    head: float = 0.05
    """The share of idle times that may be shorter than `Window.ready`."""
    tail: float = 0.99
    """The share of idle times that must be shorter than `Window.until`."""
    margin: float = 0.10
    """Both ends are moved outwards by so much."""
    standard: float = BINS * BIN
    """Seconds that an instance is kept where the pattern is not clear."""
    least: int = 10
    """Idle times that make a pattern."""
    spread: float = 2.0
    """The coefficient of variation of the bins' counts from which on a pattern is clear."""

    def window(self, histogram: "Histogram", memory: int, ahead: bool = True) -> Window:
        """From a little before the soonest that is usual to a little after the latest."""
        clear = histogram.count >= max(self.least, histogram.beyond) and histogram.spread >= self.spread
        if not clear:
            return Window(0.0, self.standard)
        ready = histogram.bin_at(self.head) * BIN * (1 - self.margin) if ahead else 0.0
        return Window(ready, (histogram.bin_at(self.tail) + 1) * BIN * (1 + self.margin))


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same time for all: what platforms do, and what others are compared with."""

    seconds: float

    def window(self, histogram: "Histogram", memory: int, ahead: bool = True) -> Window:
        """So long, whatever the histogram says."""
        return Window(0.0, self.seconds)


class Histogram:
    """The idle times of an action, or of one of the instances that it needs at a time: 960 bytes of counts."""

    __slots__ = ("_counts", "_squares", "beyond", "count")

    def __init__(self) -> None:
        self._counts = array("I", bytes(4 * BINS))
        self._squares = 0
        self.count = 0
        """Idle times within the bins."""
        self.beyond = 0
        """Idle times that were longer."""

    def add(self, idle: float) -> None:
        """One more, in seconds."""
        number = int(idle / BIN)
        if number >= BINS:
            self.beyond += 1
            return
        before = self._counts[number]
        self._counts[number] = before + 1
        self._squares += 2 * before + 1
        self.count += 1

    @property
    def total(self) -> int:
        """All idle times."""
        return self.count + self.beyond

    @property
    def filled(self) -> list[tuple[int, int]]:
        """(number, count) of each bin that is not empty, in order."""
        return [(number, count) for number, count in enumerate(self._counts) if count]

    @property
    def spread(self) -> float:
        """The coefficient of variation of the bins' counts: 0 where all are alike, √239 where one has all."""
        mean = self.count / BINS
        return sqrt(max(0.0, self._squares / BINS - mean * mean)) / mean if mean else 0.0

    def bin_at(self, share: float) -> int:
        """The number of the bin that this share of the idle times ends in; there must be one."""
        wanted = share * self.count
        return next(number for number, total in enumerate(accumulate(self._counts)) if total and total >= wanted)
