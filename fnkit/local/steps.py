"""What a sequence and a composition are made of: steps, what came of them, and the answer at the end. Pure."""

import json
from dataclasses import dataclass
from typing import Self

from fnkit.core.entities import Json
from fnkit.local.jobs import Outcome, Status
from fnkit.local.references import segments

MOST = 50
"""Actions of a sequence, inner ones counted, and of a composition. Source: actions.sequence.maxLength."""

DEEPEST = 2 * MOST
"""Sequences and compositions within each other: a package that is bound anew can make them endless."""


@dataclass(frozen=True, slots=True)
class Step:
    """What runs next."""

    path: str
    """`/namespace/[package/]name`, as the caller may name it."""
    arguments: Json
    """An object or an array."""
    own: bool = False
    """True where it is the conductor itself."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`response` of a record: of a step, or of the whole."""

    status: Status
    result: Json
    size: int | None = None

    @classmethod
    def fault(cls, text: str, status: Status = Status.APPLICATION_ERROR) -> Self:
        """The platform's own word for what went wrong."""
        return cls(status, {"error": text})

    def to_json(self) -> list[Json]:
        """As it is kept."""
        return [int(self.status), self.result, self.size]

    @classmethod
    def from_json(cls, value: list[Json]) -> Self:
        """As it was kept."""
        return cls(Status(value[0]), value[1], value[2])


@dataclass(frozen=True, slots=True)
class Ending:
    """A step that ran: its record, as far as the next step and the whole need it."""

    id: str
    answer: Answer
    duration: int
    """Ms."""
    memory: int | None
    """MB that its limits say; of a sequence the most of its steps'."""

    @classmethod
    def of_run(cls, activation_id: str, outcome: Outcome, memory: int) -> Self:
        """Of an action with code, that has just ended."""
        answer = Answer(outcome.status, outcome.result, outcome.size)
        return cls(activation_id, answer, outcome.end - outcome.start, memory)

    @classmethod
    def of(cls, head: str, status: int, response: str) -> Self:
        """Read a record's texts."""
        fields, answer = json.loads(head), json.loads(response)
        limits: Json = next((note["value"] for note in fields["annotations"] if note["key"] == "limits"), {})
        return cls(
            id=fields["activationId"],
            answer=Answer(Status(status), answer["result"], answer.get("size")),
            duration=fields["duration"],
            memory=limits.get("memory"),
        )


def full_path(name: Json, namespace: str) -> str | None:
    """`/namespace/[package/]name` of what a conductor calls the next action, None where that is no name.

    Source: FullyQualifiedEntityName.resolveName.
    """
    names = segments(name) if isinstance(name, str) else None
    if names is None:
        return None
    leading = name.startswith("/")
    if len(names) > 3 or (leading and len(names) == 1):
        return None
    if not leading and len(names) < 3:
        names.insert(0, namespace)
    if names[0] == "_":
        names[0] = namespace
    return "/" + "/".join(names)
