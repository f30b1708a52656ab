"""How deploys look: the plan of a dry run, the receipt, the action that is there, its file."""

from collections.abc import Mapping, Sequence

from fnkit.core.entities import Json
from fnkit.delivery.plan import Plan
from fnkit.delivery.receipt import Receipt
from fnkit.notebook.markup import Html, View, block, card, code, facts, faint, grid, lines, pill, title
from fnkit.pictures import timeline
from fnkit.verbs.answers import ActionFile
from fnkit.whisk.documents import Action

TONES = {"create": "good", "update": "cold", "unchanged": "quiet"}
DONE = {"create": "created", "update": "updated", "unchanged": "unchanged"}
FILES = 10
"""Files of a plan that are shown, the largest first."""


def plan(plan: Plan) -> View:
    """What a deploy would do, and everything that would travel."""
    rows: list[tuple[str, object]] = [
        ("because", lines(plan.reasons)),
        ("action", f"{plan.name} {plan.version} at {plan.host}"),
        ("digest", code(plan.digest[:16])),
        ("carried as", plan.carrier),
        ("size", f"{plan.size:,} bytes of base64, {plan.size / plan.limit:.1%} of what the platform takes"),
        ("model", plan.model),
        ("notes", lines(plan.notes)),
    ]
    head = title(f"Dry run of {plan.name}", pill(plan.change, TONES[plan.change]), faint("nothing was sent"))
    return View(str(plan), card(head, facts(rows), _libraries(plan), _files(plan)), "plan", _planned(plan))


def receipt(receipt: Receipt) -> View:
    """What a deploy did."""
    plan, check = receipt.plan, receipt.check
    tested = Html(f"{pill('same answer', 'good')} {faint(timeline.line(check.split))}") if check else ""
    tested = pill("passed before", "quiet") if receipt.passed_before else tested
    rows: list[tuple[str, object]] = [
        ("at", f"{plan.host}, namespace {receipt.namespace}"),
        ("because", lines(plan.reasons)),
        ("digest", code(plan.digest[:16])),
        ("model", plan.model),
        ("libraries", ", ".join(map(str, plan.requirements))),
        ("tested there", tested),
        ("web", code(receipt.web) if receipt.web else ""),
        ("took", " · ".join(f"{stage} {seconds:.2f} s" for stage, seconds in receipt.seconds.items())),
        ("notes", lines(receipt.notes)),
    ]
    data = _planned(plan) | {
        "namespace": receipt.namespace,
        "version": receipt.version,
        "seconds": dict(receipt.seconds),
        "check": check.id if check else None,
        "passed_before": receipt.passed_before,
        "notes": list(receipt.notes),
        "web": receipt.web,
    }
    head = title(plan.name, receipt.version, pill(DONE[plan.change], TONES[plan.change]))
    return View(str(receipt), card(head, facts(rows)), "receipt", data)


def action(action: Action) -> View:
    """An action as the platform has it: how it is called, its limits, where it came from."""
    told: Mapping[str, Json] = action.annotations.get("fnkit") or {}
    limits = action.limits
    rows: list[tuple[str, object]] = [
        ("namespace", action.namespace),
        ("kind", action.kind),
        ("limits", f"{limits.memory} MB, {limits.timeout / 1000:g} s, {limits.logs} MB of logs"),
        ("call it with", signature(told.get("entry") or {})),
        ("parameters", ", ".join(map(str, action.parameters))),
        ("from", told.get("notebook") or ""),
        ("model", _model(told.get("model"))),
        ("digest", code(str(told["digest"])[:16]) if "digest" in told else ""),
    ]
    line = f"{action.path} {action.version} ({action.kind}, {limits.memory} MB, {limits.timeout / 1000:g} s)"
    return View(line, card(title(action.path, action.version), facts(rows)), "action", _action(action))


def actions(found: Sequence[Action]) -> View:
    """A list of actions, the newest first."""
    rows = [
        (one.path, one.version, one.kind, f"{one.limits.memory} MB", f"{one.limits.timeout / 1000:g} s")
        for one in found
    ]
    head = ("action", "version", "kind", "memory", "timeout")
    line = f"{len(found)} actions: {', '.join(one.path for one in found)}"
    return View(line, card(grid(head, rows)), "actions", [_action(one) for one in found])


def file(file: ActionFile) -> View:
    """The text of an action file."""
    html = card(title(file.name, faint("__main__.py")), block(file.text, longest=len(file.text)))
    return View(file.text, html, "file", {"name": file.name, "text": file.text})


def signature(entry: Mapping[str, Json]) -> str:
    """`image, upper='eyes', lower='hips'` from the entry that the annotation holds."""
    if entry.get("whole"):
        return "one object, as it is"
    words = [
        one["name"] if one.get("required", True) else f"{one['name']}={one.get('default')!r}"
        for one in entry.get("parameters", ())
    ]
    return ", ".join([*words, "**more"] if entry.get("rest") else words)


def _libraries(plan: Plan) -> Html:
    if not plan.requirements:
        return Html("")
    rows = [(one.name, one.version, one.licence or "not stated") for one in plan.requirements]
    return grid(("library", "version", "licence"), rows)


def _files(plan: Plan) -> Html:
    largest = sorted(plan.files, key=lambda file: file[2], reverse=True)
    shown, rest = largest[:FILES], largest[FILES:]
    table = grid(
        ("file", "layer", "bytes"), [(code(_short(path)), layer, f"{size:,}") for layer, path, size in shown]
    )
    more = faint(f"and {len(rest):,} smaller ones, {sum(size for *_, size in rest):,} bytes") if rest else ""
    return Html(table + more)


def _short(path: str) -> str:
    """A long path without its middle: its folder and its end say what it is."""
    return path if len(path) <= 44 else f"{path[:20]}…{path[-22:]}"


def _planned(plan: Plan) -> dict[str, Json]:
    return {
        "change": plan.change,
        "name": str(plan.name),
        "host": plan.host,
        "version": plan.version,
        "reasons": list(plan.reasons),
        "digest": plan.digest,
        "size": plan.size,
        "limit": plan.limit,
        "files": [list(file) for file in plan.files],
        "requirements": [str(one) for one in plan.requirements],
        "model": plan.model,
        "notes": list(plan.notes),
    }


def _action(action: Action) -> dict[str, Json]:
    told = action.annotations.get("fnkit") or {}
    return {
        "name": action.path,
        "namespace": action.namespace,
        "version": action.version,
        "kind": action.kind,
        "limits": action.limits.to_json(),
        "digest": told.get("digest"),
        "entry": told.get("entry"),
    }


def _model(told: Json) -> str:
    return str(told.get("name") or told.get("sha256") or "") if isinstance(told, Mapping) else str(told or "")
