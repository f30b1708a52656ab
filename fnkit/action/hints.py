"""What an annotation says of JSON: a type, and what it may be."""

import ast
import importlib
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fnkit.core.entities import Json

Hint = tuple[str | None, tuple[Json, ...]]
"""A JSON type, None where any value will do; and the choices, none where there is no `Literal`."""

UNKNOWN = object()
_TYPES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "list": "array",
    "List": "array",
    "tuple": "array",
    "Sequence": "array",
    "dict": "object",
    "Dict": "object",
    "Mapping": "object",
}


@dataclass(frozen=True)
class Known:
    """What the names in annotations and defaults mean."""

    namespace: Mapping[str, Any]
    """Live values."""
    imports: Mapping[str, str]
    """Name → dotted name."""
    aliases: Mapping[str, ast.expr] = field(repr=False)
    """Name → what was assigned to it: `Part = Literal["eyes", "hips"]`."""

    def value(self, name: str) -> Any:
        """The object of that name: live, or out of a module of fnkit's; UNKNOWN where it is not known."""
        if name in self.namespace:
            return self.namespace[name]
        dotted = self.imports.get(name, "")
        if dotted.startswith("fnkit."):
            module, _, last = dotted.rpartition(".")
            return getattr(importlib.import_module(module), last, UNKNOWN)
        return UNKNOWN


def hint(node: ast.expr, known: Known) -> Hint:
    """The JSON type and the choices of an annotation; (None, ()) where any value will do."""
    read: Callable[..., Hint] | None = _READERS.get(type(node))
    return read(node, known) if read is not None else (None, ())


def _text(node: ast.Constant, known: Known) -> Hint:
    if not isinstance(node.value, str):
        return None, ()
    try:
        return hint(ast.parse(node.value, mode="eval").body, known)
    except SyntaxError:
        return None, ()


def _union(node: ast.BinOp, known: Known) -> Hint:
    sides = [side for side in (node.left, node.right) if ast.unparse(side) != "None"]
    return hint(sides[0], known) if len(sides) == 1 and isinstance(node.op, ast.BitOr) else (None, ())


def _subscript(node: ast.Subscript, known: Known) -> Hint:
    name = ast.unparse(node.value).split(".")[-1]
    if name == "Literal":
        return _literal(node.slice)
    if name == "Optional":
        return hint(node.slice, known)
    if name == "Annotated" and isinstance(node.slice, ast.Tuple):
        return hint(node.slice.elts[0], known)
    return _TYPES.get(name), ()


def _attribute(node: ast.Attribute, known: Known) -> Hint:
    return _TYPES.get(node.attr), ()


def _name(node: ast.Name, known: Known) -> Hint:
    made = known.aliases.get(node.id)
    if made is not None and not isinstance(made, ast.Name):
        return hint(made, known)
    if node.id in _TYPES:
        return _TYPES[node.id], ()
    return _live(known.value(node.id))


_READERS: Mapping[type[ast.expr], Callable[..., Hint]] = types.MappingProxyType(
    {ast.Constant: _text, ast.BinOp: _union, ast.Subscript: _subscript, ast.Attribute: _attribute, ast.Name: _name}
)


def _live(value: Any) -> Hint:
    if typing.get_origin(value) is typing.Literal:
        return _of_choices(typing.get_args(value))
    if typing.get_origin(value) in (typing.Union, types.UnionType):
        sides = [side for side in typing.get_args(value) if side is not type(None)]
        return _live(sides[0]) if len(sides) == 1 else (None, ())
    name = getattr(typing.get_origin(value) or value, "__name__", "")
    return _TYPES.get(name), ()


def _literal(node: ast.expr) -> Hint:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None, ()
    return _of_choices(value if isinstance(value, tuple) else (value,))


def _of_choices(choices: tuple[Any, ...]) -> Hint:
    kinds = {_TYPES.get(type(choice).__name__) for choice in choices}
    return (kinds.pop() if len(kinds) == 1 else None), tuple(choices)
