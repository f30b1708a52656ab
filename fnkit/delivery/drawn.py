"""The picture of what is wired: source → trigger → rule → action → destination."""

import json
from collections.abc import Iterator

from fnkit.delivery.wired import Way, Wire, Wires
from fnkit.pictures import flowchart, mermaid
from fnkit.pictures.blocks import Block, Card, Fork, Form, Frame, Leaf, Stack, State
from fnkit.pictures.blocks import Way as Branch
from fnkit.pictures.picture import Picture


def picture(found: Wires) -> Picture:
    """Each trigger as a column, side by side; what failed is red, what is off is grey."""
    columns = tuple(_column(one) for one in found.wires)
    whole: Block = columns[0] if len(columns) == 1 else Frame(found.host, columns)
    if not columns:
        whole = Stack((Leaf(Card("none", "nothing is wired", "place", "idle")),))
    return Picture(flowchart.scene(whole, f"what is wired at {found.host}"), mermaid.text(whole))


def _column(wire: Wire) -> Block:
    state: State = "taken" if wire.active else "skipped"
    troubled: State = "failed" if wire.reason and wire.watched else state
    head = (
        _card(f"{wire.trigger}.source", wire.source, "place", troubled, wire.reason or wire.watched),
        _card(wire.trigger, wire.trigger, "place", state, " · ".join(("trigger", *_counted(wire)))),
    )
    if not wire.ways:
        return Stack((*head, _card(f"{wire.trigger}.none", "no rule", "place", "failed", "nothing hears it")))
    ways = tuple(Branch(_way(wire, way), "taken" if way.active else "skipped") for way in wire.ways)
    return Stack((*head, ways[0].body if len(ways) == 1 else Fork(None, ways)))


def _way(wire: Wire, way: Way) -> Block:
    state: State = "taken" if way.active and wire.active else "skipped"
    place = f"{wire.trigger}.{way.rule}"
    parts: list[Block] = [_card(place, way.rule, "place", state, "rule" if way.active else "rule, inactive")]
    if way.pattern is not None:
        parts.append(_card(f"{place}.pattern", "pattern", "decision", state, detail=json.dumps(way.pattern)))
    failed: State = "failed" if wire.failed else state
    parts.append(_card(f"{place}.{way.target}", way.target, "place", failed))
    named = {"on success": way.success, "on failure": way.failure, "dead letters": way.dead}
    places = [(word, name) for word, names in named.items() for name in names]
    if places:
        cards = (_card(f"{place}.{word}.{name}", name, "place", state, word) for word, name in places)
        parts.append(Frame("destinations", tuple(cards), state))
    return Stack(tuple(parts))


def _card(id: str, title: str, form: Form, state: State, note: str = "", detail: str = "") -> Leaf:
    return Leaf(Card(id, title, form, state, note, tip=(detail,) if detail else (), detail=detail))


def _counted(wire: Wire) -> Iterator[str]:
    told = [(wire.fired, "fired"), (wire.pending, "pending"), (wire.failed, "failed")]
    return (f"{count} {word}" for count, word in told if count)
