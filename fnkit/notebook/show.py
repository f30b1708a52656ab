"""One view per result: a line of text, one small table, and the facts for programs. Only this room knows HTML.

Results are plain values of the rooms below. `register` teaches a shell how they look; nothing is added to them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from fnkit.compose.flow import Flow
from fnkit.compose.session import Session
from fnkit.core.entities import Json, ModelFile
from fnkit.delivery.bill import Bill
from fnkit.delivery.invocation import Invocation
from fnkit.delivery.lives import Lives
from fnkit.delivery.plan import Plan
from fnkit.delivery.receipt import Receipt
from fnkit.delivery.result import Results
from fnkit.delivery.wired import Wires
from fnkit.delivery.wiring import Wired
from fnkit.local.folder import Running
from fnkit.models.catalogue import Known
from fnkit.notebook import bills, calls, deploys, entities, events, lives, maps, sessions
from fnkit.notebook.calls import side_by_side
from fnkit.notebook.markup import (
    Html,
    View,
    block,
    card,
    code,
    details,
    facts,
    grid,
    lines,
    pill,
    text,
    title,
    value,
)
from fnkit.pictures.picture import Picture
from fnkit.verbs.answers import ActionFile, Deleted, Fired, KnownModel, Login, Setting, Status, Stopped, Tested
from fnkit.whisk.activations import Summary
from fnkit.whisk.documents import Action, Package
from fnkit.whisk.rules import Rule
from fnkit.whisk.triggers import Trigger

__all__ = ["View", "register", "side_by_side", "unregister", "view"]

LOG_LINE = re.compile(r"\d{4}-\d\d-\d\dT\S+\s+(stdout|stderr): ")


def view(result: Any) -> View | None:
    """How a result looks, or None where it is none of fnkit's."""
    if draw := _single().get(type(result)):
        return draw(result)
    return _rows(result) if isinstance(result, tuple) else None


def register(shell: Any) -> None:
    """Let `shell` show results by their views."""
    for kind in (*_single(), tuple):
        shell.display_formatter.mimebundle_formatter.for_type(kind, _bundle)


def unregister(shell: Any) -> None:
    """Let it show them as any value."""
    for kind in (*_single(), tuple):
        shell.display_formatter.mimebundle_formatter.pop(kind, None)


def _bundle(result: Any, include: Any = None, exclude: Any = None) -> dict[str, Json] | None:
    found = view(result)
    return found.bundle() if found else None


def _single() -> Mapping[type, Callable[[Any], View]]:
    return {
        Invocation: calls.one,
        Session: sessions.one,
        Lives: lives.lives,
        Flow: sessions.flow,
        Picture: sessions.picture,
        Receipt: deploys.receipt,
        Plan: deploys.plan,
        Action: deploys.action,
        Package: entities.package,
        Trigger: entities.trigger,
        Rule: entities.rule,
        ActionFile: deploys.file,
        Status: _status,
        Tested: _tested,
        Wires: events.wires,
        Wired: events.wired,
        Results: maps.results,
        Bill: bills.bill,
        **dict.fromkeys((Login, Stopped, Deleted, Fired), _line),
        **dict.fromkeys((Running, ModelFile, Known), _fields),
    }


def _rows(results: Sequence[Any]) -> View | None:
    """Lists are tuples; a view is for those that hold one kind of result, and for log lines."""
    kinds: Mapping[type, Callable[[Any], View]] = {
        Action: deploys.actions,
        Package: entities.packages,
        Trigger: entities.triggers,
        Rule: entities.rules,
        Summary: calls.several,
        Session: sessions.several,
        Setting: _settings,
        KnownModel: _models,
    }
    found = {type(one) for one in results}
    if len(found) == 1 and (draw := kinds.get(found.pop())):
        return draw(results)
    if results and all(isinstance(one, str) and LOG_LINE.match(one) for one in results):
        text = "\n".join(results)
        return View(text, card(block(text)), "logs", list(results))
    return None


def _status(status: Status) -> View:
    told = status.embedded or {}
    sandbox = told.get("sandbox") or {}
    rows: list[tuple[str, object]] = [
        ("chosen by", status.source),
        ("trouble", status.trouble),
        ("runs", f"fnkit {told['fnkit']} on Python {told.get('python', '?')}" if told else ""),
        ("sandbox", sandbox.get("rung", "")),
        ("stops", _listed(sandbox.get("stops"))),
        ("does not stop", _listed(sandbox.get("does_not_stop"))),
        *((what, "\n".join(said)) for what, said in status.words.items()),
    ]
    word, tone = ("answers", "good") if status.reachable else ("does not answer", "bad")
    data = {"host": status.host, "source": status.source, "reachable": status.reachable, "sandbox": sandbox}
    html = card(title(status.host, pill(word, tone)), facts(rows))
    return View(f"{status.host} {word} (chosen by {status.source})", html, "status", data)


def _tested(tested: Tested) -> View:
    said = pill("passed", "good") if tested.passed else pill("not tried", "quiet")
    logs = [details(f"{len(tested.logs)} log lines", block("\n".join(tested.logs)))] if tested.logs else []
    answer = [value(tested.result)] if tested.input else []
    html = card(title(tested.name, said), text(tested), *answer, *logs)
    return View(
        str(tested), html, "tested", {"name": tested.name, "passed": tested.passed, "result": tested.result}
    )


def _line(result: Any) -> View:
    """What is said in one sentence."""
    return View(str(result), card(text(result)), type(result).__name__.lower(), {"said": str(result)})


def _fields(result: Any) -> View:
    """What a value holds, by the names of its fields."""
    held = [(one.name, str(getattr(result, one.name))) for one in fields(result) if one.repr]
    line = ", ".join(f"{name} {found}" for name, found in held if found)
    return View(line, card(facts(held)), type(result).__name__.lower(), dict(held))


def _settings(settings: Sequence[Setting]) -> View:
    rows = [(one.name, code(one.value), one.source) for one in settings]
    line = ", ".join(f"{one.name}={one.value} ({one.source})" for one in settings)
    data = [{"name": one.name, "value": one.value, "source": one.source} for one in settings]
    return View(line, card(grid(("setting", "value", "from"), rows)), "settings", data)


def _models(models: Sequence[KnownModel]) -> View:
    rows = [
        (one.name, one.task, one.licence, f"{one.size / 1e6:.1f} MB", "here" if one.path else "to fetch")
        for one in models
    ]
    line = f"{len(models)} models: {', '.join(one.name for one in models)}"
    data = [{"name": one.name, "task": one.task, "licence": one.licence, "size": one.size} for one in models]
    return View(line, card(grid(("model", "task", "licence", "size", ""), rows)), "models", data)


def _listed(words: Json) -> Html:
    """One under the other."""
    return lines(words if isinstance(words, list | tuple) else [words or ""])
