"""What can be made again by running its statement again, what cannot, and how to say so."""

import ast
import builtins
import importlib
import sys
from collections.abc import Iterator

from fnkit.action.calls import doubts
from fnkit.action.plain import SHELL
from fnkit.action.statements import Run, Statement
from fnkit.action.values import lasting, other_literal
from fnkit.core.errors import BadCell, did_you_mean

_MODULE_NAMES = frozenset({"__name__", "__doc__", "__builtins__", "__file__", "__debug__"})
_NOTEBOOK_NAMES = frozenset({"display", "get_ipython", "In", "Out", "exit", "quit"})


def builtin(name: str) -> bool:
    """True for names that every module has."""
    return name in _MODULE_NAMES or (hasattr(builtins, name) and name not in _NOTEBOOK_NAMES)


def check(statement: Statement, run: Run, entry: str, includes: frozenset[str], notes: list[str]) -> None:
    """Raise BadCell where running `statement` again in another process would not give the same."""
    name = ", ".join(sorted(statement.effects.binds)) or "a statement"
    if statement.imports:
        _check_import(statement, entry)
        return
    if statement.effects.awaits:
        raise _refusal(entry, name, statement, "by awaiting it", "Call asyncio.run(…) in the function instead.")
    if SHELL in statement.effects.now:
        raise _refusal(
            entry,
            name,
            statement,
            "by a shell line or a magic",
            "Put the value itself into the cell, or get it in the function.",
        )
    for doubt in doubts(statement.node, imported(run, statement.index), includes):
        if doubt.note:
            notes.append(f"{name}, made in {statement.label}, {doubt.how}. {doubt.advice}")
        else:
            raise _refusal(entry, name, statement, doubt.how, doubt.advice)


def check_value(name: str, at: int, maker: Statement, run: Run, entry: str, touched: bool) -> None:
    """Raise BadCell where the live value of `name` is not what its statement makes, as far as that shows.

    `touched` is True where statements that travel change it after it was made.
    """
    if maker.imports or maker.defines:
        return
    live = run.cells.namespace if at == len(run.statements) else None
    read = any(name in statement.effects.now for statement in run.statements[maker.index + 1 : at])
    doubt = lasting(name, maker.node, live, read)
    if doubt is None and live is not None and name in live and not touched:
        doubt = other_literal(live[name], maker.node)
    if doubt is not None:
        raise _refusal(entry, name, maker, doubt.how, doubt.advice)


def changed(name: str, maker: Statement, statement: Statement, entry: str) -> BadCell:
    """The error for a value that a later cell changed."""
    return BadCell(
        f"Taking {entry} out of the notebook",
        f"{name} was made in {maker.label} and changed in {statement.label} ({_first_line(statement)}).",
        f"Put the change into the cell that makes {name}, or both into the function.",
    )


def unknown(name: str, user: str, run: Run, entry: str) -> BadCell:
    """The error for a name that no cell made."""
    tried = f"Taking {entry} out of the notebook"
    if name in run.guarded:
        return BadCell(
            tried,
            f'{user} needs {name}, which {run.guarded[name]} makes under `if __name__ == "__main__"`.',
            f"That does not run in an action: make {name} outside of it.",
        )
    if name == entry:
        functions = [
            s.node.name for s in run.statements if isinstance(s.node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        hint = did_you_mean(entry, sorted(set(functions))) if functions else "Define it with def."
        return BadCell(tried, f"no cell makes a function {entry}.", f"{hint} Name another one with --entry.")
    if name in _NOTEBOOK_NAMES or name.strip("_") == "" or (name[:1] == "_" and name.strip("_i").isdigit()):
        return BadCell(
            tried,
            f"{user} uses {name}, which only a notebook knows.",
            "Take it out, or give the value a name of its own.",
        )
    star = next((s for s in run.statements if s.imports and _starred(s)), None)
    if star is not None:
        return BadCell(
            tried,
            f"{user} uses {name}, which no cell makes; what `{_first_line(star)}` brings is not known.",
            f"Import {name} by its name.",
        )
    if run.cells.namespace is not None and name in run.cells.namespace:
        return BadCell(
            tried,
            f"{user} uses {name}, which exists in the notebook, but no cell that was run makes it.",
            f"Make {name} in a cell (not with %run, %store or a widget) and run it.",
        )
    return BadCell(tried, f"{user} uses {name}, which is made nowhere.", f"Define {name}, or import it.")


def star(name: str, run: Run, at: int) -> str | None:
    """The module whose `from module import *` brought `name`, as far as modules that are loaded tell."""
    for statement in reversed(run.statements[:at]):
        for module in _starred(statement):
            known = module in sys.modules or module.split(".")[0] in sys.stdlib_module_names
            if known and name in _exported(module):
                return module
    return None


def settings(name: str, maker: Statement, run: Run, notes: list[str]) -> None:
    """Note what the notebook set on a module: that is not carried over."""
    for statement in run.statements[maker.index + 1 :]:
        if name in statement.effects.changes and not statement.effects.binds:
            note = (
                f"not carried over: {_first_line(statement)} ({statement.label}), a setting of the module {name}."
            )
            if note not in notes:
                notes.append(note)


def imported(run: Run, at: int) -> dict[str, str]:
    """Name → dotted name of what it was imported as, before statement `at`."""
    names: dict[str, str] = {}
    for statement in run.statements[:at]:
        for name in statement.effects.binds:
            names.pop(name, None)
        names.update(_aliases(statement.node))
    return names


def _aliases(node: ast.stmt) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield (
                (alias.asname, alias.name)
                if alias.asname
                else (alias.name.split(".")[0], alias.name.split(".")[0])
            )
    elif isinstance(node, ast.ImportFrom) and not node.level:
        for alias in node.names:
            yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _check_import(statement: Statement, entry: str) -> None:
    node = statement.node
    if isinstance(node, ast.ImportFrom) and node.level:
        raise BadCell(
            f"Taking {entry} out of the notebook",
            f"{statement.label} has the relative import `{ast.unparse(node)}`.",
            "Import the module by its full name.",
        )


def _starred(statement: Statement) -> list[str]:
    node = statement.node
    if isinstance(node, ast.ImportFrom) and node.module and any(alias.name == "*" for alias in node.names):
        return [node.module]
    return []


def _exported(module: str) -> list[str]:
    loaded = importlib.import_module(module)
    return list(getattr(loaded, "__all__", [name for name in vars(loaded) if not name.startswith("_")]))


def _refusal(entry: str, name: str, statement: Statement, how: str, advice: str) -> BadCell:
    return BadCell(f"Taking {entry} out of the notebook", f"{name} was made in {statement.label} {how}.", advice)


def _first_line(statement: Statement) -> str:
    return ast.unparse(statement.node).split("\n")[0]
