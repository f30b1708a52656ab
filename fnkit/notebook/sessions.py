"""How sessions look: the picture of the path, where the time went, and every step in a table."""

import json
import time
from collections.abc import Sequence

from fnkit.compose import cards
from fnkit.compose.flow import Flow
from fnkit.compose.runs import Run
from fnkit.compose.session import Session
from fnkit.core.entities import Json
from fnkit.notebook.calls import start
from fnkit.notebook.markup import Html, View, block, card, code, details, grid, pill, text, title
from fnkit.pictures import svg
from fnkit.pictures.picture import Picture
from fnkit.pictures.svg import image

TONES = {"done": "good", "failed": "bad", "running": "quiet"}
WIDE, BESIDE = 760.0, 400.0
"""Pixels of a page, and of what a click opens beside a picture."""
SCHEME = (
    '<style>body[data-jp-theme-light="true"] .fnkit-drawn{color-scheme:light}'
    'body[data-jp-theme-light="false"] .fnkit-drawn,body.vscode-dark .fnkit-drawn{color-scheme:dark}</style>'
)
"""A picture follows the page's theme, not the screen's."""
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


def flow(flow: Flow) -> View:
    """A flow as it is written."""
    return View(str(flow), drawn(flow.picture()), "flow", flow.to_json())


def picture(picture: Picture) -> View:
    """A picture by itself."""
    return View(str(picture), drawn(picture), "picture", {"about": str(picture)})


def drawn(picture: Picture, alive: bool = True) -> Html:
    """The picture, with a layer on it that answers to the mouse where the page allows it.

    A page that is not trusted drops the layer: the same picture stands still. The layer is of a light scheme
    whatever the page's is: a document of another scheme than what holds it is not transparent.
    """
    scene, about = picture.scene, text(str(picture))
    beside = min(BESIDE, max(0.0, WIDE - scene.width)) if alive and scene.spots else 0.0
    beside = beside if beside > BESIDE / 2 else 0.0
    full = scene.width + beside
    layer = ""
    if alive and scene.spots:
        source = image(svg.overlay(scene, beside))
        layer = (
            f'<object type="image/svg+xml" data="{source}" '
            'style="position:absolute;left:0;top:0;width:100%;height:100%;color-scheme:light"></object>'
        )
    still = (
        f'<img src="{image(picture.still)}" alt="{about}" class="fnkit-drawn" width="{scene.width:.0f}" '
        f'style="display:block;width:{100 * scene.width / full:.3f}%;height:auto">'
    )
    return Html(f'{SCHEME}<div style="position:relative;width:{full:.0f}px;max-width:100%">{still}{layer}</div>')


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
