"""What a picture says of a step: title, note, a few lines for a mouse, and all of it as JSON. Keys are masked."""

import json
from collections.abc import Sequence

from fnkit.compose.runs import Run
from fnkit.core.entities import Json
from fnkit.delivery.secrets import concealed
from fnkit.pictures.blocks import Card, Form, State
from fnkit.pictures.timeline import line

SHORT, LONG = 160, 20_000
"""Characters of an output under the mouse, and of all that is known after a click."""
LOOKED_AT = 20
"""Runs of one step whose facts are held by its card; `session` has all of them."""


def card(place: str, title: str, form: Form, state: State, runs: Sequence[Run]) -> Card:
    """The card of a step that `runs` are the runs of."""
    return Card(
        id=place,
        title=title,
        form=form,
        state=state,
        note=note(state, runs),
        count=len(runs),
        tip=tuple(_tip(title, state, runs)),
        detail=_detail(title, state, runs) if runs else "",
    )


def note(state: State, runs: Sequence[Run]) -> str:
    """The second line: what went wrong, or how long it took and how it began."""
    if state in ("idle", "skipped"):
        return ""
    if state == "failed" and runs and runs[-1].error:
        return runs[-1].error
    if state == "running":
        return "running"
    ended = [run for run in runs if run.record is not None]
    if not ended:
        return ""
    told = [span(sum(taken(run) for run in ended))]
    began = {run.began for run in ended if run.began}
    if len(ended) == 1 and began:
        told.append(str(ended[0].began))
    elif len(ended) > 1:
        cold = sum(run.cold for run in ended)
        told.append(f"{cold} cold" if cold else "warm")
    return " · ".join(told)


def taken(run: Run) -> int:
    """Ms of init and run."""
    return (run.record.duration or 0) if run.record else 0


def span(ms: int) -> str:
    """Milliseconds for a person: `412 ms`, `12.3 s`."""
    return f"{ms:,} ms" if ms < 10_000 else f"{ms / 1000:,.1f} s"


def facts(run: Run) -> dict[str, Json]:
    """All that is known of one run, with keys masked."""
    record, split = run.record, run.split
    told: dict[str, Json] = {
        "activation": run.id or None,
        "action": run.action,
        "state": run.state,
        "status": record.status if record else None,
        "input": concealed(run.input),
        "not recorded": ["input"] if run.input is None else None,
        "output": concealed(run.output),
        "error": run.error or None,
        "start": record.start if record else None,
        "wait": split.wait,
        "init": split.init,
        "run": split.run,
        "began": run.began,
        "cost": round(run.cost, 6),
        "logs": list(run.logs),
        "steps": [one.id for one in run.runs],
    }
    return {key: value for key, value in told.items() if value not in (None, [], "")}


def shortened(value: Json, most: int = SHORT) -> str:
    """A value in one line, keys masked."""
    text = json.dumps(concealed(value), ensure_ascii=False)
    return text if len(text) <= most else f"{text[:most]}…"


def _tip(title: str, state: State, runs: Sequence[Run]) -> list[str]:
    lines = [f"{title} · {state}"]
    if len(runs) > 1:
        lines.append(f"{len(runs):,} runs, the last one:")
    if runs:
        last = runs[-1]
        lines += [f"error: {last.error}"] if last.error else []
        lines += [f"output: {shortened(last.output)}"] if last.record and not last.error else []
        lines += [line(last.split)] if line(last.split) else []
        lines += [last.began] if last.began else []
    return lines


def _detail(title: str, state: State, runs: Sequence[Run]) -> str:
    held = [facts(run) for run in runs[-LOOKED_AT:]]
    text = json.dumps({"step": title, "state": state, "runs": held}, indent=1, ensure_ascii=False)
    return text if len(text) <= LONG else f"{text[:LONG]}\n… {len(text):,} characters; fnkit result has all of it"
