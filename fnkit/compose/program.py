"""A flow as the machine runs it: its nodes by id, its inline functions. Ships alone, with `machine`."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping

from fnkit.compose.moves import Json, Node, Object

OUTSIDE = frozenset({"action", "dynamic", "async"})
"""Types of nodes that are or start an activation."""


class Flow:
    """A flow, ready to run: its nodes by id, and its inline functions."""

    def __init__(self, document: Node, functions: Mapping[str, Callable[..., Json]]) -> None:
        """`document` as `nodes.to_json` writes it, with ids; `functions` by the id of their nodes."""
        self.nodes: dict[str, Node] = {node["id"]: node for node in _within(document)}
        self.root: str = document["id"]
        self.functions = functions
        self.store: Object | None = next((one["store"] for one in self.nodes.values() if "store" in one), None)
        self.digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:16]
        outside = [id_ for id_, node in self.nodes.items() if node["type"] in OUTSIDE]
        # A node has an action in it where the id of one begins with its own.
        self.outside = {".".join(id_.split(".")[:n]) for id_ in outside for n in range(1, id_.count(".") + 2)}


def _within(node: Node) -> Iterator[Node]:
    yield node
    for name, value in node.items():
        children = value if name == "components" else [value]
        for child in children if name not in ("value", "declarations") else ():
            if isinstance(child, dict) and "id" in child and "type" in child:
                yield from _within(child)


def name(node: Node) -> str:
    """What a message calls a node."""
    return f"{node['id']} ({node['label']})"


def arity(function: Callable[..., Json]) -> int:
    """How many of (params, variables) a function takes: those without a default."""
    code = function.__code__
    return int(code.co_argcount - len(function.__defaults__ or ()))
