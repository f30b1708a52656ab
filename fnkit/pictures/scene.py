"""Shapes on a page, in pixels from its upper left corner: what `svg` and `png` draw.

A colour is the name of one (`taken.line`): `palette` says what it is on a light page and on a dark one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle, its corners rounded by `radius`."""

    x: float
    y: float
    width: float
    height: float
    fill: str | None = None
    line: str | None = None
    radius: float = 0
    thick: float = 1.0
    dashed: bool = False
    moving: bool = False
    """True where the dashes walk round it, as long as the picture can move."""
    title: str = ""
    """What a mouse that rests on it is told."""


@dataclass(frozen=True, slots=True)
class Path:
    """A line through points, its corners rounded by `radius`; closed where it is an area."""

    points: tuple[Point, ...]
    line: str | None = None
    fill: str | None = None
    radius: float = 0
    thick: float = 1.0
    closed: bool = False
    dashed: bool = False
    moving: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; `y` is its baseline."""

    x: float
    y: float
    text: str
    fill: str
    size: float
    anchor: Literal["start", "middle", "end"] = "start"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that says more in a picture that is alive: `tip` under the mouse, `detail` after a click."""

    x: float
    y: float
    width: float
    height: float
    tip: tuple[str, ...]
    detail: str = ""


Shape = Rect | Path | Text


@dataclass(frozen=True, slots=True)
class Scene:
    """A page: later shapes cover earlier ones."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    spots: tuple[Spot, ...] = ()
    about: str = ""
    """The picture in one sentence, for who cannot see it."""


Curve = tuple[Point, ...]
"""A point to go to straight, or a control point and the end of a quadratic curve."""


def rounded(points: Sequence[Point], radius: float, closed: bool = False) -> list[Curve]:
    """The way through `points` with its corners rounded: where it starts, then lines and curves."""
    if closed:
        middle = _between(points[-1], points[0], 0.5)
        way = rounded([middle, *points, middle], radius)
        return way
    steps: list[Curve] = [(points[0],)]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        room = min(radius, _length(before, corner) / 2, _length(corner, after) / 2)
        if room < 0.5:
            steps.append((corner,))
            continue
        steps.append((_towards(corner, before, room),))
        steps.append((corner, _towards(corner, after, room)))
    return [*steps, (points[-1],)]


def _length(one: Point, other: Point) -> float:
    return float(((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5)


def _towards(start: Point, end: Point, length: float) -> Point:
    return _between(start, end, length / _length(start, end))


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
