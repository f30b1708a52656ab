"""A flow as a person holds it: composed, run dry, deployed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fnkit.compose import nodes
from fnkit.compose.nodes import Node
from fnkit.core.entities import Json


@dataclass(frozen=True)
class Flow:
    """Functions and actions that were composed: a value that can be run dry, deployed, drawn and composed further.

    >>> from fnkit import compose
    >>> twice = compose.sequence(lambda r: {"n": r["n"] + 1}) >> (lambda r: {"n": r["n"] * 2})
    >>> twice.run({"n": 20})
    {'n': 42}
    """

    node: Node

    def run(
        self, given: Mapping[str, Json] | None = None, answers: Mapping[str, Any] | None = None, /, **more: Json
    ) -> Json:
        """What the deployed flow would answer, without a platform: `flow.run(n=1)`, `flow.run({"n": 1})`.

        Actions that the flow brings along run as the functions that they are; of the others `answers` says what
        they answer, by name: an object, or a function. Raises BadArgument with the node where nothing is said.
        """
        from fnkit.compose.dry import play

        return play(self.node, {**(given or {}), **more}, answers or {}).result

    def deploy(self, name: str, **options: Any) -> Any:
        """Put it on the platform as the action `name`, as `fnkit.deploy` does, with its options; its receipt."""
        import fnkit

        return fnkit.deploy(self, name, **options)

    def to_json(self) -> dict[str, Json]:
        """Composer's JSON of it."""
        return nodes.to_json(self.node)

    @classmethod
    def from_json(cls, document: Json) -> "Flow":
        """A flow of Composer's JSON: its AST, or what its `compile` gives. Raises BadArgument with the node."""
        return cls(nodes.from_json(document))

    def __rshift__(self, following: Any) -> "Flow":
        from fnkit.compose.combinators import sequence

        return sequence(*_flat(self), following)

    def __rrshift__(self, before: Any) -> "Flow":
        from fnkit.compose.combinators import sequence

        return sequence(before, *_flat(self))

    def __str__(self) -> str:
        return "\n".join(
            f"{'  ' * place.count('.')}{place.rpartition('.')[2]} {node.label}" for place, node in self.node.walk()
        )


def _flat(flow: Flow) -> list[Flow]:
    if flow.node.type != "sequence":
        return [flow]
    return [Flow(one) for one in flow.node.components]
