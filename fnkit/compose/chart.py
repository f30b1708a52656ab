"""A flow as blocks that can be drawn, coloured by what a session says of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from fnkit.compose import cards
from fnkit.compose.facts import Facts
from fnkit.compose.nodes import Node
from fnkit.compose.runs import Run
from fnkit.pictures.blocks import Block, Card, Fork, Form, Frame, Guard, Leaf, Loop, Stack, State, Way, While
from fnkit.pictures.layout import ROW


@dataclass(frozen=True, slots=True)
class Chart:
    """Makes blocks of nodes."""

    facts: Facts | None = None
    """None for a flow that is not run."""

    def block(self, node: Node, place: str) -> Block:
        """The node with this id, and all that lies within it."""
        return _BLOCKS.get(node.type, Chart.stack)(self, node, place)

    def state(self, place: str) -> State:
        """How the node looks."""
        return self.facts.state(place) if self.facts else "idle"

    def stack(self, node: Node, place: str) -> Block:
        """Its components, or its parts, one under the other."""
        return Stack(tuple(self.block(one, f"{place}.{word}") for word, one in node.children))

    def leaf(self, node: Node, place: str, form: Form | None = None) -> Block:
        """A step."""
        form = form or ("action" if node.type == "action" else "function")
        runs = self.facts.of(place).runs if self.facts else []
        if len(runs) == 1 and runs[0].runs and form == "action":
            return frame(runs[0])
        state = self.state(place)
        made = cards.card(place, _title(node), form, state, runs)
        if self.facts and not any(one.error and not one.refused for one in runs[-1:]):
            fact = self.facts.of(place)
            made = _counted(made, len(runs) or fact.entered, fact.error)
        return Leaf(made)

    def test(self, node: Node, place: str, owner: str) -> Block:
        """A condition: a step that decides, or steps and a point at which it is decided."""
        if node.type in ("action", "function", "literal"):
            return self.leaf(node, place, "decision")
        decided = self.state(owner)
        point = Leaf(cards.card(f"{owner}?", "?", "decision", decided, []))
        return Stack((self.block(node, place), point))

    def way(self, body: Block, counted: int, label: str) -> Way:
        """A way that was taken `counted` times."""
        state: State = "idle" if self.facts is None else "taken" if counted else "skipped"
        return Way(body, state, label)

    def choice(self, node: Node, place: str) -> Block:
        """An if."""
        yes, no = self._answers(place)
        other = node.parts.get("alternate")
        return Fork(
            self.test(node.parts["test"], f"{place}.test", place),
            (
                self.way(self.block(node.parts["consequent"], f"{place}.consequent"), yes, "yes"),
                self.way(self.block(other, f"{place}.alternate") if other else Stack(), no, "no"),
            ),
        )

    def loop(self, node: Node, place: str) -> Block:
        """A while."""
        yes, no = self._answers(place)
        return While(
            self.test(node.parts["test"], f"{place}.test", place),
            self.way(self.block(node.parts["body"], f"{place}.body"), yes, "yes"),
            self.way(Stack(), no, "no"),
            _times(yes),
        )

    def until(self, node: Node, place: str) -> Block:
        """A dowhile."""
        yes, _ = self._answers(place)
        body = self.block(node.parts["body"], f"{place}.body")
        test = self.test(node.parts["test"], f"{place}.test", place)
        return Loop(Stack((body, test)), self.way(body, yes, "").state, _times(yes))

    def repeat(self, node: Node, place: str) -> Block:
        """A repeat."""
        count = node.values["count"]
        done = self.facts.of(f"{place}.0").entered if self.facts else 0
        again = self.way(Stack(), done > 1, "").state
        return Loop(self.stack(node, place), again, f"{done} of {count}" if self.facts else f"{count} times")

    def retry(self, node: Node, place: str) -> Block:
        """A retry."""
        yes, _ = self._answers(place)
        most = node.values["count"]
        label = f"{yes} of {most} retries" if yes else f"up to {most} retries"
        return Loop(self.stack(node, place), self.way(Stack(), yes, "").state, label)

    def guard(self, node: Node, place: str) -> Block:
        """A try."""
        body, handler = f"{place}.body", f"{place}.handler"
        watched = Frame("try", (self.block(node.parts["body"], body),), self.state(body))
        caught = self.facts.of(handler).entered if self.facts else 0
        state: State = "idle" if self.facts is None else "taken" if self.state(body) == "taken" else "skipped"
        return Guard(watched, self.way(self.block(node.parts["handler"], handler), caught, "on error"), state)

    def ensure(self, node: Node, place: str) -> Block:
        """A finally: its last part is reached either way."""
        body = f"{place}.body"
        watched = Frame("finally", (self.block(node.parts["body"], body),), self.state(body))
        return Stack((watched, self.block(node.parts["finalizer"], f"{place}.finalizer")))

    def parallel(self, node: Node, place: str) -> Block:
        """Branches at once: with lines of their own where they are few, else in a frame."""
        branches = tuple(self.block(one, f"{place}.{word}") for word, one in node.children)
        state = self.state(place)
        if len(branches) <= ROW:
            way: State = state if state in ("idle", "skipped") else "taken"
            return Fork(None, tuple(Way(branch, way) for branch in branches))
        return Frame("parallel", branches, state, self._branches(place, len(branches), "branches"))

    def each(self, node: Node, place: str) -> Block:
        """A map: one body for all items."""
        fact = self.facts.of(f"{place}.0") if self.facts else None
        items = max(fact.entered, len(fact.runs)) if fact else 0
        told = self._branches(place, items, "items") if items else "for each item"
        return Frame("map", (self.stack(node, place),), self.state(place), told, pile=True)

    def aside(self, node: Node, place: str) -> Block:
        """An async."""
        return Frame("async", (self.stack(node, place),), self.state(place), "nobody waits for it")

    def _answers(self, place: str) -> tuple[int, int]:
        fact = self.facts.of(place) if self.facts else None
        return (fact.yes, fact.no) if fact else (0, 0)

    def _branches(self, place: str, count: int, noun: str) -> str:
        """`20 branches · 19 done · 1 failed`."""
        told = [f"{count:,} {noun}"]
        if self.facts is not None:
            facts = [fact for at, fact in self.facts.by_node.items() if at.startswith(f"{place}.")]
            runs = [run for fact in facts for run in fact.runs]
            for ending in ("done", "failed", "running"):
                if among := sum(run.state == ending for run in runs):
                    told.append(f"{among:,} {ending}")
        return " · ".join(told)


_BLOCKS: Mapping[str, Callable[[Chart, Node, str], Block]] = {
    **dict.fromkeys(("action", "function", "literal", "dynamic"), Chart.leaf),
    **dict.fromkeys(("if", "if_nosave"), Chart.choice),
    **dict.fromkeys(("while", "while_nosave"), Chart.loop),
    **dict.fromkeys(("dowhile", "dowhile_nosave"), Chart.until),
    "repeat": Chart.repeat,
    "retry": Chart.retry,
    "try": Chart.guard,
    "finally": Chart.ensure,
    "parallel": Chart.parallel,
    "map": Chart.each,
    "async": Chart.aside,
}


LOOKS: Mapping[str, State] = {"running": "running", "failed": "failed", "done": "taken"}
"""How the states of an activation look."""


def frame(run: Run) -> Frame:
    """A sequence or a composition within another, by what it ran."""
    state = LOOKS[run.state]
    return Frame(run.action, (chain(run.runs),), state, cards.note(state, [run]))


def chain(runs: tuple[Run, ...], rest: tuple[str, ...] = ()) -> Stack:
    """What ran, one after the other, where nobody says how it was meant; `rest` was not reached."""
    parts: list[Block] = []
    steps = [run for run in runs if not run.own]
    for (name, held), same in groupby(steps, key=lambda one: (one.action, bool(one.runs))):
        several = tuple(same)
        if held:
            parts += map(frame, several)
            continue
        state = LOOKS[several[-1].state]
        parts.append(Leaf(cards.card(several[0].id, name, "action", state, several)))
    parts += [Leaf(cards.card(name, name, "action", "skipped", ())) for name in rest]
    return Stack(tuple(parts))


_NAMED = re.compile(r"^0[.\w]* \(.*?\): ", re.DOTALL)
"""The node's name, with which a conductor's errors begin."""


def _title(node: Node) -> str:
    if node.type == "action":
        return str(node.values["name"]).removeprefix("/_/")  # a card shortens it as it fits
    text = node.label
    if node.type == "literal":
        return cards.shortened(node.values["value"], 40)
    head, colon, body = text.partition(":")
    return body.strip() if colon and head.startswith("lambda") else text


def _times(count: int) -> str:
    return "" if not count else "once" if count == 1 else f"{count} times"


def _counted(card: Card, count: int, error: object) -> Card:
    """The card of a step whose error is in no record of its own: an inline function, an answer that is none."""
    said = replace(card, count=count)
    if card.state != "failed" or error is None:
        return said
    text = error if isinstance(error, str) else cards.shortened(error)
    text = _NAMED.sub("", text, count=1)
    return replace(said, note=text, tip=(*card.tip, f"error: {text}"))
