"""What one top-level statement does to the notebook's names: a reading of the syntax tree, nothing is run."""

import ast
from dataclasses import dataclass, field

from fnkit.action.changing import METHODS, ON_ARGUMENT, written_into
from fnkit.action.scopes import Scope, all_arguments, root, stored_names, type_parameters
from fnkit.action.ways import Ways


@dataclass(slots=True)
class Effects:
    """The names that a statement touches, all of them globals of the notebook."""

    binds: set[str] = field(default_factory=set)
    sure: set[str] = field(default_factory=set)
    """Those of `binds` that are bound whichever way the statement goes."""
    deletes: set[str] = field(default_factory=set)
    now: set[str] = field(default_factory=set)
    """Read while it runs."""
    later: set[str] = field(default_factory=set)
    """Read by the bodies of the functions that it makes, whenever those run."""
    soon: set[str] = field(default_factory=set)
    """Those of `later` that may be read while it runs, by a lambda or behind a decorator."""
    changes: set[str] = field(default_factory=set)
    """Changed in place while it runs."""
    changes_later: set[str] = field(default_factory=set)
    """Changed or bound anew (`global`) by the bodies of its functions."""
    called: set[str] = field(default_factory=set)
    """Functions that it may call: called, handed over, used as decorators."""
    methods: set[tuple[str, str]] = field(default_factory=set)
    """(name, method) of calls `name.method(…)` while it runs."""
    awaits: bool = False


def effects(statement: ast.stmt, lazy_annotations: bool = False) -> Effects:
    """The effects of a top-level statement; `lazy_annotations` after `from __future__ import annotations`."""
    reader = _Reader(lazy_annotations)
    reader.visit(statement)
    reader.found.sure = reader.bound & reader.found.binds
    return reader.found


