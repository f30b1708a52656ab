"""Random flows, every one of which ends: of inline functions and of actions that the tests deploy."""

from collections.abc import Callable, Iterator

from fnkit.compose.nodes import SHAPES, Code, Node
from tests.flows.inline import PYTHON

ACTIONS = {
    "grown-add": "def main(args):\n    return {**args, 'n': args.get('n', 0) + 1}\n",
    "grown-odd": "def main(args):\n    return {'value': args.get('n', 0) % 2 == 1}\n",
    "grown-none": "def main(args):\n    return {'value': [], 'n': args.get('n', 0)}\n",
    "grown-fails": "def main(args):\n    return {'error': 'no'}\n",
}
SHARED = tuple(sorted(set(SHAPES) - {"async", "parallel", "map", "dynamic"}))
"""What Composer runs without a Redis, and with the same answer each time."""
FANNING = (*SHARED, "parallel", "map")
STEPS = ("bump", "double", "seven", "fails", "raises", "shows", "saves", "reads", "odd_too")
TESTS = ("odd", "odd_too", "grown-odd", "grown-none", "none_left", "nothing")
"""The last three give an empty list or object, which is true for Composer."""
DEEPEST = 4
Draw = Callable[[int], int]
"""A number below the given one."""


def function(name: str) -> Node:
    return Node("function", code=Code("python:3", name, PYTHON[name]))


def action(name: str) -> Node:
    return Node("action", {"name": f"/_/{name}"})


def leaf(draw: Draw) -> Node:
    names = [*STEPS, *ACTIONS, *ACTIONS]
    name = names[draw(len(names))]
    return action(name) if name in ACTIONS else function(name)


def test_of(draw: Draw) -> Node:
    name = TESTS[draw(len(TESTS))]
    return action(name) if name in ACTIONS else function(name)


def grow(draw: Draw, kinds: tuple[str, ...], depth: int = 0) -> Node:
    """A flow of these types; loops count down a variable of their own."""

    def inner() -> Node:
        return grow(draw, kinds, depth + 1)

    def some() -> tuple[Node, ...]:
        return tuple(inner() for _ in range(draw(3)))

    kind = kinds[draw(len(kinds))]
    if depth >= DEEPEST or kind in ("action", "function"):
        return leaf(draw)
    shape = SHAPES[kind]
    if "while" in kind:
        test = function("down_too" if kind.endswith("nosave") else "down")
        loop = Node(kind, parts={"test": test, "body": inner()})
        return Node("let", {"declarations": {"i": draw(3)}}, components=(loop,))
    if kind in ("if", "if_nosave"):
        parts = {"test": test_of(draw), "consequent": inner(), **({"alternate": inner()} if draw(2) else {})}
        return Node(kind, parts=parts)
    if kind == "literal":
        return Node(kind, {"value": [{"n": 3}, 5, [1], {"error": "given"}][draw(4)]})
    if kind == "map":
        each = Node(kind, components=(inner(),))
        return Node("sequence", components=(function("items"), each))
    values = {"declarations": {"n": draw(9)}} if kind == "let" else {"count": draw(3)} if shape.values else {}
    parts = {name: inner() for name in shape.parts}
    return Node(kind, values, parts, some() if shape.components else ())


def calls(events: tuple) -> int:
    """How many actions a run called, branches included."""
    return sum(event["event"] in ("call", "branch") for event in events)


def grown_text(node: Node) -> str:
    """The flow as lines, for a failure."""
    return "\n".join(f"{place} {one.type} {one.label} {dict(one.values)}" for place, one in node.walk())


def plain(value: object) -> object:
    """A result without what two engines word differently: what was raised, and the node before an error."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, str):
        raised = "threw an exception" in value or "KeyError" in value
        return "raised" if raised else value.rpartition("): ")[2]
    return value


def documents(nodes: list[Node]) -> Iterator[dict]:
    """Composer's JSON of flows, with JavaScript in place of Python."""
    from fnkit.compose.nodes import to_json
    from tests.flows.inline import JAVASCRIPT

    def translated(document: dict) -> dict:
        if document["type"] == "function":
            code = JAVASCRIPT[document["function"]["exec"]["code"]]
            return {**document, "function": {"exec": {"kind": "nodejs:default", "code": code}}}
        return {
            key: translated(one)
            if isinstance(one, dict) and "type" in one
            else [translated(child) for child in one]
            if key == "components"
            else one
            for key, one in document.items()
        }

    for node in nodes:
        yield translated(to_json(node))
