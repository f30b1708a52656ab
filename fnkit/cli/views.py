"""Every answer of a verb as lines for a shell, by its type."""

import json
from collections.abc import Iterable
from functools import singledispatch
from typing import Any

import typer

from fnkit.cli import entities, sessions
from fnkit.cli.columns import TABLES
from fnkit.cli.layout import moment, pairs, size, span, table
from fnkit.compose.session import Session
from fnkit.core.entities import ModelFile
from fnkit.core.errors import ActionFailed
from fnkit.delivery.bill import Bill, Item
from fnkit.delivery.invocation import Invocation
from fnkit.delivery.lives import Lives
from fnkit.delivery.mapping import Mapped
from fnkit.delivery.plan import Plan
from fnkit.delivery.receipt import Receipt
from fnkit.delivery.secrets import shown
from fnkit.delivery.wired import Row, Wires
from fnkit.local.folder import Running
from fnkit.models.catalogue import Known
from fnkit.verbs.answers import ActionFile, Status, Tested
from fnkit.whisk.documents import Action, Package
from fnkit.whisk.lives import Life
from fnkit.whisk.rules import Rule
from fnkit.whisk.triggers import Trigger
from fnkit.whisk.users import User


def show(value: Any) -> None:
    """Write an answer to stdout."""
    for line in lines(value):
        typer.echo(line)


@singledispatch
def lines(value: Any) -> Iterable[str]:
    """The lines of an answer: JSON for what an action gave, else what the value says of itself."""
    if value is None or isinstance(value, dict | list | bool | int | float):
        return [json.dumps(value, indent=2, ensure_ascii=False)]
    return [str(value)]


@singledispatch
def news(value: Any) -> Iterable[str]:
    """The lines of a result that is not over: each stays as it is, and more come."""
    return lines(value)


news.register(Session, sessions.news)


@lines.register
def _several(values: tuple) -> Iterable[str]:  # type: ignore[type-arg]
    if values and type(values[0]) in TABLES:
        return table(TABLES[type(values[0])], values)
    return [str(value) for value in values]


@lines.register
def _wires(wires: Wires) -> Iterable[str]:
    return table(TABLES[Row], wires.rows) if wires.wires else [str(wires)]


@lines.register
def _bill(bill: Bill) -> Iterable[str]:
    return [*table(TABLES[Item], bill.items), str(bill)] if bill.items else [str(bill)]


@lines.register
def _lives(lives: Lives) -> Iterable[str]:
    yield str(lives)
    if lives.lives:
        yield from table(TABLES[Life], lives.lives)


@lines.register
def _file(file: ActionFile) -> Iterable[str]:
    return [file.text.rstrip("\n")]


@lines.register
def _receipt(receipt: Receipt) -> Iterable[str]:
    yield str(receipt)
    if receipt.did == "updated":
        yield from (f"  {reason}" for reason in receipt.plan.reasons)
    if receipt.web:
        yield f"  web: {receipt.web}"
    yield from (f"  note: {note}" for note in receipt.notes)


@lines.register
def _tested(tested: Tested) -> Iterable[str]:
    yield str(tested)
    yield from tested.logs
    if tested.input and tested.passed:
        yield from lines(tested.result)


@lines.register
def _plan(plan: Plan) -> Iterable[str]:
    would = "leave" if plan.change == "unchanged" else plan.change
    yield f"would {would} {plan.name} on {plan.host}; nothing was sent"
    yield from pairs(
        {
            "reasons": plan.reasons,
            "digest": plan.digest,
            "kind": plan.wanted.kind,
            "files": _files(plan),
            "requirements": tuple(
                f"{requirement}  {requirement.licence}".rstrip() for requirement in plan.requirements
            ),
            "model": plan.model,
            "travels as": plan.carrier,
            "size": f"{size(plan.size)} as base64 of {size(plan.limit)} allowed",
            "notes": plan.notes,
        }
    )


def _files(plan: Plan) -> tuple[str, ...]:
    """The code's files one by one, every other layer as a whole."""
    code = [f"{size(count):>9}  {path}" for layer, path, count in plan.files if layer == "code"]
    others: dict[str, list[int]] = {}
    for layer, _, count in plan.files:
        if layer != "code":
            others.setdefault(layer, []).append(count)
    return (*code, *(f"{size(sum(all)):>9}  {layer}: {len(all)} files" for layer, all in others.items()))


@lines.register
def _invocation(call: Invocation) -> Iterable[str]:
    yield from pairs(
        {
            "activation": call.id,
            "action": call.action,
            "status": call.status,
            "began": call.began,
            "wait": span(call.split.wait),
            "init": span(call.split.init),
            "run": span(call.split.run),
        }
    )
    if call.activation is not None:
        yield from lines(call.result)


