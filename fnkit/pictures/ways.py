"""Where ways part and meet again: forks, loops, and the way to a handler."""

from collections.abc import Sequence
from dataclasses import replace

from fnkit.pictures.blocks import State, Way
from fnkit.pictures.lettering import width
from fnkit.pictures.sheet import GAP, LABEL, Label, Sheet, Wire, after

LANE, ACROSS = 28.0, 26.0
"""Pixels of a lane for a line, and between ways."""
SPLIT, MEET = 40.0, 26.0
"""Pixels in which ways part, and meet."""
ROOM = 26.0
"""Pixels beside the word on a line."""

Placed = tuple[Way, Sheet]
"""A way, and its body in its place."""


def fork(head: Sheet, ways: Sequence[Placed]) -> Sheet:
    """Ways side by side below `head`, which may be nothing."""
    bodies, axis, wide = _side_by_side(ways)
    shift = max(0.0, head.axis - axis)
    axis += shift
    half, top = head.height + SPLIT / 2, head.height + SPLIT
    foot = top + max(body.height for body in bodies)
    wires: list[Wire] = []
    labels: list[Label] = []
    left: list[State] = []
    for (way, body), (x, end) in zip(ways, ((shift + one.axis, top + one.height) for one in bodies), strict=True):
        down = ((axis, head.height), (axis, half), (x, half), (x, top))
        wires.append(Wire(down, way.state, body.solid and body.height > 0))
        left.append(after(way.state, body.leave) if body.height else way.state)
        wires.append(
            Wire(((x, end), (x, foot + MEET / 2), (axis, foot + MEET / 2), (axis, foot + MEET)), left[-1])
        )
        labels += _beside(way, x, x < axis, top)
    right = max(wide + shift, axis + head.width - head.axis, *(_end(label) for label in labels), 0.0)
    whole = Sheet(right, foot + MEET, axis, *_through(head, ways, left), wires=tuple(wires), labels=tuple(labels))
    below = [body.moved(shift, top) for body in bodies]
    return whole.holding([head.moved(axis - head.axis, 0), *below])


def loop(body: Sheet, again: State, label: str) -> Sheet:
    """A body, and the way back from its end on the left."""
    margin = _margin(label)
    top, down, lane = GAP / 4, 1.25 * GAP, margin / 2
    axis, high = margin + body.axis, down + body.height + GAP
    foot = high - GAP / 2
    wires = (
        Wire(((axis, 0), (axis, down)), body.enter, body.solid),
        Wire(((axis, high - GAP), (axis, high)), body.leave),
        Wire(((axis, high - GAP), (axis, foot), (lane, foot), (lane, top), (axis, top)), again, True, "back"),
    )
    labels = (Label(lane, (top + foot) / 2 + 4, label, again, "middle"),) if label else ()
    whole = Sheet(margin + body.width, high, axis, body.enter, body.leave, wires=wires, labels=labels)
    return whole.holding([body.moved(margin, down)])


def repeated(test: Sheet, inner: Placed, leave: Way, label: str) -> Sheet:
    """A test, its body below, the way back on the left, the way out on the right. The test ends with a card."""
    (way, body), last = inner, test.boxes[-1]
    margin, side = _margin(label), last.y + last.height / 2
    axis = margin + max(test.axis, body.axis)
    top = test.height + SPLIT
    foot, lane = top + body.height, margin / 2
    begin = axis - test.axis + last.x
    end = begin + last.width
    word = width(leave.label, LABEL) + 10
    edge = max(axis + max(test.width - test.axis, body.width - body.axis) + LANE / 2, end + word)
    turn, meet = foot + MEET / 2, foot + MEET
    again = after(way.state, body.leave) if body.height else way.state
    wires = (
        Wire(((axis, test.height), (axis, top)), way.state, body.solid and body.height > 0),
        Wire(((axis, foot), (axis, turn), (lane, turn), (lane, side), (begin, side)), again, True, "back"),
        Wire(((end, side), (edge, side), (edge, meet), (axis, meet), (axis, meet + MEET / 2)), leave.state),
    )
    labels = (
        Label(axis + 6, top - 12, way.label, way.state),
        Label(end + 6, side + 13, leave.label, leave.state),
        Label(lane, (side + turn) / 2 + 4, label, again, "middle"),
    )
    said = tuple(one for one in labels if one.text)
    whole = Sheet(
        edge + LANE / 2, meet + MEET / 2, axis, test.enter, leave.state, test.solid, wires=wires, labels=said
    )
    return whole.holding([test.moved(axis - test.axis, 0), body.moved(axis - body.axis, top)])


def guarded(frame: Sheet, handled: Placed, leave: State) -> Sheet:
    """A frame, and the dashed way from its side to a handler on the right."""
    way, body = handled
    axis, half = frame.axis, frame.height / 2
    side = max(frame.width + LANE, axis + LANE + body.axis)
    top = frame.height + GAP
    foot = top + body.height
    meet = foot + MEET
    caught = after(way.state, body.leave) if body.height else way.state
    wires = (
        Wire(((axis, frame.height), (axis, meet)), leave),
        Wire(
            ((frame.width, half), (side, half), (side, top)),
            way.state,
            body.solid and body.height > 0,
            dashed=True,
        ),
        Wire(((side, foot), (side, foot + MEET / 2), (axis, foot + MEET / 2), (axis, meet)), caught),
    )
    label = Label(side + 6, half + 16, way.label, way.state)
    right = max(side + body.width - body.axis, side + LANE / 2, _end(label))
    out: State = "taken" if "taken" in (leave, caught) else leave
    whole = Sheet(right, meet, axis, frame.enter, out, frame.solid, wires=wires, labels=(label,))
    return whole.holding([frame, body.moved(side - body.axis, top)])


def _through(head: Sheet, ways: Sequence[Placed], left: Sequence[State]) -> tuple[State, State, bool]:
    """How a fork is entered, how it is left, and whether it begins with something solid."""
    states = [way.state for way, _ in ways]
    enter = head.enter if head.height else _best(states)
    return enter, _best(left), head.solid


def _best(states: Sequence[State]) -> State:
    return "taken" if "taken" in states else states[0]


def _side_by_side(ways: Sequence[Placed]) -> tuple[list[Sheet], float, float]:
    """The bodies from left to right, with their axes as they are now; the axis between them; the width."""
    placed: list[Sheet] = []
    x = 0.0
    for way, body in ways:
        lane = max(body.width, LANE, 2 * width(way.label, LABEL) + LANE / 2)
        left = x + (lane - body.width) / 2
        placed.append(replace(body.moved(left, 0), axis=left + body.axis))
        x += lane + ACROSS
    full = [body for body in placed if body.height]
    # A single body stays on the axis, and the way past it is a bypass; so does the middle one of several.
    middle = len(placed) // 2
    axis = placed[middle].axis if len(placed) % 2 else (placed[middle - 1].axis + placed[middle].axis) / 2
    return placed, full[0].axis if len(full) == 1 else axis, x - ACROSS


def _beside(way: Way, x: float, left: bool, top: float) -> list[Label]:
    if not way.label:
        return []
    return [Label(x - 6 if left else x + 6, top - 8, way.label, way.state, "end" if left else "start")]


def _end(label: Label) -> float:
    return label.x + width(label.text, LABEL) if label.anchor == "start" else label.x


def _margin(label: str) -> float:
    return max(LANE, width(label, LABEL) + ROOM) if label else LANE
