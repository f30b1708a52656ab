"""How calls look: one with its answer and where its time went, several on one scale, a list of activations."""

import time
from collections.abc import Sequence

from fnkit.core.entities import Json
from fnkit.delivery.invocation import Invocation, Split
from fnkit.notebook import timeline
from fnkit.notebook.markup import Html, View, block, card, code, details, grid, pill, text, title, value
from fnkit.whisk.activations import Summary

TONES = {"success": "good", "pending": "quiet", "running": "quiet", "pending or running": "quiet"}
COLD = "cold"
"""Also of instances that were prepared before the call: their init code had to run."""


def one(call: Invocation) -> View:
    """A call: id, status, the picture of its time, result, logs; of a failed one the user's own traceback."""
    began, spent = beginning(call), timeline.line(call.split)
    said = [f"{call.action} {call.id}: {call.status}", began, spent]
    body: list[str] = [title(call.action, status(call.status), code(call.id))]
    if spent:
        body += [_bars([(start(began), bar(call.split), spent)]), legend()]
    if failure := call.failure:
        body.append(block("\n".join(part for part in (failure.found, failure.advice) if part)))
    elif call.activation is not None:
        body.append(details("result", value(call.result), opened=True))
    if call.logs:
        body.append(details(f"{len(call.logs)} log lines", block("\n".join(call.logs))))
    return View(", ".join(part for part in said if part), card(*body), "invocation", facts(call))


def side_by_side(*calls: Invocation, names: Sequence[str] = ()) -> View:
    """Several calls under each other on one scale, so that cold and warm can be compared by eye.

    `names` stand beside the bars in place of the activations' ids. Raises ValueError where there are not as many.
    """
    full = timeline.longest(call.split for call in calls)
    named = list(zip(names or [call.id[:8] for call in calls], calls, strict=True))
    rows = [
        (name, start(beginning(call)), bar(call.split, full), timeline.line(call.split)) for name, call in named
    ]
    said = [f"{name}: {beginning(call)}, {timeline.line(call.split)}" for name, call in named]
    return View("\n".join(said), card(_bars(rows), legend()), "calls", [facts(call) for call in calls])


def several(summaries: Sequence[Summary]) -> View:
    """A list of activations, the newest first."""
    full = timeline.longest(map(split, summaries))
    rows = [
        (
            time.strftime("%H:%M:%S", time.localtime(one.start / 1000)),
            one.name,
            status(one.status or "fired"),
            start(COLD if one.init_time is not None else "warm") if one.duration is not None else "",
            bar(split(one), full, 180),
            f"{one.duration:,} ms" if one.duration is not None else "",
            code(one.id),
        )
        for one in summaries
    ]
    head = ("at", "action", "status", "start", "time", "", "activation")
    data = [{"id": one.id, "name": one.name, "status": one.status, "duration": one.duration} for one in summaries]
    return View(f"{len(summaries)} activations", card(grid(head, rows), legend()), "activations", data)


def split(summary: Summary) -> Split:
    """Where the time of a listed activation went."""
    if summary.duration is None:
        return Split()
    return Split(summary.wait_time, summary.init_time, summary.duration - (summary.init_time or 0))


def beginning(call: Invocation) -> str:
    """How its instance began: what the platform says, else what an init time says; empty until it is known."""
    if call.began:
        return call.began
    if call.activation is None:
        return ""
    return COLD if call.split.init is not None else "warm"


def start(began: str) -> Html:
    """`cold` on blue, `warm` on orange."""
    return pill(began, "warm" if began == "warm" else "cold") if began else Html("")


def status(word: str) -> Html:
    """The status on green, red or grey."""
    return pill(word, TONES.get(word, "bad"))


def bar(spent: Split, full: int | None = None, width: int = timeline.WIDTH) -> Html:
    """The bar as an image; its text says the same."""
    said = text(timeline.line(spent))
    source = timeline.image(timeline.bar(spent, full))
    return Html(f'<img src="{source}" alt="{said}" title="{said}" width="{width}" height="{timeline.HEIGHT}">')


def legend() -> Html:
    """What the colours mean."""
    meaning = {"wait": "for an instance", "init": "init code, on a cold start", "run": "your function"}
    marks = "".join(
        f'<span style="color:{timeline.COLOURS[name]}">■</span> {name}: {about} &nbsp; '
        for name, about in meaning.items()
    )
    return Html(f'<div style="font-size:11px;opacity:.8;margin:2px 0 6px">{marks}</div>')


def facts(call: Invocation) -> Json:
    """A call for programs."""
    spent = call.split
    return {
        "id": call.id,
        "action": str(call.action),
        "status": call.status,
        "began": beginning(call),
        "wait": spent.wait,
        "init": spent.init,
        "run": spent.run,
        "result": call.result,
    }


def _bars(rows: Sequence[Sequence[object]]) -> Html:
    cell = "padding:3px 12px 3px 0;text-align:left;border:none;background:none;white-space:nowrap"
    body = "".join(
        '<tr style="background:none">'
        + "".join(f'<td style="{cell}">{text(found)}</td>' for found in row)
        + "</tr>"
        for row in rows
    )
    return Html(f'<table style="border-collapse:collapse;border:none;margin:2px 0"><tbody>{body}</tbody></table>')
