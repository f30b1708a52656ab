"""Where everything in the picture of a flow stands: layer under layer, from the top to the bottom.

A flow is nested, so its layout is: each block is placed by itself, around an axis on which it is entered at the
top and left at the bottom, and then moved as a whole. Nothing can overlap, and no two lines have to cross.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fnkit.pictures import ways
from fnkit.pictures.blocks import Block, Fork, Frame, Guard, Leaf, Loop, Stack, Way, While, cards
from fnkit.pictures.lettering import width
from fnkit.pictures.scene import Point
from fnkit.pictures.sheet import GAP, NARROWEST, NOTE, Pane, Sheet, Wire, leaf, passed, stacked

PAD, HEAD = 16.0, 32.0
"""Pixels within a frame, and of its title."""
BROAD, TALL = 1000.0, 1150.0
"""Pixels at which branches in a frame begin a new row, and the whole a new column."""
ROW = 4
"""So many branches stand side by side with lines of their own; more stand in a frame."""
ALLEY = 56.0
"""Pixels between columns."""


def place(block: Block) -> Sheet:
    """A block in its place; what is very tall stands in columns."""
    placer = Placer(_usual(block))
    whole = placer.place(block)
    if whole.height <= TALL or not isinstance(block, Stack):
        return whole
    return _columns([placer.place(part) for part in block.parts])


@dataclass(frozen=True, slots=True)
class Placer:
    """Places blocks whose cards are `narrowest` wide at least."""

    narrowest: float

    def place(self, block: Block) -> Sheet:
        """A block in its place."""
        match block:
            case Leaf():
                return leaf(block.card, self.narrowest)
            case Stack():
                placed = stacked([self.place(part) for part in block.parts])
            case Fork():
                head = self.place(block.head) if block.head else Sheet(0, 0, 0)
                placed = ways.fork(head, [self._way(way) for way in block.ways])
            case Loop():
                placed = ways.loop(self.place(block.body), block.again, block.label)
            case While():
                placed = ways.repeated(self.place(block.test), self._way(block.body), block.leave, block.label)
            case Frame():
                placed = self._frame(block)
            case Guard():
                placed = ways.guarded(self._frame(block.frame), self._way(block.handler), block.leave)
        return placed

    def _way(self, way: Way) -> ways.Placed:
        return way, self.place(way.body)

    def _frame(self, block: Frame) -> Sheet:
        rows = _rows([self.place(cell) for cell in block.cells])
        inner = max((_across(row) for row in rows), default=0.0)
        said = width(block.title, NOTE) + width(block.note, NOTE) + 3 * PAD
        wide, y = max(inner + 2 * PAD, said, NARROWEST), HEAD
        moved: list[Sheet] = []
        for row in rows:
            x = (wide - inner) / 2
            for cell in row:
                moved.append(cell.moved(x, y))
                x += cell.width + ways.ACROSS
            y += max(cell.height for cell in row) + PAD
        pane = Pane(block, 0, 0, wide, y)
        return Sheet(wide, y, wide / 2, *passed(block.state), True, panes=(pane,)).holding(moved)


def _usual(block: Block) -> float:
    """The width of the widest card but for those that are much wider than most: the others are drawn as wide."""
    wide = sorted(leaf(card).width for card in cards(block) if card.form != "dot")
    return max((one for one in wide if one <= 1.3 * wide[len(wide) // 2]), default=NARROWEST)


def _columns(parts: Sequence[Sheet]) -> Sheet:
    """The parts of a tall stack in columns of about one height, with lines from each to the next."""
    total = sum(part.height + GAP for part in parts)
    high = total / -(-total // TALL)
    columns: list[Sheet] = []
    held: list[Sheet] = []
    for part in parts:
        if held and stacked([*held, part]).height > high + part.height / 2 and len(held) > 1:
            columns.append(stacked(held))
            held = []
        held.append(part)
    columns.append(stacked(held))
    return _beside(columns)


def _beside(columns: Sequence[Sheet]) -> Sheet:
    x, top = 0.0, 2 * GAP
    moved: list[Sheet] = []
    wires: list[Wire] = []
    end: Point | None = None
    for column in columns:
        axis = x + column.axis
        if end is not None:
            alley, foot = x - ALLEY / 2, end[1] + GAP / 2
            points = (end, (end[0], foot), (alley, foot), (alley, top / 2), (axis, top / 2), (axis, top))
            wires.append(Wire(points, column.enter, column.solid, "turn"))
        moved.append(column.moved(x, top if end else 0))
        end = (axis, (top if len(moved) > 1 else 0) + column.height)
        x += column.width + ALLEY
    high = max(top + column.height for column in columns) + GAP / 2
    first, last = columns[0], columns[-1]
    whole = Sheet(x - ALLEY, high, first.axis, first.enter, last.leave, first.solid, wires=tuple(wires))
    return whole.holding(moved)


def _rows(cells: Sequence[Sheet]) -> list[Sequence[Sheet]]:
    """The cells in rows of one length, as few as fit."""
    if not cells:
        return []
    widest = max(cell.width for cell in cells) + ways.ACROSS
    most = max(1, int((BROAD + ways.ACROSS) // widest))
    count = -(-len(cells) // most)
    each = -(-len(cells) // count)
    return [cells[start : start + each] for start in range(0, len(cells), each)]


def _across(row: Sequence[Sheet]) -> float:
    return sum(cell.width for cell in row) + ways.ACROSS * (len(row) - 1)
