"""The ways through a compound statement: only what every way binds is bound for sure."""

# ruff: noqa: D102  (what visit_If visits is in its name)

import ast
from collections.abc import Iterable

from fnkit.action.scopes import captured


class Ways(ast.NodeVisitor):
    """Visits statements in the order in which they may run, and keeps `bound` as what is bound for sure."""

    def __init__(self) -> None:
        self.bound: set[str] = set()

    def store(self, name: str) -> None:
        """A name is bound here."""
        raise NotImplementedError

    def wait(self) -> None:
        """Something is awaited here."""
        raise NotImplementedError

    def branch(self, nodes: Iterable[ast.AST], start: set[str]) -> set[str]:
        """What is bound after `nodes`, where `start` was before."""
        self.bound = set(start)
        self.visit_all(nodes)
        return self.bound

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        start = set(self.bound)
        self.bound = self.branch(node.body, start) & self.branch(node.orelse, start)

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        start = set(self.bound)
        self.branch([*node.body, *node.orelse], start)
        self.bound = start

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        if isinstance(node, ast.AsyncFor):
            self.wait()
        self.visit(node.iter)
        start = set(self.bound)
        self.branch([node.target, *node.body], start)
        self.branch(node.orelse, start)
        self.bound = start

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_AsyncWith(self, node: ast.AsyncWith) -> None:
        self.wait()
        self.generic_visit(node)

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        start = set(self.bound)
        ends = [self.branch([*node.body, *node.orelse], start)]
        for handler in node.handlers:
            self.bound = set(start)
            if handler.type is not None:
                self.visit(handler.type)
            if handler.name is not None:
                self.store(handler.name)
            self.visit_all(handler.body)
            if handler.name is not None:
                self.bound.discard(handler.name)
            if not isinstance(handler.body[-1], ast.Raise):
                ends.append(self.bound)
        self.bound = set.intersection(*ends)
        self.visit_all(node.finalbody)

    def visit_TryStar(self, node: ast.TryStar) -> None:
        self.visit_Try(node)

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        start = set(self.bound)
        for case in node.cases:
            for name in captured(case.pattern):
                self.store(name)
            self.branch([case.pattern, *([case.guard] if case.guard else []), *case.body], self.bound)
            self.bound = set(start)

    def visit_all(self, nodes: Iterable[ast.AST]) -> None:
        """Visit them one after the other."""
        for node in nodes:
            self.visit(node)
