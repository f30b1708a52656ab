"""A sequence: steps in a fixed order, each gets the answer of the one before. Pure.

Source: SequenceActions.scala, Actions.scala (checkSequenceActionLimits).
"""

from dataclasses import dataclass
from typing import ClassVar, Self

from fnkit.core.entities import Json
from fnkit.local.access import allowed
from fnkit.local.entities import Entities
from fnkit.local.invocable import place_of
from fnkit.local.jobs import Status
from fnkit.local.rejected import Rejected, bad_request
from fnkit.local.steps import DEEPEST, MOST, Answer, Ending, Step

TOO_LONG = "Too many actions in the sequence."
NO_COMPONENT = "Sequence component does not exist."


@dataclass(slots=True)
class Sequence:
    """How far a sequence is."""

    kind: ClassVar = "sequence"
    """As it is kept."""
    components: tuple[str, ...]
    answer: Answer
    """Of the step before; at first the arguments, as if a step had given them."""
    actions: int = 0
    """That ran since the outermost sequence began, without the sequences themselves."""
    at: int = 0
    stopped: bool = False

    def next(self) -> Step | None:
        """The step to run, None at the end."""
        if self.stopped or self.at == len(self.components):
            return None
        if self.actions >= MOST:
            self._stop(Answer.fault(TOO_LONG))
            return None
        arguments = self.answer.result
        return Step(self.components[self.at], arguments if isinstance(arguments, dict | list) else {})

    def took(self, ending: Ending, inner: object) -> None:
        """A step ran; `inner` where it was a sequence or a composition itself."""
        self.actions = inner.actions if isinstance(inner, Sequence) else self.actions + 1
        self.at += 1
        self.answer = ending.answer
        self.stopped = isinstance(ending.answer.result, dict) and "error" in ending.answer.result

    def missing(self) -> None:
        """The step is not there (any more)."""
        self._stop(Answer.fault(NO_COMPONENT))

    denied = missing

    def late(self, activation_id: str) -> None:
        """A step did not end in the time that it has."""
        text = f"Timeout reached when retrieving activation {activation_id} for sequence component."
        self._stop(Answer.fault(text, Status.INTERNAL_ERROR))

    def _stop(self, answer: Answer) -> None:
        self.answer, self.stopped = answer, True

    def to_json(self) -> dict[str, Json]:
        """As it is kept."""
        return {
            "components": list(self.components),
            "answer": self.answer.to_json(),
            "actions": self.actions,
            "at": self.at,
            "stopped": self.stopped,
        }

    @classmethod
    def from_json(cls, value: dict[str, Json]) -> Self:
        """As it was kept."""
        answer, components = Answer.from_json(value["answer"]), tuple(value["components"])
        return cls(**{**value, "answer": answer, "components": components})


def check(entities: Entities, path: str, components: tuple[str, ...]) -> None:
    """Raises Rejected 400 or 409 where the sequence at `path` may not have these components."""
    if not components:
        raise bad_request("No component specified for the sequence.")
    if len(components) > MOST or _count(entities, (_place(entities, path),), components) > MOST:
        raise bad_request(TOO_LONG)


def check_access(entities: Entities, namespace: str, components: tuple[str, ...]) -> None:
    """Raises Rejected 403 or 404 for a component that the owner of `namespace` may not read or call."""
    for component in components:
        allowed(entities, namespace, component)


def _count(entities: Entities, outer: tuple[tuple[str, str], ...], components: tuple[str, ...]) -> int:
    if len(components) > MOST or len(outer) > DEEPEST:
        raise bad_request(TOO_LONG)
    count = 0
    for component in components:
        place = _place(entities, component)
        if place == outer[0]:
            raise bad_request("Sequence may not refer to itself.")
        if entities.find(*place) is None:
            raise bad_request(NO_COMPONENT)
        inner = entities.get(*place, "action").document["exec"].get("components")
        count += 1 if inner is None else _count(entities, (*outer, place), tuple(inner))
        if count > MOST:
            break
    return count


def _place(entities: Entities, path: str) -> tuple[str, str]:
    try:
        return place_of(entities, path)[:2]
    except Rejected as rejected:
        raise bad_request(NO_COMPONENT) if rejected.status == 404 else rejected from None
