"""A flow as a person holds it: composed, run dry, deployed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fnkit.compose import nodes
from fnkit.compose.nodes import Node
from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument

if TYPE_CHECKING:
    from fnkit.pictures.picture import Picture


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

    def stored(self, url: str, endpoint: str | None = None, region: str | None = None) -> "Flow":
        """The same flow, whose state goes through a store where it is larger than OpenWhisk carries (1 MiB).

        `url` is `objects:flows/`, the embedded platform's own store, or `s3://bucket/flows`, on any OpenWhisk:
        deploy it with the secrets AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. `endpoint` is that of a store
        which is not AWS's, `region` is us-east-1 where nothing is said. Raises BadArgument.
        """
        place = {"url": url, "endpoint": endpoint, "region": region}
        known = {name: value for name, value in place.items() if value is not None}
        if not url.startswith("objects:") and not (url.startswith("s3://") and urlsplit(url).netloc):
            advice = "Give objects:PREFIX or s3://BUCKET/PREFIX."
            raise BadArgument("Composing a flow", f"{url!r} is no store.", advice)
        return replace(self, node=replace(self.node, values={**self.node.values, "store": known}))

    def picture(self, name: str = "flow") -> "Picture":
        """The picture of the flow as it is written: `.svg`, `.png()`, `.mermaid`, `.save("flow.svg")`.

        Runs have pictures of their own: `session.flow()`.
        """
        from fnkit.compose.drawing import flow

        return flow(self.node, name)

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
    if flow.node.type != "sequence" or flow.node.values:
        return [flow]
    return [Flow(one) for one in flow.node.components]
