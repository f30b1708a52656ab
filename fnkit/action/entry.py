"""The signature of an entry function, as `invoke`, the form and the action file need it."""

import ast
import json

from fnkit.action.hints import UNKNOWN, Known, hint
from fnkit.action.remake import imported, unknown
from fnkit.action.statements import Run
from fnkit.core.entities import Entry, EntryParameter, Json
from fnkit.core.errors import BadCell

_WHOLE = frozenset({"args", "params"})


def entry(name: str, run: Run) -> Entry:
    """The entry that the last `def` of `name` makes.

    Raises BadCell where it is not a function that can be called with one object: `async`, `*args`,
    positional-only parameters, a class, a lambda.
    """
    maker = run.binder(name, len(run.statements))
    if maker is None:
        raise unknown(name, name, run, name)
    node = maker.node
    tried = f"Reading the signature of {name} ({maker.label})"
    if isinstance(node, ast.AsyncFunctionDef):
        raise BadCell(
            tried,
            "it is async, and OpenWhisk does not await.",
            f"Write `def {name}` and call asyncio.run(…) in it.",
        )
    if not isinstance(node, ast.FunctionDef):
        raise BadCell(tried, "it is not made with def.", f"Write `def {name}(…):` and call it from there.")
    given = node.args
    if given.vararg is not None or given.posonlyargs:
        which = f"*{given.vararg.arg}" if given.vararg else "parameters before a /"
        raise BadCell(
            tried, f"it has {which}, and OpenWhisk's parameters have names.", "Give each parameter a name."
        )
    doc = (ast.get_docstring(node) or "").split("\n\n")[0]
    arguments = [*given.args, *given.kwonlyargs]
    if len(arguments) == 1 and given.kwarg is None and arguments[0].arg in _WHOLE and _takes_object(arguments[0]):
        return Entry(name, whole=True, doc=doc)
    defaults = [*[None] * (len(given.args) - len(given.defaults)), *given.defaults, *given.kw_defaults]
    known = Known(run.cells.namespace or {}, imported(run, len(run.statements)), _aliases(run))
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


def _aliases(run: Run) -> dict[str, ast.expr]:
    aliases: dict[str, ast.expr] = {}
    for statement in run.statements:
        node = statement.node
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            aliases[node.targets[0].id] = node.value
    return aliases


def _parameter(argument: ast.arg, default: ast.expr | None, known: Known) -> EntryParameter:
    kind, choices = (None, ()) if argument.annotation is None else hint(argument.annotation, known)
    if default is None:
        return EntryParameter(argument.arg, kind, True, None, choices)
    return EntryParameter(argument.arg, kind, False, _default(default, known), choices)


def _default(node: ast.expr, known: Known) -> Json:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        value = known.value(node.id) if isinstance(node, ast.Name) else None
        if value is UNKNOWN and isinstance(node, ast.Name) and node.id in known.aliases:
            return _default(known.aliases[node.id], known)
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        return None  # Python's own default holds; it is only not known here
