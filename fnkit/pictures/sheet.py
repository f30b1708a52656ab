"""Blocks in their places: cards, frames, the lines between them and the words beside the lines. In pixels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from fnkit.pictures.blocks import Card, Frame, State
from fnkit.pictures.lettering import begun, broken, fitted, width
from fnkit.pictures.scene import Point

TITLE, NOTE, LABEL = 13.0, 11.0, 10.5
"""Font sizes."""
NARROWEST, WIDEST = 108.0, 220.0
"""Of a card."""
HIGH, LOW, DOT = 46.0, 34.0, 12.0
"""The heights of a card with a note and without one, and of a dot."""
LINE = 16.0
"""From line to line."""
BESIDE = 42.0
"""Of a card beside its text: the sign of its state, and air."""
SLANT = 12.0
"""Of a decision's points."""
GAP = 26.0
"""From card to card."""

Course = Literal["down", "back", "turn"]


@dataclass(frozen=True, slots=True)
class Box:
    """A card in its place."""

    card: Card
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Pane:
    """A frame in its place."""

    frame: Frame
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Wire:
    """A line from one thing to the next."""

    points: tuple[Point, ...]
    state: State
    arrow: bool = False
    course: Course = "down"
    """Only the way back of a loop, and the way to the next column, go up."""
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A word beside a line; `y` is its baseline. One in the middle lies on its line."""

    x: float
    y: float
    text: str
    state: State
    anchor: Literal["start", "middle", "end"] = "start"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A block in its place. It is entered at (`axis`, 0) and left at (`axis`, `height`)."""

    width: float
    height: float
    axis: float
    enter: State = "idle"
    """Of the line that leads to it."""
    leave: State = "idle"
    """Of the line that leads on."""
    solid: bool = False
    """True where it begins with a card or a frame: a line to it ends in an arrow."""
    boxes: tuple[Box, ...] = ()
    panes: tuple[Pane, ...] = ()
    wires: tuple[Wire, ...] = ()
    labels: tuple[Label, ...] = ()

    def moved(self, right: float, down: float) -> "Sheet":
        """The same, elsewhere."""

        def at(point: Point) -> Point:
            return point[0] + right, point[1] + down

        return replace(
            self,
            boxes=tuple(replace(one, x=one.x + right, y=one.y + down) for one in self.boxes),
            panes=tuple(replace(one, x=one.x + right, y=one.y + down) for one in self.panes),
            wires=tuple(replace(one, points=tuple(map(at, one.points))) for one in self.wires),
            labels=tuple(replace(one, x=one.x + right, y=one.y + down) for one in self.labels),
        )

    def holding(self, parts: Iterable["Sheet"]) -> "Sheet":
        """The same with all that is in `parts`, which are in their places."""
        parts = (self, *parts)
        return replace(
            self,
            boxes=tuple(box for part in parts for box in part.boxes),
            panes=tuple(pane for part in parts for pane in part.panes),
            wires=tuple(wire for part in parts for wire in part.wires),
            labels=tuple(label for part in parts for label in part.labels),
        )


def leaf(card: Card, narrowest: float = NARROWEST) -> Sheet:
    """A card by itself, `narrowest` wide at least."""
    if card.form == "dot":
        wide, high = DOT, DOT
    else:
        text = max(width(card.title, TITLE), width(card.note, NOTE)) + _beside(card)
        wide = min(max(text, narrowest), WIDEST)
        titles, notes = _written(card, wide - _beside(card))
        high = (HIGH if notes else LOW) + LINE * (len(titles) + len(notes) - (2 if notes else 1))
    enter, leave = passed(card.state)
    return Sheet(wide, high, wide / 2, enter, leave, True, boxes=(Box(card, 0, 0, wide, high),))


def written(box: Box) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines of title and note of a card as they fit into it; there may be no note."""
    return _written(box.card, box.width - _beside(box.card))


def _written(card: Card, room: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if card.form == "place":
        return broken(card.title, TITLE, room), broken(card.note, NOTE, room) if card.note else ()
    shorten = fitted if card.form == "action" else begun  # a name, or code
    return (shorten(card.title, TITLE, room),), (begun(card.note, NOTE, room),) if card.note else ()


def passed(state: State) -> tuple[State, State]:
    """Of the lines to and from something: what has failed or still runs was entered and is not left."""
    return ("taken", "skipped") if state in ("failed", "running") else (state, state)


def after(way: State, leave: State) -> State:
    """Of the line at the end of a way: what was not entered is not left."""
    return leave if way in ("taken", "idle") else way


def stacked(parts: Sequence[Sheet]) -> Sheet:
    """One under the other on one axis; none at all is a straight line."""
    if not parts:
        return Sheet(0, 0, 0)
    axis, y = max(part.axis for part in parts), 0.0
    moved: list[Sheet] = []
    wires: list[Wire] = []
    for part in parts:
        if moved:
            wires.append(Wire(((axis, y), (axis, y + GAP)), part.enter, part.solid))
            y += GAP
        moved.append(part.moved(axis - part.axis, y))
        y += part.height
    wide = axis + max(part.width - part.axis for part in parts)
    first, last = parts[0], parts[-1]
    return Sheet(wide, y, axis, first.enter, last.leave, first.solid, wires=tuple(wires)).holding(moved)


def _beside(card: Card) -> float:
    return BESIDE + (SLANT if card.form == "decision" else 0)
