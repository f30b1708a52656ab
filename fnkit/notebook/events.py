"""How what is wired looks: the picture from source to destination, and what was fired and failed in a table."""

import json
import time

from fnkit.delivery import drawn
from fnkit.delivery.wired import Row, Wires
from fnkit.delivery.wiring import Wired
from fnkit.notebook import sessions
from fnkit.notebook.markup import View, card, code, grid, pill, text, title

HEAD = (
    "source",
    "trigger",
    "rule",
    "pattern",
    "action",
    "destinations",
    "state",
    "last",
    "fired",
    "pending",
    "failed",
)


def wires(found: Wires) -> View:
    """All that is wired."""
    table = grid(HEAD, [_row(one) for one in found.rows])
    data = [
        {
            "trigger": one.trigger,
            "source": one.source,
            "fired": one.fired,
            "pending": one.pending,
            "failed": one.failed,
        }
        for one in found.wires
    ]
    body = [sessions.drawn(drawn.picture(found)), table] if found.wires else [text(str(found))]
    return View(str(found), card(title("events", text(found.host)), *body), "events", data)


def wired(made: Wired) -> View:
    """One that was wired just now."""
    return View(str(made), card(text(made)), "wired", {"trigger": made.wiring.name, "watched": made.watched})


def _row(row: Row) -> tuple[object, ...]:
    wire, way = row.wire, row.way
    tone = "good" if row.state == "on" else "bad"
    return (
        wire.source,
        wire.trigger,
        way.rule if way else "",
        code(json.dumps(way.pattern)) if way and way.pattern else "",
        way.target if way else "",
        row.places,
        pill(row.state, tone) if len(row.state) < 20 else text(row.state),
        time.strftime("%H:%M:%S", time.localtime(wire.last / 1000)) if wire.last else "",
        *("" if count is None else count for count in (wire.fired, wire.pending, wire.failed)),
    )
