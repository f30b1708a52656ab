"""The modules that source imports, wherever the import stands."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Import:
    """One module that is imported."""

    module: str
    """Dotted; for `from a import b` it is `a`, and `b` is one of the names."""
    names: tuple[str, ...]
    line: int
    optional: bool
    """True within `try: … except ImportError`, and under `if TYPE_CHECKING`."""

    @property
    def top(self) -> str:
        """The first part of the dotted name."""
        return self.module.split(".")[0]

    @property
    def modules(self) -> tuple[str, ...]:
        """What may be modules: `a.b` and `a.c` for `from a import b, c`, or `a` itself."""
        return tuple(f"{self.module}.{name}" for name in self.names if name != "*") or (self.module,)


def imports(tree: ast.AST, optional: bool = False) -> Iterator[Import]:
    """Every import in `tree`, also within functions. Relative imports are left out: they stay in their package."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, (), node.lineno, optional)
        elif isinstance(node, ast.ImportFrom):
            if not node.level:
                names = tuple(alias.name for alias in node.names)
                yield Import(node.module or "", names, node.lineno, optional)
        elif (isinstance(node, ast.Try) and _catches_import_error(node)) or (
            isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        ):
            yield from imports(node, optional=True)
        else:
            yield from imports(node, optional)


def dotted_names(tree: ast.AST) -> Iterator[str]:
    """What source reaches through its imports: `fnkit.models.load` where it says `models.load`.

    A name that is rebound is taken for the import all the same: better one file too many.
    """
    known = _known(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute) and (name := _chain(node, known)):
            yield name


def calls(tree: ast.AST, function: str) -> Iterator[ast.Call]:
    """The calls of a function that is imported, by its dotted name."""
    known = _known(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _chain(node.func, known) == function:
            yield node


def _known(tree: ast.AST) -> dict[str, str]:
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                known[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return known


def _chain(node: ast.expr, known: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute) and (begin := _chain(node.value, known)):
        return f"{begin}.{node.attr}"
    return None


def _catches_import_error(node: ast.Try) -> bool:
    caught = [ast.unparse(handler.type) if handler.type else "" for handler in node.handlers]
    return any(
        not name or "ImportError" in name or "ModuleNotFound" in name or name == "Exception" for name in caught
    )
