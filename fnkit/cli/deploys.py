"""How deploys look in a shell: the plan of a dry run, the receipt."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fnkit.cli.layout import pairs, size
from fnkit.delivery.plan import Plan
from fnkit.delivery.receipt import Receipt


def _receipt(receipt: Receipt) -> Iterable[str]:
    yield str(receipt)
    if receipt.did == "updated":
        yield from (f"  {reason}" for reason in receipt.plan.reasons)
    if receipt.web:
        yield f"  web: {receipt.web}"
    yield from (f"  note: {note}" for note in receipt.notes)


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


LINES: Mapping[type, Callable[[Any], Iterable[str]]] = {
    Plan: _plan,
    Receipt: _receipt,
}
