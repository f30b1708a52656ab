"""Measure things against a floor, all in one interleaved run, and judge the ratios.

The machine is noisy and so are seconds; a ratio of two things that were measured in turns can be compared with
another day's. One `Group` is one run: each turn measures the floor and every row once.
"""

import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

Measure = Callable[[], float]
"""One measurement, in seconds."""
UNITS = {"s": 1.0, "ms": 1e3}


@dataclass(frozen=True, slots=True)
class Group:
    """What is measured together: one floor and the rows that stand on it."""

    floor: str
    """What the floor is, in words."""
    floor_measure: Measure
    rows: Mapping[str, Measure]
    unit: str = "ms"
    repeats: int = 5
    targets: Mapping[str, float] | None = None
    """Row → the highest ratio that will do; a row that is not named has none yet."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of build/bench.json."""

    row: str
    floor: float
    value: float
    unit: str
    ratio: float
    target: float | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A row and how far it can be trusted."""

    row: Row
    low: float
    high: float
    """95 % bootstrap interval of the ratio."""
    noise: float
    """The floor's interquartile range over its median: what the machine did by itself."""
    against: str


def run(group: Group, tell: Callable[[str], None] = lambda _: None) -> list[Figure]:
    """Measure in turns; the first turn warms up and is thrown away."""
    floors: list[float] = []
    values: dict[str, list[float]] = {name: [] for name in group.rows}
    for turn in range(group.repeats + 1):
        tell(f"turn {turn} of {group.repeats}" if turn else "warming up")
        floor = group.floor_measure()
        measured = {name: measure() for name, measure in group.rows.items()}
        if turn:
            floors.append(floor)
            for name, value in measured.items():
                values[name].append(value)
    return [figure(name, group, floors, values[name]) for name in group.rows]


def figure(name: str, group: Group, floors: Sequence[float], values: Sequence[float]) -> Figure:
    """The row of one thing: medians, and the median of the turns' ratios."""
    ratios = [value / floor for value, floor in zip(values, floors, strict=True)]
    ratio = statistics.median(ratios)
    target = (group.targets or {}).get(name)
    scale = UNITS[group.unit]
    row = Row(
        row=name,
        floor=round(statistics.median(floors) * scale, 3),
        value=round(statistics.median(values) * scale, 3),
        unit=group.unit,
        ratio=round(ratio, 3),
        target=target,
        met=None if target is None else ratio <= target,
    )
    low, high = interval(ratios)
    return Figure(row, low, high, noise(floors), group.floor)


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


def to_json(figures: Sequence[Figure]) -> list[dict[str, object]]:
    """What build/bench.json holds."""
    return [asdict(one.row) for one in figures]


def table(figures: Sequence[Figure]) -> str:
    """The same for reading, with the interval of each ratio and the noise of its floor."""
    head = ("row", "value", "floor", "unit", "ratio", "95 %", "noise", "target", "met", "floor is")
    lines = [head, *(_cells(one) for one in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _cells(one: Figure) -> tuple[str, ...]:
    row = one.row
    return (
        row.row,
        f"{row.value:g}",
        f"{row.floor:g}",
        row.unit,
        f"{row.ratio:.2f}",
        f"{one.low:.2f}-{one.high:.2f}",
        f"{one.noise:.0%}",
        "-" if row.target is None else f"{row.target:g}",
        {None: "-", True: "yes", False: "no"}[row.met],
        one.against,
    )
