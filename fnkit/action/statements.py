"""The top-level statements that were run, in that order, with what each does to names."""

import ast
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from fnkit.action.cells import Cells
from fnkit.action.effects import Effects, effects
from fnkit.action.plain import parsed, plain
from fnkit.action.scopes import changing_methods


@dataclass(frozen=True, slots=True)
class Statement:
    """One top-level statement of one cell."""

    index: int
    """Its place in the order of running."""
    cell: int
    """Index of its cell."""
    label: str
    node: ast.stmt
    first: int
    """First line in the cell, decorators included."""
    last: int
    effects: Effects

    @property
    def imports(self) -> bool:
        """True for `import …` and `from … import …`."""
        return isinstance(self.node, ast.Import | ast.ImportFrom)

    @property
    def defines(self) -> bool:
        """True for functions and classes."""
        return isinstance(self.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Run:
    """Every statement that was run, and where each name was bound."""

    cells: Cells
    statements: tuple[Statement, ...]
    bound: Mapping[str, list[int]]
    """Name → the statements that bind it."""
    changing: frozenset[str]
    """Methods of the notebook's own classes that change their object."""
    future: tuple[str, ...]
    """Names imported from `__future__`: they hold for all later cells too."""
    guarded: Mapping[str, str]
    """Name → the cell that binds it under `if __name__ == "__main__"`, which does not run in an action."""

    def binder(self, name: str, at: int) -> Statement | None:
        """The statement that bound `name` last before statement `at`, None where there is none."""
        places = self.bound.get(name, [])
        before = bisect_left(places, at)
        return self.statements[places[before - 1]] if before else None

    def origin(self, name: str, at: int) -> tuple[str, int]:
        """Who made the value of `name` before statement `at`: the name and statement that `a = b` leads back to.

        Two names with one origin are one value. The statement is -1 where nothing binds the name.
        """
        while (maker := self.binder(name, at)) is not None:
            node = maker.node
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Name):
                return name, maker.index
            name, at = node.value.id, maker.index
        return name, -1

    def source(self, statement: Statement) -> list[str]:
        """The lines of a statement as they were typed."""
        return self.lines(statement.cell)[statement.first - 1 : statement.last]

    def lines(self, cell: int) -> list[str]:
        """The lines of a cell, with nothing where magics were."""
        return plain(self.cells.cells[cell].source).split("\n")


def run(cells: Cells) -> Run:
    """Read all cells. A cell that is not Python never ran and is left out."""
    statements: list[Statement] = []
    future: list[str] = []
    guarded: dict[str, str] = {}
    for number, cell in enumerate(cells.cells):
        tree = parsed(cell.source)
        for node in tree.body if tree is not None else ():
            if cell.stopped is not None and (node.end_lineno or node.lineno) >= cell.stopped:
                continue
            if isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'":
                guarded |= dict.fromkeys(effects(node).binds, cell.label)
                continue
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                future += [alias.name for alias in node.names if alias.name not in future]
                continue
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            found = effects(node, "annotations" in future)
            last = node.end_lineno or node.lineno
            statements.append(Statement(len(statements), number, cell.label, node, first, last, found))
    bound: dict[str, list[int]] = defaultdict(list)
    for statement in statements:
        for name in statement.effects.binds:
            bound[name].append(statement.index)
    changing = {m for s in statements if isinstance(s.node, ast.ClassDef) for m in changing_methods(s.node)}
    return Run(cells, tuple(statements), bound, frozenset(changing), tuple(future), guarded)
