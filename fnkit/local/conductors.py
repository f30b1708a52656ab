"""A composition: a conductor action whose answers say what runs next. Pure.

Source: PrimitiveActions.scala (invokeConductor, tryInvokeNext), docs/conductors.md.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

from fnkit.core.entities import Json
from fnkit.local.jobs import Status
from fnkit.local.records import dumps
from fnkit.local.steps import MOST, Answer, Ending, Step, full_path

TOO_LONG = "Too many actions in the composition."
BROKEN = Answer.fault("There was an internal server error.", Status.INTERNAL_ERROR)
"""What a real server says where the first answer of a conductor is an array: it has no word for it."""


@dataclass(slots=True)
class Composition:
    """How far a composition is."""

    kind: ClassVar = "composition"
    """As it is kept."""
    conductor: str
    """Its path."""
    namespace: str
    """Of the caller: names without a namespace are there."""
    arguments: Json
    """For the next run of the conductor, or of `component` where that is due."""
    component: str | None = None
    """The path of the action that runs or is due."""
    due: bool = False
    """True where `component` is next, false where the conductor is."""
    state: dict[str, Json] | None = None
    conductors: int = 0
    """Runs of conductors, those of inner compositions too."""
    components: int = 0
    """Runs of components, those of inner compositions too."""
    ended: Answer | None = None

    @property
    def answer(self) -> Answer:
        """Of the whole."""
        return self.ended or BROKEN

    def next(self) -> Step | None:
        """The step to run, None at the end."""
        if self.ended is None and not self.due and self.conductors > 2 * MOST:
            self.ended = Answer.fault(TOO_LONG)
        if self.ended is not None:
            return None
        if self.due and self.component:
            return Step(self.component, self.arguments)
        self.conductors += 1
        given = self.arguments if isinstance(self.arguments, dict) else {}
        return Step(self.conductor, {**given, **(self.state or {})}, own=True)

    def took(self, ending: Ending, inner: object) -> None:
        """A step ran; `inner` where it was a sequence or a composition itself."""
        result = ending.answer.result
        if not self.due:
            self._hear(ending.answer)
            return
        self.due = False
        if isinstance(inner, Composition):
            self.conductors, self.components = inner.conductors, inner.components
        else:
            self.components += 1
        if isinstance(result, dict):
            self.arguments = result
        else:
            self.missing()

    def denied(self) -> None:
        """The caller may not call the component, or its package is not there: the conductor hears of it."""
        self.due = False
        self._tell(f"Failed entitlement check for action with name '{self._name}' during composition.")

    def missing(self) -> None:
        """The component is not there: the conductor hears of it."""
        self.due = False
        self._tell(f"Failed to resolve action with name '{self._name}' during composition.")

    def late(self, activation_id: str) -> None:
        """A step did not end in the time that it has."""
        text = f"Timeout reached when retrieving activation {activation_id} during composition."
        self.ended = Answer.fault(text, Status.INTERNAL_ERROR)

    def _hear(self, answer: Answer) -> None:
        result = answer.result
        if not isinstance(result, dict):
            if self.component is None:
                self.ended = BROKEN
            else:
                self.missing()
            return
        arguments = _boxed(result, "params", "value")
        self.state = _boxed(result, "state", "state")
        if "action" not in result:
            self.ended = Answer(answer.status, result if arguments is None else arguments)
            return
        path = full_path(result["action"], self.namespace)
        if path is None:
            named = dumps(result["action"])
            self._tell(f"Failed to parse action name from json value {named} during composition.")
        elif self.components >= MOST:
            self._tell(TOO_LONG)
        else:
            self.component, self.due, self.arguments = path, True, arguments or {}

    @property
    def _name(self) -> str:
        return (self.component or "").removeprefix("/")

    def _tell(self, fault: str) -> None:
        self.arguments = {"error": fault}

    def to_json(self) -> dict[str, Json]:
        """As it is kept."""
        return {
            "conductor": self.conductor,
            "namespace": self.namespace,
            "arguments": self.arguments,
            "component": self.component,
            "due": self.due,
            "state": self.state,
            "conductors": self.conductors,
            "components": self.components,
            "ended": self.ended and self.ended.to_json(),
        }

    @classmethod
    def from_json(cls, value: dict[str, Json]) -> Self:
        """As it was kept."""
        return cls(**{**value, "ended": value["ended"] and Answer.from_json(value["ended"])})


def _boxed(result: dict[str, Json], field: str, box: str) -> dict[str, Json] | None:
    if field not in result:
        return None
    value = result[field]
    return value if isinstance(value, dict) else {box: value}
