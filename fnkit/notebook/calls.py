"""How calls look: one with its answer and where its time went, several on one scale, a list of activations."""

import time
from collections.abc import Sequence

from fnkit.core.entities import Json, Split
from fnkit.delivery.invocation import Invocation
from fnkit.notebook.markup import Html, View, block, card, code, details, grid, pill, text, title, value
from fnkit.pictures import timeline
from fnkit.pictures.svg import image
from fnkit.whisk.activations import Summary

TONES = {"success": "good", "pending": "quiet", "running": "quiet", "pending or running": "quiet"}
COLD = "cold"
"""Also of instances that were prepared before the call: their init code had to run."""

WAYS = {
    COLD: "a new instance",
    "forked": "one made of a process that was ready",
    "prewarmed": "one made before the call",
    "warm": "one used again",
}
"""How an instance may begin, in words."""


def one(call: Invocation) -> View:
    """A call: id, status, the picture of its time, result, logs; of a failed one the user's own traceback."""
    began, took = beginning(call), timeline.line(call.split)
    said = [f"{call.action} {call.id}: {call.status}", began, took]
    body: list[str] = [title(call.action, status(call.status), code(call.id))]
    if took:
        body += [_bars([(start(began), bar(call.split), took)]), legend(began)]
    if failure := call.failure:
        body.append(block("\n".join(part for part in (failure.found, failure.advice) if part)))
    elif call.activation is not None:
        body.append(details("result", value(call.result), opened=True))
    if call.logs:
        body.append(details(f"{len(call.logs)} log lines", block("\n".join(call.logs))))
    return View(", ".join(part for part in said if part), card(*body), "invocation", facts(call))


def side_by_side(*calls: Invocation | Summary, names: Sequence[str] = ()) -> View:
    """Several calls under each other on one scale, so that cold and warm can be compared by eye.

    A call is an Invocation, or a line of a list of activations. `names` stand beside the bars in place of the ids.
    Raises ValueError where there are not as many.
    """
    full = timeline.longest(map(spent, calls))
    named = list(zip(names or [call.id[:8] for call in calls], calls, strict=True))
    rows = [
        (name, start(beginning(call)), bar(spent(call), full), timeline.line(spent(call))) for name, call in named
    ]
    said = [f"{name}: {beginning(call)}, {timeline.line(spent(call))}" for name, call in named]
    explained = legend(*map(beginning, calls))
    return View("\n".join(said), card(_bars(rows), explained), "calls", [facts(call) for call in calls])


def several(summaries: Sequence[Summary]) -> View:
    """A list of activations, the newest first."""
    full = timeline.longest(map(spent, summaries))
    rows = [
        (
            time.strftime("%H:%M:%S", time.localtime(one.start / 1000)),
            one.name,
            status(one.status or "fired"),
            start(beginning(one)) if one.duration is not None else "",
            bar(spent(one), full, 180),
            f"{one.duration:,} ms" if one.duration is not None else "",
            code(one.id),
        )
        for one in summaries
    ]
    head = ("at", "action", "status", "start", "time", "", "activation")
    data = [{"id": one.id, "name": one.name, "status": one.status, "duration": one.duration} for one in summaries]
    explained = legend(*(beginning(one) for one in summaries if one.duration is not None))
    return View(f"{len(summaries)} activations", card(grid(head, rows), explained), "activations", data)


def spent(call: Invocation | Summary) -> Split:
    """Where the time of a call went; a line of a list has wait, init and duration."""
    if isinstance(call, Invocation):
        return call.split
    if call.duration is None:
        return Split()
    return Split(call.wait_time, call.init_time, call.duration - (call.init_time or 0))


def beginning(call: Invocation | Summary) -> str:
    """How its instance began: what the platform says, else what an init time says; empty until it is known."""
    if isinstance(call, Invocation) and (call.began or not call.done):
        return call.began or ""
    return "warm" if spent(call).init is None else COLD


def start(began: str) -> Html:
    """`cold` on blue, `warm` on orange."""
    return pill(began, "warm" if began == "warm" else "cold") if began else Html("")


def status(word: str) -> Html:
    """The status on green, red or grey."""
    return pill(word, TONES.get(word, "bad"))


def bar(split: Split, full: int | None = None, width: int = timeline.WIDTH) -> Html:
    """The bar as an image; its text says the same."""
    said = text(timeline.line(split))
    source = image(timeline.bar(split, full))
    return Html(f'<img src="{source}" alt="{said}" title="{said}" width="{width}" height="{timeline.HEIGHT}">')


def legend(*began: str) -> Html:
    """What the colours mean, and the ways in which the instances of the calls began."""
    meaning = {"wait": "for an instance", "init": "init code, on a cold start", "run": "your function"}
    marks = [f'<span style="color:{timeline.colour(name)}">■</span> {name}: {meaning[name]}' for name in meaning]
    ways = [f"{start(way)} {words}" for way, words in WAYS.items() if way in began]
    said = " &nbsp; ".join((*marks, *ways))
    return Html(f'<div style="font-size:11px;opacity:.8;margin:2px 0 6px">{said}</div>')


def facts(call: Invocation | Summary) -> Json:
    """A call for programs."""
    split = spent(call)
    told: dict[str, Json] = {"id": call.id, "status": call.status, "began": beginning(call)}
    told |= {"wait": split.wait, "init": split.init, "run": split.run}
    return told | ({"action": call.action, "result": call.result} if isinstance(call, Invocation) else {})


def _bars(rows: Sequence[Sequence[object]]) -> Html:
    cell = "padding:3px 12px 3px 0;text-align:left;border:none;background:none;white-space:nowrap"
    body = "".join(
        '<tr style="background:none">'
        + "".join(f'<td style="{cell}">{text(found)}</td>' for found in row)
        + "</tr>"
        for row in rows
    )
    return Html(f'<table style="border-collapse:collapse;border:none;margin:2px 0"><tbody>{body}</tbody></table>')
