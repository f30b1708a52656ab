"""A flow as plain values, and as the JSON that Composer writes and reads.

A node has a type, values (`count`), named parts (`test`, `consequent`), components, and code where it is a
function. Its id says where it lies: `0` is the flow, `0.1.consequent` the consequent of its second component.

Source of types, fields and meaning: apache/openwhisk-composer composer.js, docs/COMBINATORS.md.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument, did_you_mean
from fnkit.core.names import ActionName

ROOT = "0"
LONGEST = 40
"""Characters of a label."""
PYTHON = "python:3"
"""The kind of an inline function that is Python."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a type of node consists of."""

    parts: tuple[str, ...] = ()
    """Nodes by name."""
    optional: tuple[str, ...] = ()
    """Parts that may be missing."""
    values: tuple[str, ...] = ()
    components: bool = False


_SEVERAL = Shape(components=True)
_CHOICE = Shape(("test", "consequent"), ("alternate",))
SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "sequence": _SEVERAL,
        "empty": Shape(),
        "if": _CHOICE,
        "if_nosave": _CHOICE,
        "while": Shape(("test", "body")),
        "while_nosave": Shape(("test", "body")),
        "dowhile": Shape(("body", "test")),
        "dowhile_nosave": Shape(("body", "test")),
        "repeat": Shape(values=("count",), components=True),
        "retry": Shape(values=("count",), components=True),
        "try": Shape(("body", "handler")),
        "finally": Shape(("body", "finalizer")),
        "retain": _SEVERAL,
        "retain_catch": _SEVERAL,
        "merge": _SEVERAL,
        "let": Shape(values=("declarations",), components=True),
        "mask": _SEVERAL,
        "literal": Shape(values=("value",)),
        "action": Shape(values=("name",)),
        "function": Shape(),
        "async": _SEVERAL,
        "parallel": _SEVERAL,
        "map": _SEVERAL,
        "dynamic": Shape(),
    }
)
"""Every type of node."""
BEYOND = ("errors", "truth", "store")
"""Values that Composer does not know: a policy of branches, how conditions are judged, a store."""
SYNONYMS: Mapping[str, str] = MappingProxyType({"seq": "sequence", "par": "parallel", "value": "literal"})
"""Composer's second names."""


@dataclass(frozen=True, slots=True)
class Code:
    """The code of an inline function, or of an action that a flow brings along."""

    kind: str
    """`python:3`, `nodejs:default`, …"""
    text: str
    """Its source, for people; for nodejs and for what was read from JSON also for machines."""
    live: Callable[..., Any] | None = field(default=None, repr=False)
    """The Python function itself, None where it is only known as text."""


@dataclass(frozen=True, slots=True)
class Node:
    """One step of a flow with all that lies within it."""

    type: str
    values: Mapping[str, Json] = field(default_factory=dict)
    parts: Mapping[str, "Node"] = field(default_factory=dict)
    components: tuple["Node", ...] = ()
    code: Code | None = None
    """Of a function; of an action that the flow brings along."""

    @property
    def children(self) -> Iterator[tuple[str, "Node"]]:
        """What lies directly within it, with the last word of each id."""
        yield from self.parts.items()
        yield from ((str(index), node) for index, node in enumerate(self.components))

    @property
    def label(self) -> str:
        """A few words that a person knows it by: an action's name, a function's source, else the type."""
        text = self.type
        if self.type == "action":
            text = str(self.values["name"]).removeprefix("/_/")
        elif self.code is not None:
            text = self.code.text.strip()
            text = text.split("(")[0].removeprefix("def ") if text.startswith("def ") else text
        elif self.type in ("repeat", "retry"):
            text = f"{self.type} {self.values['count']}"
        text = " ".join(text.split())
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"

    def walk(self, place: str = ROOT) -> Iterator[tuple[str, "Node"]]:
        """It and everything within it with its id, outer ones first."""
        yield place, self
        for word, child in self.children:
            yield from child.walk(f"{place}.{word}")


def to_json(node: Node, place: str | None = None) -> dict[str, Json]:
    """The node as Composer's JSON; with `place`, its own id, every node has `id` and `label` too."""

    def inner(word: str, child: Node) -> dict[str, Json]:
        return to_json(child, None if place is None else f"{place}.{word}")

    document: dict[str, Json] = {"type": node.type, **node.values}
    if place is not None:
        document |= {"id": place, "label": node.label}
    if node.code is not None:
        document |= {"function" if node.type == "function" else "action": {"exec": _exec(node.code)}}
    document |= {word: inner(word, child) for word, child in node.parts.items()}
    if SHAPES[node.type].components:
        document["components"] = [inner(str(index), child) for index, child in enumerate(node.components)]
    return document


