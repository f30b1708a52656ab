"""Where everything in the picture of a flow stands: layer under layer, from the top to the bottom.

A flow is nested, so its layout is: each block is placed by itself, around an axis on which it is entered at the top
and left at the bottom, and then moved as a whole. Nothing can overlap, and no two lines have to cross.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import singledispatch
from typing import Literal

from fnkit.pictures.blocks import Block, Card, Fork, Frame, Guard, Leaf, Loop, Stack, State, Way, While
from fnkit.pictures.lettering import fitted, width
from fnkit.pictures.scene import Point

TITLE, NOTE, LABEL = 13.0, 11.0, 10.5
"""Font sizes in pixels."""
NARROWEST, WIDEST = 104.0, 212.0
"""Pixels of a card."""
HIGH, LOW = 46.0, 32.0
"""Pixels of a card with a note and without one."""
DOT = 12.0
BESIDE = 34.0
"""Pixels of a card beside its text: the sign of its state, and air."""
SLANT = 12.0
"""Pixels of a decision's points."""
GAP, ACROSS, LANE = 28.0, 26.0, 26.0
"""Pixels between cards, between branches, and of a lane for a line."""
SPLIT, MEET = 40.0, 26.0
"""Pixels in which ways part and meet."""
PAD, HEAD = 16.0, 30.0
"""Pixels within a frame, and of its title."""
BROAD = 1000.0
"""Pixels that branches in a frame may take before they stand in rows."""
ROW = 4
"""So many branches stand side by side with lines of their own; more stand in a frame."""

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
    """A word beside a line; `y` is its baseline."""

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
    enter: State
    leave: State
    solid: bool = True
    """True where it begins with a card or a frame: a line to it ends in an arrow."""
    boxes: tuple[Box, ...] = ()
    panes: tuple[Pane, ...] = ()
    wires: tuple[Wire, ...] = ()
    labels: tuple[Label, ...] = field(default=())

    def moved(self, right: float, down: float) -> "Sheet":
        """The same, elsewhere."""
        return replace(
            self,
            boxes=tuple(replace(one, x=one.x + right, y=one.y + down) for one in self.boxes),
            panes=tuple(replace(one, x=one.x + right, y=one.y + down) for one in self.panes),
            wires=tuple(
                replace(one, points=tuple((x + right, y + down) for x, y in one.points)) for one in self.wires
            ),
            labels=tuple(replace(one, x=one.x + right, y=one.y + down) for one in self.labels),
        )


def card_width(card: Card) -> float:
    """The pixels that a card takes for its text."""
    if card.form == "dot":
        return DOT
    beside = BESIDE + (SLANT if card.form == "decision" else 0)
    text = max(width(card.title, TITLE), width(card.note, NOTE))
    return min(max(text + beside, NARROWEST), WIDEST)


def card_text(card: Card, place: float) -> tuple[str, str]:
    """Title and note as they fit into a card of `place` pixels."""
    room = place - BESIDE - (SLANT if card.form == "decision" else 0)
    return fitted(card.title, TITLE, room), fitted(card.note, NOTE, room)


@singledispatch
def place(block: Block) -> Sheet:
    """A block in its place."""
    raise TypeError(block)


@place.register
def _leaf(block: Leaf) -> Sheet:
    card = block.card
    wide = card_width(card)
    high = DOT if card.form == "dot" else HIGH if card.note else LOW
    enter: State = "taken" if card.state in ("failed", "running") else card.state
    leave: State = "skipped" if card.state in ("failed", "running") else card.state
    return Sheet(wide, high, wide / 2, enter, leave, boxes=(Box(card, 0, 0, wide, high),))


@place.register
def _stack(block: Stack) -> Sheet:
    return stacked([place(part) for part in block.parts])


def stacked(parts: Sequence[Sheet]) -> Sheet:
    """One under the other on one axis."""
    if not parts:
        return Sheet(0, 0, 0, "idle", "idle", solid=False)
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
    return together(moved, Sheet(wide, y, axis, first.enter, last.leave, first.solid, wires=tuple(wires)))


