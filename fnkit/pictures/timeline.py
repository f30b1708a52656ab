"""Where time went: wait, init and run side by side, of one call as a bar, of many on one scale of time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fnkit.core.entities import Split
from fnkit.pictures import svg, ticks
from fnkit.pictures.lettering import fitted, width
from fnkit.pictures.palette import COLOURS
from fnkit.pictures.scene import Path, Rect, Scene, Shape, Spot, Text

PARTS = ("wait", "init", "run")
WIDTH, HEIGHT = 460, 16
HAIR = 1.5
"""No part gets thinner than this, in pixels."""
MARGIN, SIZE = 20.0, 12.0
LANE, THICK = 26.0, 14.0
"""Pixels of a lane, and of what lies in it."""
NAME, SPACE, TOLD = 190.0, 560.0, 130.0
"""Pixels of the names, of the time, and of what is said of it."""
TOP = 40.0


def parts(split: Split) -> list[tuple[str, int]]:
    """(name, ms) of what is known, in order; there is no `init` in a warm call."""
    named = ((name, getattr(split, name)) for name in PARTS)
    return [(name, ms) for name, ms in named if ms is not None]


def total(split: Split) -> int:
    """Ms from the request to the answer."""
    return sum(ms for _, ms in parts(split))


def line(split: Split) -> str:
    """`wait 3 + init 812 + run 41 = 856 ms`; empty where nothing is known yet."""
    known = parts(split)
    return " + ".join(f"{name} {ms:,}" for name, ms in known) + f" = {total(split):,} ms" if known else ""


def longest(splits: Iterable[Split]) -> int:
    """The total in ms that fills the width when `splits` are drawn under each other."""
    return max((total(split) for split in splits), default=0)


def bar(split: Split, full: int | None = None) -> str:
    """The bar of one call as an SVG document; `full` ms fill the width, the call's own total by default.

    Bars that are drawn with the same `full` can be compared by eye.
    """
    shapes = tuple(_bars(split, 0, WIDTH / max(full or total(split), 1), (0, HEIGHT)))
    right = shapes[-1].x + shapes[-1].width if shapes else 0.0
    return svg.strip(Scene(max(right, WIDTH), HEIGHT, shapes), WIDTH)


def _bars(split: Split, x: float, scale: float, place: tuple[float, float]) -> Iterator[Rect]:
    """The parts from `x` on, `scale` pixels for each ms; `place` is their top and their height."""
    top, high = place
    for name, ms in parts(split):
        wide = max(ms * scale, HAIR)
        yield Rect(x, top, wide, high, name, title=f"{name} {ms:,} ms")
        x += wide


@dataclass(frozen=True, slots=True)
class Span:
    """One run on the scale of time."""

    start: int
    """Ms after the beginning at which it was asked for."""
    split: Split
    tip: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lane:
    """One line: a step, with the runs that it had."""

    name: str
    spans: tuple[Span, ...]
    told: str = ""
    """What is said of it at its end: `412 ms · cold`."""
    failed: bool = False
    indent: int = 0
    quiet: bool = False
    """True where it is not the user's own: a conductor."""


def chart(lanes: Sequence[Lane], about: str = "") -> Scene:
    """Lanes under each other on one scale, from the first request to the last answer."""
    end = max((span.start + total(span.split) for lane in lanes for span in lane.spans), default=1) or 1
    step = ticks.step(end)
    full = -(-end // step) * step
    scale = SPACE / full
    left, foot = MARGIN + NAME, TOP + LANE * len(lanes)
    shapes: list[Shape] = list(_legend(left))
    for ms in range(0, full + 1, step):
        x = left + ms * scale
        shapes.append(Path(((x, TOP), (x, foot + 4)), "rule"))
        shapes.append(Text(x, foot + 18, ticks.label(ms), "faint", 10.5, "middle"))
    spots: list[Spot] = []
    for number, lane in enumerate(lanes):
        y = TOP + LANE * number
        shapes += _lane(lane, y, left, scale)
        spots += [
            Spot(left + one.start * scale, y, max(total(one.split) * scale, 8), LANE, one.tip)
            for one in lane.spans
            if one.tip
        ]
    return Scene(left + SPACE + TOLD + MARGIN, foot + MARGIN + 12, tuple(shapes), tuple(spots), about)


def _lane(lane: Lane, y: float, left: float, scale: float) -> Iterator[Shape]:
    ink = "failed.ink" if lane.failed else "faint" if lane.quiet else "ink"
    middle, indent = y + LANE / 2, 12.0 * min(lane.indent, 5)
    yield Text(MARGIN + indent, middle + 4, fitted(lane.name, SIZE, NAME - indent - 12), ink, SIZE)
    right = left
    high = THICK / 2 if lane.quiet else THICK
    for span in lane.spans:
        for rect in _bars(span.split, left + span.start * scale, scale, (middle - high / 2, high)):
            yield rect
            right = max(right, rect.x + rect.width)
    if lane.failed:
        yield Path(((right + 5, middle - 3), (right + 11, middle + 3)), "failed.line", thick=1.8)
        yield Path(((right + 5, middle + 3), (right + 11, middle - 3)), "failed.line", thick=1.8)
    if lane.told:
        yield Text(
            right + (16 if lane.failed else 7), middle + 4, lane.told, ink if lane.failed else "faint", 10.5
        )


def _legend(x: float) -> Iterator[Shape]:
    """What the colours mean."""
    meaning = {"wait": "wait for an instance", "init": "init, on a cold start", "run": "run"}
    for name, about in meaning.items():
        yield Rect(x, MARGIN - 6, 10, 10, name, radius=2)
        yield Text(x + 15, MARGIN + 3, about, "faint", 10.5)
        x += width(about, 10.5) + 34


def colour(name: str) -> str:
    """Of `wait`, `init` or `run` in a text, on any page."""
    return COLOURS[name].light
