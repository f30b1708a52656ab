"""Which rules a trigger fires: kept in the trigger's document, status and all, as OpenWhisk does. Pure.

So a rule whose trigger is gone is inactive, and one whose trigger was made again stays so until it is activated.
Source: WhiskTrigger.scala, ReducedRule.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from fnkit.core.entities import Json
from fnkit.local.entities import Entity
from fnkit.local.references import Reference

State = Literal["active", "inactive"]
Document = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Link:
    """One rule as its trigger knows it."""

    rule: str
    """`namespace/name`."""
    action: Reference
    status: State


def links(trigger: Entity) -> Iterator[Link]:
    """The rules of a trigger, in the order in which they were linked."""
    kept: Mapping[str, Json] = trigger.document.get("rules", {})
    for rule, link in kept.items():
        yield Link(rule, Reference.from_json(link["action"]), link["status"])


def status_of(rule: str, trigger: Entity | None) -> State:
    """What `trigger` says of a rule; inactive where it is gone or does not know the rule."""
    known = links(trigger) if trigger else iter(())
    return next((link.status for link in known if link.rule == rule), "inactive")


def linked(trigger: Entity, link: Link) -> Document:
    """The trigger's document with a rule; one that it has keeps its place."""
    kept = {"action": link.action.to_json(), "status": link.status}
    return {**trigger.document, "rules": {**trigger.document.get("rules", {}), link.rule: kept}}


def unlinked(trigger: Entity, rule: str) -> Document:
    """The trigger's document without a rule."""
    if "rules" not in trigger.document:
        return dict(trigger.document)
    return {
        **trigger.document,
        "rules": {key: one for key, one in trigger.document["rules"].items() if key != rule},
    }
