"""What a step of a flow may want next, and what is around it. Ships alone, with `steps`, `fork` and `machine`."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

Json = Any
Object = dict[str, Json]
"""What goes from step to step: JSON's objects."""
Node = Mapping[str, Json]
"""A node as `nodes.to_json` writes it, with `id` and `label`."""


class Enter(NamedTuple):
    """Go into a part or component of the node; with an empty word into its components, as a branch."""

    word: str
    value: Object
    branch: int = 0
    """Which branch, where it is one."""


class Leave(NamedTuple):
    """The node is done; an object with `error` is a failure, anything else than an object is boxed."""

    value: Json


class Call(NamedTuple):
    """Wait for an action: the turn ends."""

    action: str
    value: Object
    joins: bool = False
    """True where it is the join of branches."""


class Done(NamedTuple):
    """The flow, or this branch of it, has ended."""

    value: Object


Move = Enter | Leave | Call


class Unstarted(Exception):
    """A branch could not be started, for another reason than that there are too many now."""


class Unanswered(Unstarted):
    """Nobody said whether a branch was started: it may have begun all the same."""


class Unkept(Exception):
    """The store of a flow did not take a state, or has it no more."""


class Around(Protocol):
    """What a step may use of the machine that runs it."""

    def compute(self, node: Node, value: Object) -> Json:
        """What the function of a node gives."""
        ...

    def say(self, node: Node, event: str, **more: Json) -> None:
        """Tell what happened."""
        ...

    def start(self, node: Node, index: int, value: Object) -> str | None:
        """Start a branch: its activation id, None where no more may be started now. Raises Unstarted."""
        ...

    def outside(self, node: Node, index: int) -> bool:
        """True where the branch has an action in it, False where it is inline functions alone."""
        ...

    def variables(self) -> list[Object]:
        """A copy of every `let` around."""
        ...

    def restore(self, variables: list[Object]) -> None:
        """Make every `let` around what it was."""
        ...

    @property
    def session(self) -> str:
        """The id of the run."""
        ...


class World(Protocol):
    """What a run has around itself."""

    def say(self, event: Mapping[str, Json]) -> None:
        """Tell what happened."""
        ...

    def start(self, action: str | None, arguments: Object) -> str | None:
        """Start an action, or with None a branch of this flow: the activation id, None for not now.

        Raises Unstarted; Unanswered where it may have begun all the same.
        """
        ...

    def raised(self, error: Exception) -> None:
        """Hear what an inline function raised, traceback and all."""
        ...

    def left(self) -> float:
        """Seconds that are left for this turn."""
        ...

    def put(self, key: str, state: Object) -> None:
        """Keep a state in the flow's store. Raises Unkept."""
        ...

    def get(self, key: str) -> Object:
        """What was kept there. Raises Unkept."""
        ...

    def drop(self, key: str) -> None:
        """Keep it no more; a store that does not listen keeps it."""
        ...


def boxed(value: Json) -> Object:
    """The value as an object: what is none is its `value`."""
    return value if isinstance(value, dict) else {"value": value}


def failure(value: Json) -> bool:
    """True for an object with `error`."""
    return isinstance(value, dict) and "error" in value
