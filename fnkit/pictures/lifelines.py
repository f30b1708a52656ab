"""The lives of things that come and go, a line for each, under the load that they carry."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from fnkit.pictures import ticks
from fnkit.pictures.lettering import fitted, width
from fnkit.pictures.scene import Path, Point, Rect, Scene, Shape, Spot, Text

PartState = Literal["start", "init", "run", "kept"]
MEANING = {"start": "starting", "init": "initialising", "run": "running", "kept": "idle, kept"}
MARGIN, NAME, SPACE, TOLD = 20.0, 118.0, 700.0, 84.0
"""Pixels: around, of the names, of the time, and of what is said at a line's end."""
LANE, THICK = 15.0, 10.0
TOP, LOAD = 46.0, 92.0
"""Pixels of the legend and of the load."""
HAIR = 1.2
"""No part gets thinner than this."""


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of a life, in ms on the common scale."""

    state: PartState
    start: int
    end: int
    tip: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lifeline:
    """One life: its parts, in order and without gaps."""

    name: str
    parts: tuple[Part, ...]
    gone: int | None = None
    """Ms at which it ended; None where it goes on."""
    told: str = ""
    """What is said of its end."""
    marks: tuple[int, ...] = ()
    """Ms at which something arrived for it."""


@dataclass(frozen=True, slots=True)
class Curve:
    """How many there were: (ms, count) from which on, in order."""

    steps: tuple[tuple[int, int], ...] = field(default=((0, 0),))

    @property
    def most(self) -> int:
        """The largest count."""
        return max((count for _, count in self.steps), default=0)

    @classmethod
    def of(cls, spans: Iterable[tuple[int, int]]) -> "Curve":
        """How many of the spans, (start, end) in ms, go on at a time."""
        changes: dict[int, int] = {0: 0}
        for start, end in spans:
            changes[start] = changes.get(start, 0) + 1
            changes[end] = changes.get(end, 0) - 1
        count, steps = 0, []
        for at in sorted(changes):
            count += changes[at]
            steps.append((at, count))
        return cls(tuple(steps))


def chart(lines: Sequence[Lifeline], calls: Curve, there: Curve, end: int, about: str = "") -> Scene:
    """`calls` as an area, `there`, the lines that go on, as a step above it, and a lane for each; `end` in ms."""
    step = ticks.step(max(end, 1))
    full = -(-max(end, 1) // step) * step
    left, scale = MARGIN + NAME, SPACE / full
    lanes = TOP + LOAD + 18
    foot = lanes + LANE * len(lines)
    shapes: list[Shape] = list(_legend(left))
    for ms in range(0, full + 1, step):
        x = left + ms * scale
        shapes.append(Path(((x, TOP), (x, foot + 4)), "rule"))
        shapes.append(Text(x, foot + 18, ticks.label(ms), "faint", 10.5, "middle"))
    shapes += _load(calls, there, (left, scale), end)
    spots: list[Spot] = []
    for number, line in enumerate(lines):
        y = lanes + LANE * number
        shapes += _lane(line, y, left, scale)
        spots += [
            Spot(left + one.start * scale, y, max((one.end - one.start) * scale, 4), LANE, one.tip)
            for one in line.parts
            if one.tip
        ]
    return Scene(left + SPACE + TOLD + MARGIN, foot + MARGIN + 12, tuple(shapes), tuple(spots), about)


def _load(calls: Curve, there: Curve, place: tuple[float, float], end: int) -> Iterator[Shape]:
    left, scale = place
    most = max(calls.most, there.most, 1)
    base = TOP + LOAD
    high = (LOAD - 8) / most
    step = ticks.step(most) if most > 4 else 1
    for count in range(0, most + 1, max(step, -(-most // 5))):
        y = base - count * high
        yield Path(((left, y), (left + SPACE, y)), "rule")
        yield Text(left - 8, y + 3.5, str(count), "faint", 10.5, "end")
    for curve, fill, thick in ((calls, "taken.fill", 1.4), (there, None, 1.8)):
        corners = _corners(curve, end, lambda ms, count: (left + ms * scale, base - count * high))
        line = "taken.line" if fill else "idle.line"
        if fill:
            yield Path(((corners[0][0], base), *corners, (corners[-1][0], base)), fill=fill, closed=True)
        yield Path(tuple(corners), line, thick=thick)


def _corners(curve: Curve, end: int, at: Callable[[int, int], Point]) -> list[Point]:
    points: list[Point] = []
    steps = [*curve.steps, (end, curve.steps[-1][1])]
    for (start, count), (until, _) in pairwise(steps):
        points += [at(start, count), at(until, count)]
    return points


def _lane(line: Lifeline, y: float, left: float, scale: float) -> Iterator[Shape]:
    middle = y + LANE / 2
    yield Text(MARGIN, middle + 3.5, fitted(line.name, 10.5, NAME - 12), "faint", 10.5)
    right = left
    for part in line.parts:
        x = left + part.start * scale
        wide = max((part.end - part.start) * scale, HAIR)
        thick = THICK / 2 if part.state == "kept" else THICK
        yield Rect(x, middle - thick / 2, wide, thick, part.state)
        right = max(right, x + wide)
    for ms in line.marks:
        x = left + ms * scale
        yield Path(((x - 3, y), (x + 3, y), (x, y + 4.5)), fill="ink", closed=True)
    if line.gone is not None:
        x = left + line.gone * scale
        yield Path(((x, middle - THICK / 2), (x, middle + THICK / 2)), "idle.line", thick=2)
        right = max(right, x)
    if line.told:
        yield Text(right + 6, middle + 3.5, line.told, "faint", 9.5)


def _legend(x: float) -> Iterator[Shape]:
    y = MARGIN - 6
    yield Rect(x, y, 10, 10, "taken.fill", "taken.line")
    yield Text(x + 15, MARGIN + 3, "calls", "faint", 10.5)
    x += width("calls", 10.5) + 34
    yield Path(((x, MARGIN), (x + 12, MARGIN)), "idle.line", thick=1.8)
    yield Text(x + 17, MARGIN + 3, "instances", "faint", 10.5)
    x += width("instances", 10.5) + 50
    yield Path(((x, y + 2), (x + 8, y + 2), (x + 4, y + 8)), fill="ink", closed=True)
    yield Text(x + 13, MARGIN + 3, "event", "faint", 10.5)
    x += width("event", 10.5) + 32
    for name, about in MEANING.items():
        yield Rect(x, y, 10, 10, name, radius=2)
        yield Text(x + 15, MARGIN + 3, about, "faint", 10.5)
        x += width(about, 10.5) + 34
    yield Path(((x + 5, y), (x + 5, y + 10)), "idle.line", thick=2)
    yield Text(x + 12, MARGIN + 3, "gone", "faint", 10.5)