def together(parts: Iterable[Sheet], whole: Sheet) -> Sheet:
    """`whole` with all that is in `parts`, which are in their places."""
    for part in parts:
        whole = replace(
            whole,
            boxes=whole.boxes + part.boxes,
            panes=whole.panes + part.panes,
            wires=whole.wires + part.wires,
            labels=whole.labels + part.labels,
        )
    return whole


@place.register
def _fork(block: Fork) -> Sheet:
    head = place(block.head) if block.head else Sheet(0, 0, 0, *_entry(block.ways), solid=False)
    ways, axis, wide = _side_by_side(block.ways)
    shift = max(0.0, head.axis - axis)
    axis += shift
    top = head.height + SPLIT
    foot = top + max(way.height for way in ways)
    wires: list[Wire] = []
    labels: list[Label] = []
    for way, sheet in zip(block.ways, ways, strict=True):
        x = shift + sheet.axis
        half = head.height + SPLIT / 2
        arrow = sheet.solid and sheet.height > 0
        wires.append(Wire(((axis, head.height), (axis, half), (x, half), (x, top)), way.state, arrow))
        labels += _label(way, x, axis, top)
        left = way.state if not sheet.height else _after(way.state, sheet.leave)
        down = ((x, top + sheet.height), (x, foot + MEET / 2), (axis, foot + MEET / 2), (axis, foot + MEET))
        wires.append(Wire(down, left))
    left_by = [wire.state for wire in wires[1::2]]
    leave: State = "taken" if "taken" in left_by else left_by[0]
    whole = Sheet(
        max(wide + shift, axis + head.width - head.axis),
        foot + MEET,
        axis,
        head.enter,
        leave,
        head.solid,
        wires=tuple(wires),
        labels=tuple(labels),
    )
    return together([head.moved(axis - head.axis, 0), *(sheet.moved(shift, top) for sheet in ways)], whole)


def _entry(ways: Sequence[Way]) -> tuple[State, State]:
    state: State = "taken" if any(way.state == "taken" for way in ways) else ways[0].state
    return state, state


def _after(way: State, leave: State) -> State:
    """Of the line at the end of a way: what was not entered is not left."""
    return leave if way in ("taken", "idle") else way


def _side_by_side(ways: Sequence[Way]) -> tuple[list[Sheet], float, float]:
    """The ways in their places from left to right, the axis between them, and their width."""
    placed: list[Sheet] = []
    x = 0.0
    for way in ways:
        sheet = place(way.body)
        lane = max(sheet.width, LANE)
        room = lane - sheet.width
        placed.append(replace(sheet.moved(x + room / 2, 0), axis=x + room / 2 + sheet.axis))
        x += lane + ACROSS
    full = [sheet for sheet in placed if sheet.height]
    axis = full[0].axis if len(full) == 1 else (placed[0].axis + placed[-1].axis) / 2
    return placed, axis, x - ACROSS


def _label(way: Way, x: float, axis: float, top: float) -> list[Label]:
    if not way.label:
        return []
    if x < axis:
        return [Label(x - 6, top - 8, way.label, way.state, "end")]
    return [Label(x + 6, top - 8, way.label, way.state)]


@place.register
def _loop(block: Loop) -> Sheet:
    body = place(block.body)
    margin = max(LANE, width(block.label, LABEL) + 22)
    axis, high = margin + body.axis, body.height + 2 * GAP
    lane, top, foot = margin / 2, GAP / 2, body.height + 1.5 * GAP
    back = ((axis, foot), (lane, foot), (lane, top), (axis, top))
    wires = (
        Wire(((axis, 0), (axis, GAP)), body.enter, body.solid),
        Wire(((axis, high - GAP), (axis, high)), body.leave),
        Wire(back, block.again, arrow=True, course="back"),
    )
    labels = (Label(lane, (top + foot) / 2 + 4, block.label, block.again, "middle"),) if block.label else ()
    whole = Sheet(margin + body.width, high, axis, body.enter, body.leave, False, wires=wires, labels=labels)
    return together([body.moved(margin, GAP)], whole)


