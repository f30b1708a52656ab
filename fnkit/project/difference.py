"""What a deploy of a project would change of its sequences, triggers and rules, and what is left over. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from fnkit.core.canonical import canonical, sha256
from fnkit.core.entities import Json
from fnkit.core.names import ActionName
from fnkit.project.environment import MARK
from fnkit.project.manifest import Rule, Sequence, Trigger
from fnkit.whisk.documents import Action
from fnkit.whisk.rules import Rule as RuleThere
from fnkit.whisk.triggers import Trigger as TriggerThere

Kind = Literal["package", "function", "flow", "sequence", "trigger", "rule", "feed"]
Does = Literal["create", "update", "unchanged", "delete"]
TOLD = "fnkit-told"
"""The annotation with the digest of what a trigger's feed was told, which only the feed knows."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing of a project, and what a deploy does with it."""

    kind: Kind
    name: str
    does: Does
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        why = f": {'; '.join(self.reasons)}" if self.reasons else ""
        return f"{self.does} {self.kind} {self.name}{why}"


def of_sequence(wanted: Sequence, there: Action | None) -> Change:
    """Compare a sequence with what is there."""
    if there is None:
        return Change("sequence", wanted.name, "create")
    steps = tuple(whole(name, there.namespace) for name in wanted.actions)
    reasons = [] if there.components == steps else [f"actions: {_listed(there.components)} → {_listed(steps)}"]
    return _change("sequence", wanted.name, [*reasons, *_annotations(wanted.annotations, there.annotations)])


def of_trigger(wanted: Trigger, there: TriggerThere | None) -> Change:
    """Compare a trigger with what is there, but for its feed."""
    if there is None:
        return Change("trigger", wanted.name, "create")
    reasons = []
    if replaced(wanted, there):
        reasons.append(f"feed: {there.feed or 'one that is watched elsewhere'} → {wanted.feed or 'none'}")
    kept = {one.name: one.value for one in there.parameters}
    if wanted.feed is None and kept != wanted.parameters:
        reasons.append("parameters: other values")
    return _change("trigger", wanted.name, [*reasons, *_annotations(wanted.annotations, there.annotations)])


def replaced(wanted: Trigger, there: TriggerThere) -> bool:
    """Whether it has a feed that is to be another, or none."""
    if wanted.feed is None:
        return there.feed is not None or TOLD in there.annotations
    return there.feed is not None and there.feed != wanted.feed


def of_feed(wanted: Trigger, there: TriggerThere | None, watched: bool = True) -> Change:
    """Compare what fires a trigger with what is there, by the digest of what its feed was told.

    `watched` is False where the platform has no such feed, and `fnkit feeds run` does its work.
    """
    told = there.annotations.get(TOLD) if there is not None and not replaced(wanted, there) else None
    if told == digest(wanted):
        return Change("feed", wanted.name, "unchanged")
    reasons: tuple[str, ...] = () if told is None else ("it is told something else",)
    reasons += () if watched else ("the platform has no such feed: keep fnkit feeds run running",)
    return Change("feed", wanted.name, "create" if told is None else "update", reasons)


def of_rule(wanted: Rule, there: RuleThere | None, mark: str) -> Change:
    """Compare a rule with what is there."""
    if there is None:
        return Change("rule", wanted.name, "create")
    trigger, action = (whole(name, there.namespace) for name in (wanted.trigger, wanted.route.first))
    reasons = [
        f"{what}: /{old} → {new}"
        for what, old, new in (("trigger", there.trigger, trigger), ("action", there.action, action))
        if f"/{old}" != new
    ]
    return _change("rule", wanted.name, [*reasons, *_annotations({MARK: mark}, there.annotations)])


def digest(trigger: Trigger) -> str:
    """Of what the trigger's feed is told."""
    return sha256(canonical([trigger.feed, dict(trigger.parameters)]))[:16]


def whole(name: str, namespace: str) -> str:
    """`/namespace/package/name` of a name as it is declared."""
    action = ActionName.parse(name)
    owner = namespace if action.namespace == "_" else action.namespace
    return "/" + "/".join(part for part in (owner, action.package, action.name) if part)


def _change(kind: Kind, name: str, reasons: list[str]) -> Change:
    return Change(kind, name, "update" if reasons else "unchanged", tuple(reasons))


def _annotations(wanted: Mapping[str, Json], there: Mapping[str, Json]) -> Iterator[str]:
    for name, value in wanted.items():
        if there.get(name) != value:
            yield f"annotation {name}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"
