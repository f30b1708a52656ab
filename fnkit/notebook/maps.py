"""How the results of a map look: how many, and those that failed with why."""

from fnkit.delivery.result import Result, Results
from fnkit.notebook.markup import View, card, code, faint, grid, pill, title, value

ROWS = 10
"""Failures, or answers where nothing failed, that are shown."""


def results(found: Results) -> View:
    """The failures; where there are none the first answers."""
    failed = found.failures
    counts = [pill(f"{len(found) - len(failed)} ok", "good")]
    if failed:
        counts.append(pill(f"{len(failed)} failed", "bad"))
        rows = [(one.number, one.error, code(one.activation or "")) for one in failed[:ROWS]]
        table = grid(("input", "why", "activation"), rows)
    else:
        rows = [(one.number, value(one.value), code(one.activation or "")) for one in found[:ROWS]]
        table = grid(("input", "answer", "activation"), rows)
    left = len(failed or found) - ROWS
    more = faint(f"and {left:,} more") if left > 0 else ""
    shown = card(title(f"{len(found)} inputs", *counts), table, more)
    return View(repr(found), shown, "results", [_fact(one) for one in found])


def _fact(one: Result) -> dict[str, object]:
    return {"number": one.number, **one.to_json()}
