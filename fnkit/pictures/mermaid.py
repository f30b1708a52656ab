"""A flow as Mermaid text: for documents whose readers draw it themselves."""

import re
from dataclasses import dataclass, field

from fnkit.pictures.blocks import Block, Card, Fork, Frame, Guard, Leaf, Loop, Stack, Way, While
from fnkit.pictures.palette import COLOURS

_CARD = re.compile(r"  (n\d+)[\[({]")
STATES = ("taken", "failed", "running", "skipped")


def text(block: Block) -> str:
    """`flowchart TD` with the block's cards, frames and ways."""
    writer = Writer()
    writer.block(block, [])
    styles = [
        f"  classDef {state} fill:{COLOURS[f'{state}.fill'].light},stroke:{COLOURS[f'{state}.line'].light},"
        f"color:{COLOURS[f'{state}.ink'].light}"
        for state in STATES
        if any(line.endswith(f":::{state}") for line in writer.lines)
    ]
    return "\n".join(["flowchart TD", *writer.lines, *styles]) + "\n"


Ends = list[tuple[str, str]]
"""Where lines begin that lead to the next card: a card and what stands at the line."""


@dataclass(slots=True)
class Writer:
    """Writes blocks, one line per card and per line."""

    lines: list[str] = field(default_factory=list)
    count: int = 0

    def block(self, block: Block, ends: Ends) -> Ends:
        """Write a block that follows `ends`; gives its own ends."""
        match block:
            case Leaf():
                ends = self._card(block.card, ends)
            case Stack():
                for part in block.parts:
                    ends = self.block(part, ends)
            case Fork():
                head = self.block(block.head, ends) if block.head else ends
                ends = [end for way in block.ways for end in self._way(way, head)]
            case Loop():
                ends = self._loop(block, ends)
            case While():
                test = self.block(block.test, ends)
                for end, label in self._way(block.body, test):
                    self._line(end, test[0][0], label or block.label)
                ends = [(end, block.leave.label) for end, _ in test]
            case Frame():
                ends = self._frame(block, ends)
            case Guard():
                inner = self._frame(block.frame, ends)
                ends = inner + self._way(block.handler, inner)
        return ends

    def _card(self, card: Card, ends: Ends) -> Ends:
        name = self._name()
        said = _quoted(" · ".join(part for part in (card.title, card.note) if part))
        opening, closing = {"decision": ("{{", "}}"), "dot": ("((", "))"), "function": ("([", "])")}.get(
            card.form, ("[", "]")
        )
        if card.form == "dot":
            said = '" "'
        state = "" if card.state == "idle" else f":::{card.state}"
        self.lines.append(f"  {name}{opening}{said}{closing}{state}")
        for end, label in ends:
            self._line(end, name, label)
        return [(name, "")]

    def _way(self, way: Way, ends: Ends) -> Ends:
        labelled = [(end, way.label or label) for end, label in ends]
        return self.block(way.body, labelled)

    def _loop(self, loop: Loop, ends: Ends) -> Ends:
        before = len(self.lines)
        ends = self.block(loop.body, ends)
        first = next((found[1] for line in self.lines[before:] if (found := _CARD.match(line))), "")
        for end, _ in ends:
            self._line(end, first, loop.label)
        return ends

    def _frame(self, frame: Frame, ends: Ends) -> Ends:
        self.count += 1
        said = _quoted(" · ".join(part for part in (frame.title, frame.note) if part))
        self.lines.append(f"  subgraph s{self.count}[{said}]")
        left = [end for cell in frame.cells for end in self.block(cell, ends)]
        self.lines.append("  end")
        return left

    def _line(self, start: str, end: str, label: str) -> None:
        said = f"|{_quoted(label)}|" if label else ""
        self.lines.append(f"  {start} -->{said} {end}")

    def _name(self) -> str:
        self.count += 1
        return f"n{self.count}"


def _quoted(said: str) -> str:
    """In quotes and in one line, with what Mermaid or a page would read as a sign of its own spelt out."""
    spelt = "".join(f"#{ord(sign)};" if sign in '"#<>&`' else sign for sign in " ".join(said.split()))
    return f'"{spelt}"'