def _exec(code: Code) -> dict[str, Json]:
    return {"kind": code.kind, "code": code.text}


def from_json(document: Json, place: str = ROOT) -> Node:
    """The node of Composer's JSON: its AST, or all that its `compile` gives. Raises BadArgument with the id."""
    if isinstance(document, Mapping) and isinstance(document.get("ast"), Mapping):
        document = document["ast"]
    if not isinstance(document, Mapping) or not isinstance(document.get("type"), str):
        raise BadArgument(f"Reading node {place}", "it is no object with a type.")
    kind = SYNONYMS.get(document["type"], document["type"])
    shape = SHAPES.get(kind)
    if shape is None:
        raise BadArgument(
            f"Reading node {place}", f"there is no combinator {kind!r}.", did_you_mean(kind, list(SHAPES))
        )
    missing = [name for name in (*shape.parts, *shape.values) if name not in document]
    if missing:
        raise BadArgument(f"Reading node {place} ({kind})", f"it has no {' and no '.join(missing)}.")
    named = [name for name in (*shape.parts, *shape.optional) if document.get(name) is not None]
    listed = document.get("components") or () if shape.components else ()
    return Node(
        type=kind,
        values={name: document[name] for name in (*shape.values, *BEYOND) if name in document},
        parts={name: from_json(document[name], f"{place}.{name}") for name in named},
        components=tuple(from_json(one, f"{place}.{index}") for index, one in enumerate(listed)),
        code=_code(document, kind, place),
    )


def _code(document: Mapping[str, Json], kind: str, place: str) -> Code | None:
    if kind not in ("function", "action") or (kind == "action" and kind not in document):
        return None
    try:
        execution = document[kind]["exec"]
        return Code(str(execution.get("kind", "nodejs:default")), str(execution["code"]))
    except (KeyError, TypeError, AttributeError):
        raise BadArgument(f"Reading node {place} ({kind})", "it has no exec with code.") from None


def full_name(name: str) -> str:
    """`/namespace/[package/]name` of an action as a person or Composer names it. Raises BadArgument."""
    parsed = ActionName.parse(name.strip())
    return f"/{parsed.namespace}/{f'{parsed.package}/' if parsed.package else ''}{parsed.name}"


def brought(node: Node) -> Mapping[str, Callable[..., Any]]:
    """The actions that the flow brings along, by name. Raises BadArgument for two of one name."""
    found: dict[str, tuple[str, Callable[..., Any]]] = {}
    for place, one in node.walk():
        if one.type != "action" or one.code is None or one.code.live is None:
            continue
        name = str(one.values["name"])
        before, other = found.setdefault(name, (place, one.code.live))
        if other is not one.code.live:
            short = name.removeprefix("/_/")
            raise BadArgument(
                f"Composing the action {short}", f"nodes {before} and {place} give it two functions."
            )
    return {name: function for name, (_, function) in found.items()}


def called(node: Node) -> Mapping[str, str]:
    """The actions that the flow calls: name, and the id of the first node that does."""
    names: dict[str, str] = {}
    for place, one in node.walk():
        if one.type == "action":
            names.setdefault(str(one.values["name"]), place)
    return names


def store(node: Node) -> Mapping[str, Json] | None:
    """Where the flow's state goes that is too large, None where nobody asked. Raises BadArgument for two."""
    named = [(place, one.values["store"]) for place, one in node.walk() if "store" in one.values]
    for place, other in named[1:]:
        if other != named[0][1]:
            raise BadArgument("Composing a flow", f"nodes {named[0][0]} and {place} name two stores.", "Name one.")
    return named[0][1] if named else None


def renamed(node: Node, names: Mapping[str, str]) -> Node:
    """The same flow with other actions in it: full name → full name; what is not named stays."""
    values = node.values
    if node.type == "action":
        name = str(values["name"])
        values = {**values, "name": names.get(name, name)}
    return replace(
        node,
        values=values,
        parts={word: renamed(part, names) for word, part in node.parts.items()},
        components=tuple(renamed(component, names) for component in node.components),
    )