@lines.register
def _mapped(results: Mapped) -> Iterable[str]:
    """A JSON line for each, as it comes. Raises ActionFailed at the end where some failed."""
    count = failed = 0
    for result in results:
        count, failed = count + 1, failed + (not result.ok)
        yield json.dumps({"number": result.number, **result.to_json()}, ensure_ascii=False)
    if failed:
        advice = "Their lines say why. With --ledger FILE a second run sends only what has no answer yet."
        raise ActionFailed(f"Mapping {results.name}", f"{failed} of {count} inputs failed.", advice)


@lines.register
def _action(action: Action) -> Iterable[str]:
    ours = action.annotations.get("fnkit") or {}
    limits = action.limits
    yield from pairs(
        {
            "action": f"/{action.namespace}/{action.path}",
            "version": action.version,
            "kind": action.kind,
            "updated": moment(action.updated),
            "limits": f"{limits.memory} MB, {limits.timeout} ms, {limits.logs} MB of logs",
            "parameters": tuple(
                f"{one.name}={'•••' if one.init else shown(one.name, one.value)}" for one in action.parameters
            ),
            "entry": _signature(ours.get("entry") or {}),
            "from": ours.get("notebook"),
            "model": ours.get("model"),
            "digest": ours.get("digest"),
            "annotations": tuple(
                f"{key}={json.dumps(value)}" for key, value in action.annotations.items() if key != "fnkit"
            ),
        }
    )


lines.register(Package, entities.package)
lines.register(Trigger, entities.trigger)
lines.register(Rule, entities.rule)
lines.register(Session, sessions.session)


@lines.register
def _known(known: Known) -> Iterable[str]:
    return pairs(
        {
            "model": f"{known.name}: {known.title}",
            "task": known.task,
            "format": known.format,
            "inputs": tuple(f"{tensor.name}: {tensor}" for tensor in known.inputs),
            "outputs": tuple(f"{tensor.name}: {tensor}" for tensor in known.outputs),
            "size": size(known.model.size),
            "sha256": known.model.sha256,
            "licence": known.licence,
            "by": known.attribution,
            "from": f"{known.wheel.package} {known.wheel.version}",
        }
    )


@lines.register
def _model(model: ModelFile) -> Iterable[str]:
    return pairs(
        {
            "model": model.name,
            "size": size(model.size),
            "sha256": model.sha256,
            "path": model.path,
            "url": model.url,
        }
    )


@lines.register
def _status(status: Status) -> Iterable[str]:
    info = status.embedded or {}
    sandbox = info.get("sandbox") or {}
    yield from pairs(
        {
            "host": status.host,
            "chosen by": status.source,
            "answers": "yes" if status.reachable else f"no: {status.trouble}",
            "platform": f"fnkit {info['fnkit']}, embedded" if info else "OpenWhisk" if status.reachable else None,
            "python": info and f"{info['python']} ({info['executable']})",
            "kinds": ", ".join(info.get("kinds") or ()),
            "sandbox": sandbox.get("rung"),
            "stops": _listed(sandbox.get("stops")),
            "does not stop": _listed(sandbox.get("does_not_stop")),
            **status.words,
        }
    )


def _listed(text: object) -> tuple[str, ...]:
    """A text, or a list of them, one per line."""
    return tuple(map(str, text)) if isinstance(text, list | tuple) else (str(text),) if text else ()


@lines.register
def _user(user: User) -> Iterable[str]:
    return pairs(
        {
            "user": user.name,
            "blocked": "yes" if user.blocked else "no",
            "limits": tuple(f"{key} {value}" for key, value in user.limits.items()),
            "props": user.props,
        }
    )


@lines.register
def _running(running: Running) -> Iterable[str]:
    yield from pairs(
        {
            "url": running.url,
            "process": running.pid,
            "data": running.data,
            "props": running.props,
            "python": f"{running.python} ({running.executable})",
            "sandbox": running.sandbox,
        }
    )


def _signature(entry: dict[str, Any]) -> str:
    """`main(image, upper="eyes")` of the annotation `fnkit`."""
    if not entry:
        return ""
    words = [
        parameter["name"]
        + (f": {parameter['type']}" if parameter.get("type") else "")
        + ("" if parameter.get("required", True) else f" = {json.dumps(parameter.get('default'))}")
        for parameter in entry.get("parameters") or ()
    ]
    return f"{entry['name']}({', '.join([*words, *(['**rest'] if entry.get('rest') else [])])})"
