"""Measure things against their floors, all in one interleaved run, and judge the ratios.

The machine is noisy and so are seconds; a ratio of two things that were measured in turns can be compared with
another day's. One `Group` is one run: in each turn every probe that a row reads is measured once, floors first.

    Group(
        probes={"F1": lambda: latency(floor), "ours": lambda: latency(platform)},
        rows=[
            Row("warm call, p50", lambda t: t["ours"].p50, Floor("F1", lambda t: t["F1"].p50), at_most(3, aim=2)),
            Row("steps", lambda t: (t["ten"] - t["one"]) / 9, Floor("a warm call", lambda t: t["one"])),
        ],
    )
"""

import random
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

UNITS = {"s": 1.0, "ms": 1e3, "µs": 1e6, "/s": 1.0, "MB": 1e-6, "": 1.0}
"""What a reading is multiplied with to be shown; readings are in seconds, bytes, or numbers of things."""


class Turn(Mapping[str, Any]):
    """What one turn measured, by the probe's name. A probe is run when a row first asks for it."""

    def __init__(self, probes: Mapping[str, Callable[[], Any]]) -> None:
        self._probes = probes
        self._taken: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._taken:
            self._taken[name] = self._probes[name]()
        return self._taken[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._probes)

    def __len__(self) -> int:
        return len(self._probes)


Reading = Callable[[Turn], float]
"""A number from what a turn measured: seconds, bytes, or things (a second)."""


@dataclass(frozen=True, slots=True)
class Target:
    """The ratio that will do, and the one that is hoped for."""

    bound: float
    better: Literal["lower", "higher", "equal"]
    aim: float | None = None

    def met(self, ratio: float) -> bool:
        """True where a ratio is on the right side."""
        if self.better == "equal":
            return ratio == self.bound
        return ratio <= self.bound if self.better == "lower" else ratio >= self.bound


def at_most(bound: float, aim: float | None = None) -> Target:
    """A ratio that must not be higher."""
    return Target(bound, "lower", aim)


def exactly(bound: float) -> Target:
    """A ratio that must be just this one."""
    return Target(bound, "equal")


def at_least(bound: float, aim: float | None = None) -> Target:
    """A ratio that must not be lower."""
    return Target(bound, "higher", aim)


@dataclass(frozen=True, slots=True)
class Floor:
    """What a row is compared with: its name (in `floors.NAMES`, or words of its own) and how it is read."""

    name: str
    read: Reading

    @classmethod
    def fixed(cls, name: str, number: float) -> "Floor":
        """A bound that is not measured: `Floor.fixed("150 MB", 150e6)`."""
        return cls(name, lambda _: number)


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is measured. Without a target it is only shown."""

    name: str
    read: Reading
    floor: Floor
    target: Target | None = None
    unit: str = "ms"


@dataclass(frozen=True, slots=True)
class Group:
    """What is measured together."""

    probes: Mapping[str, Callable[[], Any]]
    """By name: measures once and gives what it found (a float, or a value of several)."""
    rows: Sequence[Row]
    repeats: int = 5
    warm_ups: int = 1
    """Turns before the first that counts."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What came of a row, and how far it can be trusted."""

    row: str
    floor: float
    value: float
    unit: str
    ratio: float
    target: float | None
    met: bool | None
    better: Literal["lower", "higher", "equal"]
    aim: float | None
    low: float
    high: float
    """95 % bootstrap interval of the ratio."""
    noise: float
    """The floor's interquartile range over its median: what the machine did by itself."""
    repeats: int
    against: str


def run(group: Group, tell: Callable[[str], None] = lambda _: None) -> list[Figure]:
    """Measure in turns; the first turns warm up and are thrown away."""
    taken: dict[str, list[tuple[float, float]]] = {row.name: [] for row in group.rows}
    for number in range(1 - group.warm_ups, group.repeats + 1):
        tell(f"turn {number} of {group.repeats}" if number > 0 else "warming up")
        turn = Turn(group.probes)
        floors = {row.name: row.floor.read(turn) for row in group.rows}
        values = {row.name: row.read(turn) for row in group.rows}
        if number > 0:
            for name, pairs in taken.items():
                pairs.append((floors[name], values[name]))
    return [figure(row, *zip(*taken[row.name], strict=True)) for row in group.rows]


def figure(row: Row, floors: Sequence[float], values: Sequence[float]) -> Figure:
    """What came of one row: medians, and the median of the turns' ratios."""
    ratios = [value / floor for value, floor in zip(values, floors, strict=True)]
    ratio = statistics.median(ratios)
    low, high = interval(ratios)
    scale, target = UNITS[row.unit], row.target
    return Figure(
        row=row.name,
        floor=round(statistics.median(floors) * scale, 3),
        value=round(statistics.median(values) * scale, 3),
        unit=row.unit,
        ratio=round(ratio, 3),
        target=target.bound if target else None,
        met=target.met(ratio) if target else None,
        better=target.better if target else "lower",
        aim=target.aim if target else None,
        low=round(low, 3),
        high=round(high, 3),
        noise=round(noise(floors), 3),
        repeats=len(ratios),
        against=row.floor.name,
    )


def interval(ratios: Sequence[float], draws: int = 1000) -> tuple[float, float]:
    """The 95 % bootstrap interval of the median; the same every time for the same ratios."""
    dice = random.Random(0)
    medians = sorted(statistics.median(dice.choices(ratios, k=len(ratios))) for _ in range(draws))
    return medians[round(draws * 0.025)], medians[round(draws * 0.975) - 1]


def noise(floors: Sequence[float]) -> float:
    """Interquartile range over median."""
    if len(floors) < 2:
        return 0.0
    first, middle, third = statistics.quantiles(floors, n=4, method="inclusive")
    return (third - first) / middle
