"""What a flow is made of when it is drawn: cards, one under the other, side by side, in loops and in frames.

The blocks are coloured before they are placed: `layout` gives them a place and changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

State = Literal["idle", "skipped", "taken", "failed", "running"]
"""`idle` in the picture of a flow that is not run; `skipped` is what was not taken, or not yet."""
Form = Literal["action", "function", "decision", "dot", "place"]
"""Of a place the whole name is shown, on as many lines as it takes."""


@dataclass(frozen=True, slots=True)
class Card:
    """One step."""

    id: str
    title: str
    form: Form = "action"
    state: State = "idle"
    note: str = ""
    """The second line: `412 ms · cold`."""
    count: int = 1
    """How often it ran."""
    tip: tuple[str, ...] = ()
    """Lines for a mouse that rests on it."""
    detail: str = ""
    """All that is known of it, as JSON."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A step by itself."""

    card: Card


@dataclass(frozen=True, slots=True)
class Stack:
    """One after the other; none is a straight line."""

    parts: tuple["Block", ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """One of the ways from a fork to where they meet again."""

    body: "Block"
    state: State = "idle"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Fork:
    """Ways side by side, after a step that decides or all at once."""

    head: "Block | None"
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """A body that is run again from its end."""

    body: "Block"
    again: State = "idle"
    label: str = ""
    """How often, on the way back: `3 times`."""


@dataclass(frozen=True, slots=True)
class While:
    """A test, and a body that is run as long as it holds."""

    test: "Block"
    body: Way
    leave: Way
    """Its body is empty."""
    label: str = ""
    """How often, on the way back."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Blocks in a frame with a title: branches that run at once, or what a handler watches."""

    title: str
    cells: tuple["Block", ...]
    state: State = "idle"
    note: str = ""
    pile: bool = False
    """True where it stands for many of its kind: drawn as the first of a pile."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A frame, and the way that is taken from it where something in it fails."""

    frame: Frame
    handler: Way
    leave: State = "idle"
    """Of the way from the frame's end."""


Block = Leaf | Stack | Fork | Loop | While | Frame | Guard


def within(block: Block) -> tuple[Block, ...]:
    """What lies directly in a block, in order."""
    inner: tuple[Block | None, ...] = ()
    match block:
        case Stack():
            inner = block.parts
        case Fork():
            inner = (block.head, *(way.body for way in block.ways))
        case Loop():
            inner = (block.body,)
        case While():
            inner = (block.test, block.body.body)
        case Frame():
            inner = block.cells
        case Guard():
            inner = (block.frame, block.handler.body)
    return tuple(one for one in inner if one is not None)


def cards(block: Block) -> Iterator[Card]:
    """Every card of a block, in order."""
    if isinstance(block, Leaf):
        yield block.card
    for inner in within(block):
        yield from cards(inner)
