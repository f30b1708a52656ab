"""Where a running sequence or composition is, and the record that it ends as."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

from fnkit.core.clock import now_ms
from fnkit.core.entities import Json, Limits, dict_to_pairs
from fnkit.core.names import JOIN
from fnkit.local.conductors import Composition
from fnkit.local.invocable import Ask, Invocable
from fnkit.local.jobs import Status
from fnkit.local.joins import Join
from fnkit.local.records import STOPPED, Record, dumps, new_id, response_of
from fnkit.local.sequences import Sequence
from fnkit.local.steps import Answer, Ending

Plan = Sequence | Composition | Join
KINDS: Mapping[str, type[Plan]] = {"sequence": Sequence, "composition": Composition, "join": Join}


@dataclass(slots=True)
class Position:
    """How far a sequence or a composition is, with all that its record needs."""

    id: str
    cause: str | None
    """The id of the one that it is a step of, None where it was called itself."""
    namespace: str
    """Of the caller."""
    transaction_id: str
    start: int
    wait: int
    action: dict[str, Json]
    """What its record says of the action: `name version path binding limits`."""
    filter_name: str
    plan: Plan
    memory: int | None
    depth: int = 0
    """How many it lies within."""
    duration: int = 0
    logs: list[str] = field(default_factory=list)
    rerun: bool = False
    """True where a step that the end of the server cut off is run again."""
    running: str | None = None
    """The id of the step that runs, or ran last."""
    kept: bool = False
    """True once it was written."""
    fixed: str = ""
    """What of its text no step changes."""

    @classmethod
    def of(cls, invocable: Invocable, ask: Ask, outer: Self | None, plan: Plan) -> Self:
        """The beginning, as a step of `outer` if given."""
        executable, now = invocable.executable, now_ms()
        return cls(
            id=ask.id or new_id(),
            cause=outer.id if outer else None,
            depth=outer.depth + 1 if outer else 0,
            rerun=ask.again,
            namespace=ask.caller.namespace,
            transaction_id=ask.transaction_id,
            start=now,
            wait=max(0, now - ask.received_ms),
            action={
                "name": executable.name.rpartition("/")[2],
                "version": executable.version,
                "path": f"{executable.namespace}/{executable.name}",
                "binding": invocable.binding,
                "limits": executable.limits.to_json(),
            },
            filter_name=invocable.imprint.filter_name,
            plan=plan,
            memory=executable.limits.memory if isinstance(plan, Composition) else None,
        )

    @classmethod
    def joining(cls, outer: Self, arguments: Json) -> Self:
        """The join of branches, as a step of `outer`; its record lists them, as that of a sequence does."""
        plan = Join.of(arguments)
        return cls(
            id=new_id(),
            cause=outer.id,
            depth=outer.depth + 1,
            namespace=outer.namespace,
            transaction_id=outer.transaction_id,
            start=now_ms(),
            wait=0,
            action={
                "name": "join",
                "version": "0.0.1",
                "path": JOIN.removeprefix("/"),
                "binding": None,
                "limits": Limits().to_json(),
            },
            filter_name="fnkit/join",
            plan=plan,
            memory=None,
        )

    def again(self, ending: Ending) -> None:
        """The conductor's turn that the end of a server interrupted is taken once more."""
        self.logs.append(ending.id)
        if isinstance(self.plan, Composition):
            self.plan.conductors -= 1

    def waited(self) -> None:
        """The branches have ended: they ran beside, and this only waited."""
        self.duration, self.memory = now_ms() - self.start, None

    def count(self, ending: Ending, inner: "Position | None") -> None:
        """A step has ended."""
        self.logs.append(ending.id)
        self.duration += ending.duration
        self.memory = max(self.memory or 0, ending.memory or 0) or None
        self.plan.took(ending, inner and inner.plan)

    def ending(self) -> Ending:
        """Of the whole, for the one that it is a step of."""
        answer = self.plan.answer
        return Ending(self.id, replace(answer, size=self._size), self.duration, self.memory)

    def record(self, fault: Answer | None = None) -> Record:
        """Of the whole, that ends now: with its plan's answer, or with a fault of the platform's."""
        answer, end = fault or self.plan.answer, now_ms()
        result = dumps(answer.result)
        head = {
            "name": self.action["name"],
            "version": self.action["version"],
            "publish": False,
            "annotations": dict_to_pairs(self._notes()),
            "namespace": self.namespace,
            "subject": self.namespace,
            "activationId": self.id,
            **({"cause": self.cause} if self.cause else {}),
            "start": self.start,
            "end": end,
            "duration": self.duration,
        }
        return Record(
            id=self.id,
            namespace=self.namespace,
            filter_name=self.filter_name,
            start=self.start,
            status=answer.status,
            began="",
            head=dumps(head),
            result=result,
            response=response_of(answer.status, result, None if fault else self._size),
            logs=dumps(self.logs),
            ids=True,
        )

    @property
    def _size(self) -> int | None:
        # A record of a composition never has a size.
        return self.plan.answer.size if isinstance(self.plan, Sequence) else None

    def _notes(self) -> dict[str, Json]:
        notes: dict[str, Json] = {"topmost": self.cause is None, "path": self.action["path"]}
        notes["waitTime"] = self.wait
        if isinstance(self.plan, Composition):
            notes["conductor"] = True
        notes["kind"] = "sequence"
        if self.cause:
            notes["causedBy"] = "sequence"
        if self.action["binding"]:
            notes["binding"] = self.action["binding"]
        if self.memory is not None:
            own = self.action["limits"]
            notes["limits"] = Limits(own["timeout"], self.memory, own["logs"]).to_json()
        return notes

    def to_text(self) -> str:
        """As it is kept."""
        if not self.fixed:
            self.fixed = dumps({name: getattr(self, name) for name in _FIXED}).removesuffix("}")
        moving = {
            "memory": self.memory,
            "duration": self.duration,
            "logs": self.logs,
            "running": self.running,
            "plan": {self.plan.kind: self.plan.to_json()},
        }
        return f"{self.fixed},{dumps(moving)[1:]}"

    @classmethod
    def from_text(cls, text: str) -> Self:
        """As it was kept."""
        value: dict[str, Any] = json.loads(text)
        ((kind, plan),) = value["plan"].items()
        return cls(**{**value, "plan": KINDS[kind].from_json(plan), "kept": True})

    @classmethod
    def cut_off(cls, text: str) -> Self:
        """What its record needs where not all of it can be read: what no step changes is in front."""
        value: dict[str, Any] = json.loads(text.partition(',"duration":')[0] + "}")
        return cls(**value, plan=Sequence((), Answer.fault(STOPPED, Status.INTERNAL_ERROR)), kept=True)


_MOVING = ("memory", "duration", "logs", "running")
_FIXED = tuple(one.name for one in fields(Position) if one.name not in (*_MOVING, "plan", "kept", "fixed"))
