"""The source of a function as one piece of text: of a lambda the expression alone, wherever it stands."""

import ast
import inspect
import linecache
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Expression:
    """A lambda in its file or cell."""

    text: str
    line: int


def text(function: Callable[..., Any]) -> str:
    """The source, for people: of a lambda its expression, of a `def` all of it, else its name."""
    try:
        if function.__name__ == "<lambda>":
            found = of_lambda(function)
            return found.text if found else "lambda"
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        return function.__name__


def of_lambda(function: Callable[..., Any]) -> Expression | None:
    """The expression of a lambda; None where its source is not to be had, or is not what it was.

    Lines and columns in the code object say which of several on a line it is.
    """
    code = function.__code__
    lines = linecache.getlines(code.co_filename)
    try:
        tree = ast.parse("".join(lines))
    except SyntaxError:
        return None
    places = [place for place in code.co_positions() if None not in place and place[2] != place[3]]
    start = min(((line, column) for line, _, column, _ in places), default=None)
    end = max(((line, column) for _, line, _, column in places), default=None)
    if start is None or end is None:
        return None
    lambdas = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    around = [
        node
        for node in lambdas
        if node.lineno == code.co_firstlineno
        and (node.lineno, node.col_offset) <= start
        and end <= (node.end_lineno or 0, node.end_col_offset or 0)
    ]
    if not around:
        return None
    inner = max(around, key=lambda node: (node.lineno, node.col_offset))
    if [argument.arg for argument in inner.args.args] != list(code.co_varnames[: code.co_argcount]):
        return None
    if inner.lineno == inner.end_lineno:
        return Expression(ast.get_source_segment("".join(lines), inner) or "", inner.lineno)
    return Expression(ast.unparse(inner), inner.lineno)