class _Reader(Ways, ast.NodeVisitor):
    def __init__(self, lazy_annotations: bool) -> None:
        super().__init__()
        self.found = Effects()
        self.scopes: list[Scope] = []
        self.lazy_annotations = lazy_annotations
        self.resting = False  # within a body that nothing runs before the statement has ended
        self.handed: set[ast.expr] = set()  # what is called, or handed to a call that may call it
        self.running = False  # within a lambda that runs while the statement does

    @property
    def deferred(self) -> bool:
        return any(scope.kind == "function" for scope in self.scopes)

    @property
    def at_once(self) -> bool:
        return self.running or not self.deferred

    def is_global(self, name: str) -> bool:
        for scope in reversed(self.scopes):
            if name in scope.globals:
                return True
            # A class's names are seen by its body alone, not by its methods.
            if name in scope.names and (scope.kind != "class" or scope is self.scopes[-1]):
                return False
        return True

    def load(self, name: str) -> None:
        if not self.is_global(name):
            return
        if self.deferred:
            self.found.later.add(name)
            if not self.resting:
                self.found.soon.add(name)
        elif name not in self.bound:
            self.found.now.add(name)

    def store(self, name: str) -> None:
        if not self.is_global(name):
            return
        if self.deferred:
            self.found.changes_later.add(name)
        else:
            self.found.binds.add(name)
            self.bound.add(name)

    def change(self, node: ast.expr) -> None:
        name = root(node)
        if name is None or not self.is_global(name):
            return
        if self.deferred:
            self.found.changes_later.add(name)
        if self.at_once:
            self.found.changes.add(name)

    # Names

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.load(node.id)
        elif isinstance(node.ctx, ast.Store):
            self.store(node.id)
        elif not self.deferred and self.is_global(node.id):
            self.load(node.id)
            self.found.binds.add(node.id)
            self.found.deletes.add(node.id)
            self.bound.add(node.id)

    def visit_Attribute(self, node: ast.Attribute | ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.change(node)
        self.generic_visit(node)

    visit_Subscript = visit_Attribute  # noqa: N815

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        self.visit_all(node.targets)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        self.change(node.target)
        if isinstance(node.target, ast.Name):
            self.load(node.target.id)
        self.visit(node.target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if not self.deferred and not self.lazy_annotations:
            self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        inner: list[Scope] = []
        while self.scopes and self.scopes[-1].kind == "comprehension":
            inner.append(self.scopes.pop())
        self.store(node.target.id)
        if inner:
            self.bound.discard(node.target.id)  # an empty comprehension binds nothing
        self.scopes.extend(reversed(inner))

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            self.store(name)
            if alias.asname is None and "." in alias.name:
                self.bound.discard(name)  # `import a.b` adds to what `import a.c` bound

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name != "*":
                self.store(alias.asname or alias.name)

    # Calls

    def visit_Call(self, node: ast.Call) -> None:
        handed = [*node.args, *(keyword.value for keyword in node.keywords)]
        for name in (item.id for item in [node.func, *handed] if isinstance(item, ast.Name)):
            self.call(name)
        self.handed.update([node.func, *handed])
        last = node.func.attr if isinstance(node.func, ast.Attribute) else root(node.func)
        written = written_into(node)
        for target in written:
            self.change(target)
        if isinstance(node.func, ast.Attribute) and not written:
            self.method(node.func)
        if last in ON_ARGUMENT and node.args:
            self.change(node.args[0])
        self.generic_visit(node)

    def call(self, name: str | None) -> None:
        if name is not None and self.at_once and self.is_global(name):
            self.found.called.add(name)

    def method(self, called: ast.Attribute) -> None:
        if called.attr in METHODS:
            self.change(called.value)
        elif self.at_once and (name := root(called.value)) is not None and self.is_global(name):
            self.found.methods.add((name, called.attr))

    def wait(self) -> None:
        self.found.awaits |= not self.deferred

    def visit_Await(self, node: ast.Await) -> None:
        self.wait()
        self.generic_visit(node)

    # Scopes

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.decorated(node.decorator_list)
        self.visit_all([*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)])
        generic = type_parameters(node)
        self.scopes.append(Scope("class", generic))
        if not self.lazy_annotations:
            hints = [argument.annotation for argument in all_arguments(node.args)]
            self.visit_all([hint for hint in [*hints, node.returns] if hint is not None])
        self.scopes.pop()
        self.store(node.name)
        was = self.resting, self.running
        self.resting, self.running = self.resting or not node.decorator_list, False
        self.body(node.args, node.body, generic)
        self.resting, self.running = was

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit_all([*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)])
        was, self.running = self.running, node in self.handed and self.at_once
        self.body(node.args, [node.body], set())
        self.running = was

    def body(self, arguments: ast.arguments, nodes: list[ast.stmt] | list[ast.expr], generic: set[str]) -> None:
        stored, global_names, outer = stored_names(nodes)
        names = {argument.arg for argument in all_arguments(arguments)} | stored | generic
        self.scopes.append(Scope("function", names - global_names - outer, global_names))
        self.visit_all(nodes)
        self.scopes.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.decorated(node.decorator_list)
        generic = type_parameters(node)
        self.scopes.append(Scope("comprehension", generic))
        self.visit_all([*node.bases, *(keyword.value for keyword in node.keywords)])
        stored, global_names, _ = stored_names(node.body)
        self.scopes.append(Scope("class", stored - global_names, global_names))
        self.visit_all(node.body)
        self.scopes.pop()
        self.scopes.pop()
        self.store(node.name)

    def decorated(self, decorators: list[ast.expr]) -> None:
        for decorator in decorators:
            self.call(root(decorator))
            if isinstance(decorator, ast.Attribute):  # `@registry.add` is a call `registry.add(function)`
                self.method(decorator)
        self.visit_all(decorators)

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        first = node.generators[0]
        self.visit(first.iter)
        stored, _, _ = stored_names([generator.target for generator in node.generators])
        self.scopes.append(Scope("comprehension", stored))
        for generator in node.generators:
            if generator is not first:
                self.visit(generator.iter)
            self.visit_all([generator.target, *generator.ifs])
        self.visit_all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        self.scopes.pop()

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp  # noqa: N815