@place.register
def _while(block: While) -> Sheet:
    test, body = place(block.test), place(block.body.body)
    margin = max(LANE, width(block.label, LABEL) + 22)
    axis = margin + max(test.axis, body.axis)
    right = axis + max(test.width - test.axis, body.width - body.axis) + LANE
    last = test.boxes[-1]
    top, side = test.height + SPLIT, last.y + last.height / 2
    foot = top + body.height
    lane, edge = margin / 2, right - LANE / 2
    begin, end = axis - test.axis + last.x, axis - test.axis + last.x + last.width
    turn, meet = foot + MEET / 2, foot + MEET
    leave = block.leave.state
    again = _after(block.body.state, body.leave) if body.height else block.body.state
    wires = (
        Wire(((axis, test.height), (axis, top)), block.body.state, body.solid),
        Wire(((axis, foot), (axis, turn), (lane, turn), (lane, side), (begin, side)), again, True, "back"),
        Wire(((end, side), (edge, side), (edge, meet), (axis, meet), (axis, meet + MEET / 2)), leave),
    )
    labels = [
        Label(axis + 6, top - 10, block.body.label, block.body.state),
        Label(end + 5, side - 6, block.leave.label, leave),
        Label(lane, (side + turn) / 2 + 4, block.label, again, "middle"),
    ]
    said = tuple(one for one in labels if one.text)
    right = max(right, end + 5 + width(block.leave.label, LABEL))
    whole = Sheet(right, meet + MEET / 2, axis, test.enter, leave, test.solid, wires=wires, labels=said)
    return together([test.moved(axis - test.axis, 0), body.moved(axis - body.axis, top)], whole)


@place.register
def _frame(block: Frame) -> Sheet:
    cells = [place(cell) for cell in block.cells]
    rows = _rows(cells)
    inner = max((sum(cell.width for cell in row) + ACROSS * (len(row) - 1) for row in rows), default=0.0)
    said = width(block.title, NOTE) + width(block.note, NOTE) + 3 * PAD
    wide, y = max(inner + 2 * PAD, said, NARROWEST), HEAD
    moved: list[Sheet] = []
    for row in rows:
        taken = sum(cell.width for cell in row) + ACROSS * (len(row) - 1)
        # A row that is not full begins where the full ones do.
        x = (wide - (taken if len(rows) == 1 else inner)) / 2
        for cell in row:
            moved.append(cell.moved(x, y))
            x += cell.width + ACROSS
        y += max(cell.height for cell in row) + PAD
    state = block.state
    enter: State = "taken" if state in ("failed", "running") else state
    leave: State = "skipped" if state in ("failed", "running") else state
    whole = Sheet(wide, y, wide / 2, enter, leave, panes=(Pane(block, 0, 0, wide, y),))
    return together(moved, whole)


def _rows(cells: Sequence[Sheet]) -> list[Sequence[Sheet]]:
    """The cells in rows of one length, as few as fit."""
    if not cells:
        return []
    widest = max(cell.width for cell in cells) + ACROSS
    most = max(1, int((BROAD + ACROSS) // widest))
    count = -(-len(cells) // most)
    each = -(-len(cells) // count)
    return [cells[start : start + each] for start in range(0, len(cells), each)]


@place.register
def _guard(block: Guard) -> Sheet:
    frame, handler = place(block.frame), place(block.handler.body)
    axis = frame.axis
    left = max(frame.width + LANE / 2, axis + LANE)
    side = left + max(handler.axis, LANE / 2)
    top = frame.height + GAP
    foot = top + handler.height
    meet = foot + MEET
    state = block.handler.state
    after = _after(state, handler.leave) if handler.height else state
    wires = (
        Wire(((axis, frame.height), (axis, meet)), block.leave),
        Wire(
            ((frame.width, frame.height / 2), (side, frame.height / 2), (side, top)),
            state,
            handler.solid and handler.height > 0,
            dashed=True,
        ),
        Wire(((side, foot), (side, foot + MEET / 2), (axis, foot + MEET / 2), (axis, meet)), after),
    )
    label = block.handler.label
    labels = (Label(side + 6, frame.height / 2 + 18, label, state),) if label else ()
    right = max(side + max(handler.width - handler.axis, LANE / 2), side + 6 + width(label, LABEL))
    leave: State = "taken" if "taken" in (block.leave, after) else block.leave
    whole = Sheet(right, meet, axis, frame.enter, leave, wires=wires, labels=labels)
    return together([frame, handler.moved(side - handler.axis, top)], whole)
