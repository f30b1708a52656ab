"""A slice as text: imports first, then the statements under the cell that made them."""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from fnkit.action.slice import Slice
from fnkit.action.spec import Origin
from fnkit.action.statements import Statement


@dataclass(frozen=True, slots=True)
class _Block:
    lines: list[str]
    label: str
    origin: int
    """First line in its cell, 0 where the lines were made here."""
    wide: bool = False
    """True where two empty lines stand around it."""


def written(slice_: Slice) -> tuple[str, tuple[Origin, ...]]:
    """The slice's text, and where each of its lines came from."""
    hoisted = _hoisted(slice_)
    lines = _import_section(slice_, hoisted)
    origins = list(_import_origins(slice_, hoisted, lines))
    before: _Block | None = None
    for statement in slice_.statements:
        block = _block(statement, slice_, hoisted)
        if block is None:
            continue
        lines += [""] * _gap(before, block, bool(lines))
        # No comment names the cell: run again it has another number, and the same code must be the same bytes.
        origins.append(Origin(len(lines) + 1, len(block.lines), block.label, block.origin))
        lines += block.lines
        before = block
    return "\n".join(lines) + "\n", tuple(sorted(origins, key=lambda origin: origin.line))


def _gap(before: _Block | None, block: _Block, anything: bool) -> int:
    if before is None:
        return 2 if anything and block.wide else int(anything)
    if before.wide or block.wide:
        return 2
    end = before.origin + len(before.lines)
    return 1 if before.label != block.label or block.origin > end else 0


def _block(statement: Statement, slice_: Slice, hoisted: set[str]) -> _Block | None:
    if statement.imports:
        node = _trimmed(statement.node, slice_.names - hoisted)
        return None if node is None else _Block([ast.unparse(node)], statement.label, statement.first)
    neighbours = [s for s in slice_.run.statements if s.cell == statement.cell and s is not statement]
    if any(s.last >= statement.first and s.first <= statement.last for s in neighbours):
        text = ast.unparse(statement.node).split("\n")  # it shares a line: `a = 1; b = 2`
        return _Block(text, statement.label, statement.first, statement.defines)
    first = statement.first
    all_lines = slice_.run.lines(statement.cell)
    above = max((s.last for s in neighbours if s.last < first), default=0)
    while first - 1 > above and all_lines[first - 2].startswith("#"):
        first -= 1  # a comment right above belongs to it
    return _Block(slice_.run.source(replace(statement, first=first)), statement.label, first, statement.defines)


# Imports


def _hoisted(slice_: Slice) -> set[str]:
    """Names that are only ever bound by one import: that can stand at the top."""
    spelled: dict[str, set[str]] = defaultdict(set)
    for statement in slice_.statements:
        if not statement.imports:
            for name in statement.effects.binds:
                spelled[name] |= {"", statement.label}
            continue
        for alias in getattr(statement.node, "names", []):
            if "." in alias.name and alias.asname is None:
                spelled[_bound(alias)].add(_bound(alias))
            else:
                spelled[_bound(alias)].add(f"{getattr(statement.node, 'module', '')}:{alias.name}".lstrip(":"))
    return {name for name, ways in spelled.items() if len(ways) == 1}


def _import_section(slice_: Slice, hoisted: set[str]) -> list[str]:
    plain_imports: set[tuple[str, str | None]] = set()
    froms: dict[str, set[tuple[str, str | None]]] = defaultdict(set)
    for statement in slice_.statements:
        node = _trimmed(statement.node, slice_.names & hoisted) if statement.imports else None
        if isinstance(node, ast.Import):
            plain_imports |= {(alias.name, alias.asname) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            froms[node.module or ""] |= {(alias.name, alias.asname) for alias in node.names}
    for name, module in slice_.stars.items():
        froms[module].add((name, None))
    sections: list[list[tuple[str, str]]] = [[], []]
    for name, asname in plain_imports:
        sections[_standard(name)].append((name, f"import {_spelled(name, asname)}"))
    for module, names in froms.items():
        listed = ", ".join(_spelled(*each) for each in sorted(names, key=lambda each: (each[0], each[1] or "")))
        sections[_standard(module)].append((module, f"from {module} import {listed}"))
    lines = [f"from __future__ import {', '.join(sorted(slice_.run.future))}", ""] if slice_.run.future else []
    for section in reversed(sections):
        # As isort and ruff sort: `import` before `from`.
        lines += [text for _, text in sorted(section, key=lambda each: (each[1].startswith("from"), each[0]))]
        lines += [""] if section else []
    return lines[:-1]


def _import_origins(slice_: Slice, hoisted: set[str], lines: list[str]) -> Iterable[Origin]:
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("from __future__"):
            continue
        made = ast.parse(line).body[0]
        for statement in slice_.statements:
            node = _trimmed(statement.node, slice_.names & hoisted) if statement.imports else None
            if node is not None and _modules(node) & _modules(made):
                yield Origin(number, 1, statement.label, statement.first)
                break


def _modules(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.ImportFrom):
        return {f"from {node.module}"}
    return {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()


def _trimmed(node: ast.stmt, names: set[str]) -> ast.Import | ast.ImportFrom | None:
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return None
    kept = [alias for alias in node.names if _bound(alias) in names]
    if not kept:
        return None
    if isinstance(node, ast.Import):
        return ast.Import(kept)
    return ast.ImportFrom(node.module, kept, node.level)


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.split(".")[0]


def _spelled(name: str, asname: str | None) -> str:
    return f"{name} as {asname}" if asname and asname != name else name


def _standard(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] in sys.stdlib_module_names
