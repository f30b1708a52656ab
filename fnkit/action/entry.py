"""The signature of an entry function, as `invoke`, the form and the action file need it."""

import ast
import importlib
import json
import types
import typing
from collections.abc import Mapping
from typing import Any

from fnkit.action.remake import imported
from fnkit.action.statements import Run
from fnkit.core.entities import Entry, EntryParameter, Json
from fnkit.core.errors import BadCell

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
_WHOLE = frozenset({"args", "params"})
_NONE = object()


def entry(name: str, run: Run) -> Entry:
    """The entry that the last `def` of `name` makes.

    Raises BadCell where it is not a function that can be called with one object: `async`, `*args`,
    positional-only parameters, a class, a lambda.
    """
    maker = run.binder(name, len(run.statements))
    if maker is None:
        from fnkit.action.remake import unknown

        raise unknown(name, name, run, name)
    node = maker.node
    tried = f"Reading the signature of {name} ({maker.label})"
    if isinstance(node, ast.AsyncFunctionDef):
        raise BadCell(tried, "it is async, and OpenWhisk does not await.", f"Write `def {name}` and call asyncio.run(…) in it.")
    if not isinstance(node, ast.FunctionDef):
        raise BadCell(tried, "it is not made with def.", f"Write `def {name}(…):` and call it from there.")
    given = node.args
    if given.vararg is not None or given.posonlyargs:
        which = f"*{given.vararg.arg}" if given.vararg else "parameters before a /"
        raise BadCell(tried, f"it has {which}, and OpenWhisk's parameters have names.", "Give each parameter a name.")
    doc = (ast.get_docstring(node) or "").split("\n\n")[0]
    arguments = [*given.args, *given.kwonlyargs]
    if len(arguments) == 1 and given.kwarg is None and arguments[0].arg in _WHOLE and _takes_object(arguments[0]):
        return Entry(name, whole=True, doc=doc)
    defaults = [*[None] * (len(given.args) - len(given.defaults)), *given.defaults, *given.kw_defaults]
    known = _Known(run.cells.namespace, imported(run, len(run.statements)), _aliases(run))
    parameters = tuple(
        _parameter(argument, default, known) for argument, default in zip(arguments, defaults, strict=True)
    )
    return Entry(name, parameters, given.kwarg is not None, doc=doc)


def _takes_object(argument: ast.arg) -> bool:
    return argument.annotation is None or ast.unparse(argument.annotation).split("[")[0].split(".")[-1] in {
        "dict",
        "Dict",
        "Mapping",
        "Any",
    }


class _Known:
    """What the names in annotations and defaults mean."""

    def __init__(
        self, namespace: Mapping[str, Any] | None, imports: Mapping[str, str], aliases: Mapping[str, ast.expr]
    ) -> None:
        self.namespace, self.imports, self.aliases = namespace or {}, imports, aliases

    def value(self, name: str) -> Any:
        """The object of that name: live, or out of a module of fnkit's; _NONE where it is not known."""
        if name in self.namespace:
            return self.namespace[name]
        dotted = self.imports.get(name, "")
        if dotted.startswith("fnkit."):
            module, _, last = dotted.rpartition(".")
            return getattr(importlib.import_module(module), last, _NONE)
        return _NONE


def _aliases(run: Run) -> dict[str, ast.expr]:
    """Names that an assignment gave a value: `Part = Literal["eyes", "hips"]`."""
    aliases: dict[str, ast.expr] = {}
    for statement in run.statements:
        node = statement.node
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            aliases[node.targets[0].id] = node.value
    return aliases


def _parameter(argument: ast.arg, default: ast.expr | None, known: _Known) -> EntryParameter:
    kind, choices = (None, ()) if argument.annotation is None else _hint(argument.annotation, known)
    if default is None:
        return EntryParameter(argument.arg, kind, True, None, choices)
    return EntryParameter(argument.arg, kind, False, _default(default, known), choices)


def _default(node: ast.expr, known: _Known) -> Json:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        value = known.value(node.id) if isinstance(node, ast.Name) else None
        if value is _NONE and isinstance(node, ast.Name) and node.id in known.aliases:
            return _default(known.aliases[node.id], known)
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        return None  # Python's own default holds; it is only not known here


def _hint(node: ast.expr, known: _Known) -> tuple[str | None, tuple[Json, ...]]:
    """The JSON type and the choices of an annotation; (None, ()) where any value will do."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return _hint(ast.parse(node.value, mode="eval").body, known)
        except SyntaxError:
            return None, ()
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides = [side for side in (node.left, node.right) if not _is_none(side)]
        return _hint(sides[0], known) if len(sides) == 1 else (None, ())
    if isinstance(node, ast.Subscript):
        name = ast.unparse(node.value).split(".")[-1]
        if name == "Literal":
            return _literal(node.slice)
        if name == "Optional":
            return _hint(node.slice, known)
        if name == "Annotated" and isinstance(node.slice, ast.Tuple):
            return _hint(node.slice.elts[0], known)
        return _TYPES.get(name), ()
    if isinstance(node, ast.Attribute):
        return _TYPES.get(node.attr), ()
    if not isinstance(node, ast.Name):
        return None, ()
    if node.id in _TYPES and node.id not in known.aliases:
        return _TYPES[node.id], ()
    if node.id in known.aliases and not isinstance(known.aliases[node.id], ast.Name):
        return _hint(known.aliases[node.id], known)
    return _live_hint(known.value(node.id))


def _live_hint(value: Any) -> tuple[str | None, tuple[Json, ...]]:
    if typing.get_origin(value) is typing.Literal:
        return _of_choices(typing.get_args(value))
    if typing.get_origin(value) in (typing.Union, types.UnionType):
        sides = [side for side in typing.get_args(value) if side is not type(None)]
        return _live_hint(sides[0]) if len(sides) == 1 else (None, ())
    name = getattr(typing.get_origin(value) or value, "__name__", "")
    return _TYPES.get(name), ()


def _literal(node: ast.expr) -> tuple[str | None, tuple[Json, ...]]:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None, ()
    return _of_choices(value if isinstance(value, tuple) else (value,))


def _of_choices(choices: tuple[Any, ...]) -> tuple[str | None, tuple[Json, ...]]:
    kinds = {_TYPES.get(type(choice).__name__) for choice in choices}
    return (kinds.pop() if len(kinds) == 1 else None), tuple(choices)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
