"""Run the body of a cell magic as the cell itself would run: same namespace, same number, same lines."""

import ast
from typing import Any

from fnkit.core.errors import BadCell


def run(shell: Any, source: str, count: int) -> None:
    """Run `source` in the notebook's namespace as `In [count]`; the value of a last expression is displayed.

    What the cell raises comes out as it is, so the cell fails. (A nested `run_cell` would swallow it and take the
    next cell's number.) Raises BadCell for a top-level `await`: a magic runs inside the event loop already.
    """
    __tracebackhide__ = True
    code = shell.transform_cell(source)
    name = shell.compile.cache(code, count, raw_code=source)
    tree = shell.transform_ast(shell.compile.ast_parse(code, filename=name))
    if _awaits(tree):
        raise BadCell(
            "Running the cell",
            "it awaits at its top level, which a magic cannot do.",
            "Put the await into a cell of its own.",
        )
    for node in tree.body:
        last = node is tree.body[-1] and isinstance(node, ast.Expr)
        unit = ast.Interactive([node]) if last else ast.Module([node], [])
        exec(shell.compile(unit, name, "single" if last else "exec"), shell.user_ns)


def _awaits(tree: ast.AST) -> bool:
    """True for an `await`, `async for` or `async with` that is in no function."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
            return True
        inner = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef)
        if not inner and _awaits(node):
            return True
    return False
