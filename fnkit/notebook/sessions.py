"""How sessions look: the picture of the path, where the time went, and every step in a table."""

import json
import time
from collections.abc import Sequence

from fnkit.compose import cards
from fnkit.compose.runs import Run
from fnkit.compose.session import Session
from fnkit.core.entities import Json
from fnkit.notebook.calls import start
from fnkit.notebook.markup import Html, View, block, card, code, details, grid, pill, text, title
from fnkit.pictures.picture import Picture
from fnkit.pictures.svg import image

TONES = {"done": "good", "failed": "bad", "running": "quiet"}
MOST = 200
"""Steps of a table; the rest is counted."""


def one(session: Session) -> View:
    """A session: its path as a picture, its times behind a triangle, its steps in a table."""
    told = (
        f"{len(session.steps):,} steps · {session.duration:,} ms · {session.cold} cold · {session.cost:.3f} GB s"
    )
    body = [
        title(session.name or "session", state(session.state), code(session.id), text(told)),
        drawn(session.flow(), alive=session.done),
        details("Where the time went", drawn(session.timeline(), alive=session.done)),
        _table(session),
    ]
    return View(str(session), card(*body), "session", facts(session))


def several(sessions: Sequence[Session]) -> View:
    """A list of sessions, the newest first."""
    head = ("started", "flow", "state", "duration", "steps", "cold", "GB s", "session")
    rows = [
        (
            time.strftime("%H:%M:%S", time.localtime(one.started / 1000)),
            one.name,
            state(one.state),
            f"{one.duration:,} ms",
            f"{len(one.steps):,}",
            one.cold,
            f"{one.cost:.3f}",
            code(one.id),
        )
        for one in sessions
    ]
    data = [facts(one) for one in sessions]
    return View("\n".join(map(str, sessions)), card(grid(head, rows)), "sessions", data)


def picture(picture: Picture) -> View:
    """A picture by itself."""
    return View(str(picture), drawn(picture), "picture", {"about": str(picture)})


def drawn(picture: Picture, alive: bool = True) -> Html:
    """The picture, which answers to the mouse where the page allows it; everywhere else it stands still.

    A page that is not trusted drops the object and keeps the image in it.
    """
    scene, about = picture.scene, text(str(picture))
    size = f'width="{scene.width:.0f}" height="{scene.height:.0f}"'
    still = f'<img src="{image(picture.still)}" alt="{about}" {size} style="max-width:100%;height:auto">'
    if not alive or not scene.spots:
        return Html(f'<div style="overflow-x:auto">{still}</div>')
    source = f'type="image/svg+xml" data="{image(picture.svg)}" {size} style="max-width:100%;height:auto"'
    return Html(f'<div style="overflow-x:auto"><object {source}>{still}</object></div>')


def state(word: str) -> Html:
    """The state on green, red or grey."""
    return pill(word, TONES[word])


def facts(session: Session) -> Json:
    """A session for programs."""
    return {
        "id": session.id,
        "flow": session.name,
        "state": session.state,
        "started": session.started,
        "duration": session.duration,
        "steps": len(session.steps),
        "cold": session.cold,
        "cost": session.cost,
    }


def _table(session: Session) -> Html:
    """Every step with what it answered; all that is known of it behind a triangle."""
    steps = session.steps
    rows = [_row(number, run) for number, run in enumerate(steps[:MOST], 1)]
    more = Html(f"<div>… and {len(steps) - MOST:,} more</div>") if len(steps) > MOST else Html("")
    return Html(grid(("", "step", "state", "start", "time", "GB s", "output"), rows) + more)


def _row(number: int, run: Run) -> tuple[object, ...]:
    said = run.error or cards.shortened(run.output, 60) if run.record or run.refused else ""
    known = json.dumps(cards.facts(run), indent=1, ensure_ascii=False)
    took = cards.span(cards.taken(run)) if run.record else ""
    output = details(said, block(known)) if run.record or run.refused else ""
    cost = f"{run.cost:.3f}" if run.record else ""
    return number, run.action, state(run.state), start(run.began or ""), took, cost, output
