"""What a live value says about whether its statement would make it again."""

import ast
import inspect
import io
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from fnkit.action.calls import Doubt

_ONE_SHOT = frozenset(
    [
        "iter",
        "map",
        "filter",
        "zip",
        "enumerate",
        "reversed",
        "open",
        "reader",
        "chain",
        "islice",
        "count",
        "cycle",
        "groupby",
        "starmap",
        "accumulate",
        "tee",
    ]
)
_LIVE: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (io.IOBase, "as an open file"),
    (socket.socket, "as an open connection"),
    (threading.Thread, "as a running thread"),
    (subprocess.Popen, "as a running process"),
)
_MISSING = object()


def lasting(name: str, node: ast.stmt, namespace: Mapping[str, Any] | None, read: bool) -> Doubt | None:
    """Why the value of `name`, made by `node`, may have changed since, None where nothing shows.

    `namespace` holds the live value where there is one; `read` is True where a later statement used it.
    """
    value = (namespace or {}).get(name, _MISSING)
    for kind, how in _LIVE:
        if isinstance(value, kind):
            return Doubt(how, "Open it in the function.")
    if _used_up(value, node, read):
        return Doubt("as a generator that has been used since", "Make it in the function, or make it a list.")
    if _is_fitted(value):
        return Doubt(
            f"and then fitted ({type(value).__name__})",
            "Save it to a file, send that along with --model or --include, and load it in the function.",
        )
    return None


def _used_up(value: object, node: ast.stmt, read: bool) -> bool:
    if inspect.isgenerator(value):
        return inspect.getgeneratorstate(value) != inspect.GEN_CREATED
    if value is not _MISSING:
        return isinstance(value, Iterator) and read
    made = getattr(node, "value", None)
    function = made.func if isinstance(made, ast.Call) else None
    called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return read and (isinstance(made, ast.GeneratorExp) or called in _ONE_SHOT)


def _is_fitted(value: object) -> bool:
    """True for what follows scikit-learn's convention: `get_params`, and attributes that end with one `_`."""
    if not hasattr(value, "get_params") or isinstance(value, type):
        return False
    return any(key.endswith("_") and not key.startswith("_") for key in getattr(value, "__dict__", ()))


def other_literal(value: object, node: ast.stmt) -> Doubt | None:
    """Why `value` is not the literal that `node` assigns, None where it is, or where there is no literal."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return None
    try:
        made = ast.literal_eval(node.value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    if type(value) is type(made) and _same(value, made):
        return None
    shown = repr(value)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}…"
    return Doubt(
        f"as {ast.unparse(node.value)[:60]}, but is {shown} now",
        "Run that cell again, or put the change into it.",
    )


def _same(value: Any, made: Any) -> bool:
    return bool(value == made) or repr(value) == repr(made)
