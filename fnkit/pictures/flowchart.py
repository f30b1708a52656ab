"""The picture of a flow: a laid out sheet as shapes."""

from collections.abc import Iterable

from fnkit.pictures import layout, sheet
from fnkit.pictures.blocks import Block, State
from fnkit.pictures.lettering import width
from fnkit.pictures.scene import Path, Point, Rect, Scene, Shape, Spot, Text
from fnkit.pictures.sheet import Box, Label, Pane, Wire

MARGIN = 20.0
CORNER, BEND = 8.0, 9.0
THICK = {"taken": 2.0, "failed": 2.0, "running": 2.0}
ORDER = ("skipped", "idle", "running", "taken", "failed")
"""What is drawn later lies on top."""


def scene(block: Block, about: str = "") -> Scene:
    """The picture of a block and all that is in it."""
    placed = layout.place(block).moved(MARGIN, MARGIN)
    shapes: list[Shape] = []
    for pane in placed.panes:
        shapes += _pane(pane)
    for wire in sorted(placed.wires, key=lambda one: ORDER.index(one.state)):
        shapes += _wire(wire)
    for label in placed.labels:
        shapes += _label(label)
    for box in placed.boxes:
        shapes += _box(box)
    spots = tuple(_spot(box) for box in placed.boxes if box.card.tip)
    return Scene(placed.width + 2 * MARGIN, placed.height + 2 * MARGIN, tuple(shapes), spots, about)


def _box(box: Box) -> Iterable[Shape]:
    card, middle = box.card, box.y + box.height / 2
    line, fill = f"{card.state}.line", f"{card.state}.fill"
    thick, moving = THICK.get(card.state, 1.2), card.state == "running"
    if card.form == "dot":
        yield Rect(box.x, box.y, box.width, box.height, line, None, box.width / 2)
        return
    if card.form == "decision":
        yield Path(_lozenge(box), line, fill, 4, thick, True, moving=moving)
    else:
        yield Rect(box.x, box.y, box.width, box.height, fill, line, CORNER, thick, moving=moving)
    inner = sheet.SLANT if card.form == "decision" else 0.0
    x = box.x + 11 + inner / 2
    yield from _sign(card.state, card.form, x + 5, middle)
    titles, notes = sheet.written(box)
    y = middle + 4.5 - (sheet.LINE * (len(titles) + len(notes) - 1) - bool(notes)) / 2
    for title in titles:
        yield Text(x + 17, y, title, f"{card.state}.ink", sheet.TITLE)
        y += sheet.LINE
    for note in notes:
        yield Text(x + 17, y, note, "skipped.ink" if card.state == "skipped" else "faint", sheet.NOTE)
        y += sheet.LINE
    if card.count > 1:
        yield from _badge(f"×{card.count:,}", box.x + box.width, box.y, card.state)


def _lozenge(box: Box) -> tuple[Point, ...]:
    left, right, top, foot = box.x, box.x + box.width, box.y, box.y + box.height
    middle, slant = box.y + box.height / 2, sheet.SLANT
    return (
        (left + slant, top),
        (right - slant, top),
        (right, middle),
        (right - slant, foot),
        (left + slant, foot),
        (left, middle),
    )


def _sign(state: State, form: str, x: float, y: float) -> Iterable[Shape]:
    """What says the state without a colour: a tick, a cross, a full dot, an empty one."""
    line = f"{state}.line"
    match state:
        case "taken":
            yield Rect(x - 6, y - 6, 12, 12, line, None, 6)
            yield Path(((x - 2.8, y + 0.2), (x - 0.8, y + 2.3), (x + 3, y - 2.2)), "paper", thick=1.5)
        case "failed":
            yield Rect(x - 6, y - 6, 12, 12, line, None, 6)
            yield Path(((x - 2.2, y - 2.2), (x + 2.2, y + 2.2)), "paper", thick=1.5)
            yield Path(((x - 2.2, y + 2.2), (x + 2.2, y - 2.2)), "paper", thick=1.5)
        case "running":
            yield Rect(x - 6, y - 6, 12, 12, None, line, 6, 1.4)
            yield Rect(x - 3, y - 3, 6, 6, line, None, 3)
        case _:
            radius = 2.0 if form == "action" else 5.5
            yield Rect(x - 5.5, y - 5.5, 11, 11, None, line, radius, 1.4)


def _badge(text: str, x: float, y: float, state: State) -> Iterable[Shape]:
    wide = width(text, 10) + 10
    yield Rect(x - wide + 6, y - 8, wide, 16, f"{state}.line", "paper", 8, 1.5)
    yield Text(x - wide / 2 + 6, y + 3.6, text, "paper", 10, "middle")


def _wire(wire: Wire) -> Iterable[Shape]:
    line, thick = f"{wire.state}.line", THICK.get(wire.state, 1.4)
    points = _plain(wire.points)
    if len(points) < 2:
        return
    if wire.arrow:
        (bx, by), (x, y) = points[-2], points[-1]
        right, down = _sign_of(x - bx), _sign_of(y - by)
        tip = (x - right * 1.5, y - down * 1.5)
        base = (tip[0] - right * 8, tip[1] - down * 8)
        points = (*points[:-1], (tip[0] - right * 5, tip[1] - down * 5))
        across = (down * 4.2, right * 4.2)
        one, other = (base[0] + across[0], base[1] + across[1]), (base[0] - across[0], base[1] - across[1])
        yield Path(points, line, radius=BEND, thick=thick, dashed=wire.dashed)
        yield Path((tip, one, other), None, line, closed=True)
    else:
        yield Path(points, line, radius=BEND, thick=thick, dashed=wire.dashed)


def _plain(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Without points that lie on each other or on a straight way."""
    found: list[Point] = []
    for point in points:
        if found and abs(point[0] - found[-1][0]) + abs(point[1] - found[-1][1]) < 0.01:
            continue
        if len(found) > 1 and _straight(found[-2], found[-1], point):
            found.pop()
        found.append(point)
    return tuple(found)


def _straight(one: Point, other: Point, third: Point) -> bool:
    return abs((other[0] - one[0]) * (third[1] - one[1]) - (other[1] - one[1]) * (third[0] - one[0])) < 0.01


def _sign_of(value: float) -> int:
    return (value > 0.01) - (value < -0.01)


def _label(label: Label) -> Iterable[Shape]:
    ink = f"{label.state}.ink"
    if label.anchor == "middle":  # it lies on a line
        wide = width(label.text, sheet.LABEL) + 10
        yield Rect(label.x - wide / 2, label.y - 12.5, wide, 17, "paper", f"{label.state}.line", 8.5)
    yield Text(label.x, label.y, label.text, ink, sheet.LABEL, label.anchor)


def _pane(pane: Pane) -> Iterable[Shape]:
    frame, line = pane.frame, f"{pane.frame.state}.line"
    if frame.pile:
        for off in (8.0, 4.0):
            yield Rect(pane.x + off, pane.y + off, pane.width, pane.height, "paper", line, 10, 1.1)
    yield Rect(pane.x, pane.y, pane.width, pane.height, "paper", line, 10, 1.3, dashed=not frame.pile)
    yield Text(pane.x + layout.PAD, pane.y + 20, frame.title, f"{frame.state}.ink", sheet.NOTE)
    yield Text(pane.x + pane.width - layout.PAD, pane.y + 20, frame.note, "faint", sheet.NOTE, "end")


def _spot(box: Box) -> Spot:
    return Spot(box.x, box.y, box.width, box.height, box.card.tip, box.card.detail)
