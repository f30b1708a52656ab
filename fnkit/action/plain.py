"""The Python of a cell: magics and shell lines taken out, every other line where it was."""

import ast
import re

SHELL = "__shell__"
"""What stands in for the value of `x = !ls` or `x = %magic`: nothing that could be made again."""

_RUNS_HERE = frozenset(
    {"time", "timeit", "capture", "prun", "deploy_action", "fnkit", "snakeviz", "memray_flamegraph"}
)
_LINE = re.compile(r"^(\s*)(?:%(?!=)|!(?!=)|\?)")
_ASSIGNED = re.compile(r"^(\s*[A-Za-z_][\w.,\s\[\]'\"]*=\s*)[!%]\s*\S.*$")
_HELP = re.compile(r"^\s*%{0,2}[A-Za-z_][\w.]*\?{1,2}\s*$")
_OPEN, _CLOSE = "([{", ")]}"


def plain(source: str) -> str:
    """`source` with as many lines, without what only IPython understands.

    A cell magic that runs its cell here (`%%time`, `%%deploy_action`) leaves the cell; after any other
    (`%%bash`, `%%html`) nothing is left.
    """
    lines = source.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    while lines[first].lstrip().startswith("%%"):
        magic = re.match(r"\s*%%(\w*)", lines[first])
        if magic is None or magic[1] not in _RUNS_HERE:
            return "\n" * (len(lines) - 1)
        lines[first] = ""
        first = next((n for n in range(first + 1, len(lines)) if lines[n].strip()), first)
    text = "\n".join(lines)
    return text if _is_python(text) else "\n".join(_without_lines(lines))


def parsed(source: str) -> ast.Module | None:
    """The tree of a cell, None where it is not Python (then it never ran either)."""
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        tree = compile(plain(source), "<cell>", "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    return tree if isinstance(tree, ast.Module) else None


def _is_python(text: str) -> bool:
    try:
        compile(text, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError):
        return False
    return True


def _without_lines(lines: list[str]) -> list[str]:
    kept: list[str] = []
    state = ""  # what is still open: a closing quote, brackets, a backslash; then a % is an operator
    swallowing = False  # a magic line that goes on after a backslash
    for line in lines:
        if swallowing:
            kept.append("")
            swallowing = line.rstrip().endswith("\\")
            continue
        if not state and (magic := _LINE.match(line)):
            kept.append(f"{magic[1]}pass")
            swallowing = line.rstrip().endswith("\\")
        elif not state and _HELP.match(line):
            kept.append(line[: len(line) - len(line.lstrip())] + "pass")
        elif not state and (made := _ASSIGNED.match(line)):
            kept.append(f"{made[1]}{SHELL}")
        else:
            kept.append(line)
            state = _open_after(line, state)
    return kept


def _open_after(line: str, state: str) -> str:
    """What is still open after `line`: a quote (`'''`), brackets (`([`), a backslash, or nothing."""
    state = "" if state == "\\" else state
    at = 0
    while at < len(line):
        quoted = state[-1:] in ("'", '"')
        if quoted:
            quote = state[-3:] if state[-3:] in ("'''", '"""') else state[-1]
            if line[at] == "\\":
                at += 2
            elif line.startswith(quote, at):
                state, at = state[: -len(quote)], at + len(quote)
            else:
                at += 1
            continue
        char = line[at]
        if char == "#":
            return state
        if char in "'\"":
            quote = char * 3 if line.startswith(char * 3, at) else char
            state, at = state + quote, at + len(quote)
            continue
        if char in _OPEN:
            state += char
        elif char in _CLOSE:
            state = state[:-1]
        at += 1
    if state[-1:] in ("'", '"') and state[-3:] not in ("'''", '"""'):
        state = state[:-1]
    return "\\" if not state and line.endswith("\\") else state
