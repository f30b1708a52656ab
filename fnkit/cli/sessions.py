"""How sessions look in a shell: a tree of what ran, with times, costs and bars on one scale."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from fnkit.cli.layout import Columns, moment, pairs, span
from fnkit.compose import cards
from fnkit.compose.runs import Run
from fnkit.compose.session import Session

SIGNS = {"done": "✓", "failed": "✗", "running": "…"}


def _session(session: Session) -> Iterable[str]:
    """A session and the tree of its steps."""
    yield from pairs(
        {
            "session": session.id,
            "flow": session.name or None,
            "state": session.state,
            "started": moment(session.started) if session.started else None,
            "duration": span(session.duration),
            "steps": len(session.steps),
            "cold starts": session.cold,
            "cost": f"{session.cost:.3f} GB s",
        }
    )
    yield ""
    rows = list(_rows(session.run, 0))
    wide = max((len(name) for name, _ in rows), default=0)
    yield from (f"{name:<{wide}}  {told}".rstrip() for name, told in rows)


def _news(session: Session) -> Iterable[str]:
    """A line for each step that is over."""
    for number, run in enumerate(session.steps, 1):
        if run.state != "running":
            name, told = _row(run, (run,), 0)
            yield f"{number} {name}  {told}".rstrip()


def _rows(run: Run, depth: int) -> Iterator[tuple[str, str]]:
    """A line for each step; runs of the same step that follow each other are one."""
    yield _row(run, (run,), depth)
    steps = [one for one in run.runs if not one.own]
    for _, same in groupby(steps, key=lambda one: (one.action, one.node, one.state, one.id if one.runs else "")):
        several = tuple(same)
        if several[0].runs:
            yield from _rows(several[0], depth + 1)
        else:
            yield _row(several[-1], several, depth + 1)


def _row(run: Run, several: tuple[Run, ...], depth: int) -> tuple[str, str]:
    name = f"{'  ' * depth}{SIGNS[run.state]} {run.action or run.id}"
    count = f"×{len(several):,}  " if len(several) > 1 else ""
    said = run.error or ("running" if run.state == "running" else cards.shortened(run.output, 60))
    took = cards.note("taken", several)
    return name, "  ".join(part for part in (count + took, said) if part)


LINES: Mapping[type, Callable[[Any], Iterable[str]]] = {Session: _session}
NEWS: Mapping[type, Callable[[Any], Iterable[str]]] = {Session: _news}
TABLES: Mapping[type, Columns] = {
    Session: {
        "id": lambda one: one.id,
        "flow": lambda one: one.name or None,
        "state": lambda one: one.state,
        "started": lambda one: moment(one.started),
        "duration": lambda one: span(one.duration),
        "steps": lambda one: len(one.steps),
        "cold": lambda one: one.cold,
        "GB s": lambda one: f"{one.cost:.3f}",
    }
}
