"""The join of branches: a step of a composition that waits for activations and holds no instance. Pure.

OpenWhisk has nothing like it; there an action does it (`fnkit.compose.join`), with the same arguments and answer.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Self

from fnkit.core.entities import PAYLOAD_LIMIT, Json
from fnkit.local.jobs import Status
from fnkit.local.records import dumps
from fnkit.local.steps import Answer, Ending

NO_IDS = "A join wants a list of activation ids."


@dataclass(slots=True)
class Join:
    """What is waited for, and what came of it."""

    kind: ClassVar = "join"
    """As it is kept."""
    ids: list[str]
    errors: str = "collect"
    """`fail` ends the wait with the first branch that fails."""
    results: dict[str, Json] = field(default_factory=dict)
    failed: bool = False
    """True where one of the results is an error."""

    @classmethod
    def of(cls, arguments: Json) -> Self:
        """What a conductor asked for; without a list of ids there is nothing to wait for."""
        given = arguments if isinstance(arguments, dict) else {}
        ids = given.get("ids")
        named = [one for one in ids if isinstance(one, str)] if isinstance(ids, list) else []
        return cls(named, str(given.get("errors", "collect")))

    def next(self) -> None:
        """No step of it is an action."""

    def took(self, ending: Ending, inner: object) -> None:
        """A branch has ended."""
        result = self.results[ending.id] = ending.answer.result
        self.failed = self.failed or (isinstance(result, dict) and "error" in result)

    @property
    def decided(self) -> bool:
        """True where no other branch matters any more."""
        return self.failed and self.errors == "fail"

    @property
    def waiting(self) -> list[str]:
        """The branches whose end matters and is not known yet."""
        return [] if self.decided else [one for one in self.ids if one not in self.results]

    @property
    def answer(self) -> Answer:
        """`{"results": {id: result}}`."""
        if not self.ids:
            return Answer.fault(NO_IDS)
        result = {"results": self.results}
        if (size := len(dumps(result).encode())) > PAYLOAD_LIMIT:
            return Answer.fault(f"The branches gave {size} bytes, and a result may have {PAYLOAD_LIMIT}.")
        return Answer(Status.SUCCESS, result)

    def missing(self) -> None:
        """Never asked: no step of it is an action."""

    denied = missing

    def late(self, activation_id: str) -> None:
        """Never asked either."""

    def to_json(self) -> dict[str, Json]:
        """As it is kept: what came of the branches is in their records."""
        return {"ids": self.ids, "errors": self.errors}

    @classmethod
    def from_json(cls, value: dict[str, Json]) -> Self:
        """As it was kept."""
        return cls(**value)
