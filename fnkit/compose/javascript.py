"""A flow's parts in JavaScript: its inline functions and the actions that it defines become nodejs actions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fnkit.action.inject import template
from fnkit.compose.combinators import function
from fnkit.compose.foreign import unwrapped, wrapped
from fnkit.compose.nodes import ROOT, Node, full_name
from fnkit.core.names import ActionName


@dataclass(frozen=True, slots=True)
class Carried:
    """A flow without JavaScript in it, and the actions that hold what there was."""

    node: Node
    actions: Mapping[str, Mapping[str, str]]
    """`exec` by full name."""


def carried(node: Node, name: ActionName) -> Carried:
    """The flow with an action `{name}-{id}` in the place of each inline function that is not Python."""
    actions: dict[str, Mapping[str, str]] = {}

    def walk(one: Node, place: str) -> Node:
        code = one.code
        if code is not None and code.live is None and not code.kind.startswith("python"):
            if one.type == "action":
                actions[str(one.values["name"])] = {"kind": code.kind, "code": code.text}
                return replace(one, code=None)
            text = template("function.js.j2").render(code=json.dumps(code.text))
            own = full_name(f"{name}-{place}")
            actions[own] = {"kind": code.kind, "code": text}
            around = (function(wrapped).node, Node("action", {"name": own}), function(unwrapped).node)
            return Node("sequence", components=around)
        return replace(
            one,
            parts={word: walk(child, f"{place}.{word}") for word, child in one.parts.items()},
            components=tuple(walk(child, f"{place}.{index}") for index, child in enumerate(one.components)),
        )

    return Carried(walk(node, ROOT), actions)
