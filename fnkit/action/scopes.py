"""Which names belong to a scope: Python's own rules, read off the syntax tree."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from fnkit.action.changing import METHODS


@dataclass(slots=True)
class Scope:
    """A function, a class or a comprehension, with the names that are its own."""

    kind: str
    names: set[str]
    globals: set[str] = field(default_factory=set)
    """Declared `global` in it."""


def root(node: ast.expr) -> str | None:
    """The name that `a.b[0].c()` begins with, None where it begins with no name."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call | ast.Starred):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    """Every parameter, `*args` and `**rest` too."""
    starred = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *starred]


def type_parameters(node: ast.AST) -> set[str]:
    """`T` of `def f[T](…)`."""
    return {parameter.name for parameter in getattr(node, "type_params", [])}


def captured(pattern: ast.pattern) -> set[str]:
    """The names that a pattern of `match` binds."""
    names = {getattr(node, "name", None) or getattr(node, "rest", None) for node in ast.walk(pattern)}
    return {name for name in names if isinstance(name, str)}


def stored_names(nodes: Iterable[ast.AST]) -> tuple[set[str], set[str], set[str]]:
    """The names that a scope's own statements bind, declare global, declare nonlocal."""
    stored: set[str] = set()
    declared: set[str] = set()
    outer: set[str] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            stored.add(node.name)
            waiting += node.decorator_list
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            stored |= {n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr)}
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            stored.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            stored |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Global):
            declared |= set(node.names)
        elif isinstance(node, ast.Nonlocal):
            outer |= set(node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            stored.add(node.name)
        elif isinstance(node, ast.pattern):
            stored |= captured(node)
        waiting += ast.iter_child_nodes(node)
    return stored, declared, outer


def changing_methods(node: ast.ClassDef) -> set[str]:
    """The methods of a class that change the object: that bind, delete or add to something of `self`."""
    names: set[str] = set()
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.args.args:
            own = method.args.args[0].arg
            parts = (part for part in ast.walk(method) if isinstance(part, ast.Attribute | ast.Subscript))
            changes = (
                not isinstance(part.ctx, ast.Load) or getattr(part, "attr", "") in METHODS
                for part in parts
                if root(part) == own
            )
            if any(changes) and not (method.name.startswith("__") and method.name.endswith("__")):
                names.add(method.name)
    return names
