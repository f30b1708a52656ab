"""A flow as an action: its machine, its inline functions cut out of the notebook, its JSON, in one conductor."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fnkit.action import cell
from fnkit.action.cells import Cell, Cells, from_script
from fnkit.action.inject import template
from fnkit.action.spec import ActionSpec, Origin, Wishes
from fnkit.compose.nodes import ROOT, Node, store, to_json
from fnkit.core.entities import PAYLOAD_LIMIT, Json
from fnkit.core.errors import BadCell, TooLarge
from fnkit.core.names import FLOW, ActionName

ENTRY = "fnkit_flow"
"""The conductor's function: a name that no notebook has."""
FANS = frozenset({"parallel", "map", "async"})
"""What starts branches, for which the conductor needs the key."""
OWN = "objects:"
"""A store for which it needs the key, too: the embedded platform's own."""


@dataclass(frozen=True, slots=True)
class Inline:
    """An inline function, as its action file spells it."""

    place: str
    """The id of its node."""
    expression: str
    """A lambda, or a name."""
    imported: str = ""
    """The line that imports it, where it is another module's."""


def spec(node: Node, name: ActionName, cells: Cells | None, wishes: Wishes, join: str) -> ActionSpec:
    """What has to travel for a flow; `join` is the action that waits for branches.

    `cells` is where its inline functions live, None where that is the file that they were written in. Raises
    BadCell with the node where one cannot be taken out of there, TooLarge.
    """
    home = cells or _home(node)
    inlines = [_inline(place, one, home) for place, one in node.walk() if one.type == "function"]
    document = json.dumps(to_json(node, ROOT), ensure_ascii=False)
    if len(document.encode()) > PAYLOAD_LIMIT // 2:
        size = f"{len(document.encode()):,} bytes of JSON"
        raise TooLarge(
            f"Composing {name}", f"the flow has {size}, and {PAYLOAD_LIMIT // 2:,} may travel.", "Split it."
        )
    label = f"flow {name}"
    text = template("conductor.py.j2").render(
        imports=[one.imported for one in inlines if one.imported],
        document=_literal(document),
        functions=[(json.dumps(one.place), one.expression) for one in inlines],
        join=join,
        entry=ENTRY,
    )
    with_flow = replace(home, cells=(*home.cells, Cell(text, label)))
    made = cell.from_cells(name, with_flow, replace(wishes, entry=ENTRY))
    lines = dict(_lines(made, label, text, inlines, home))
    own = tuple(Origin(line, 1, where, number) for line, (where, number) in lines.items())
    others = tuple(one for one in made.origins if one.label != label)
    return replace(made, origins=(*own, *others))


def join(name: ActionName) -> ActionSpec:
    """What has to travel for the action that waits for branches."""
    text = "from fnkit.compose.join import join\n\n\ndef main(args):\n    return join(args)\n"
    return cell.from_cells(name, Cells((Cell(text, "join"),), Path.cwd()))


def annotations(node: Node) -> dict[str, Json]:
    """What makes the action a conductor, and gives the flow back to who asks for it."""
    kept = store(node)
    calls = any(one.type in FANS for _, one in node.walk()) or (kept and kept["url"].startswith(OWN))
    key = {"provide-api-key": True} if calls else {}
    return {"conductor": True, FLOW: to_json(node, ROOT), **key}


def _home(node: Node) -> Cells:
    """The file that the inline functions were written in."""
    for _, one in node.walk():
        if one.type == "function" and one.code and one.code.live:
            file = Path(one.code.live.__code__.co_filename)
            if file.is_file():
                return from_script(file)
    return Cells((), Path.cwd())


def _inline(place: str, node: Node, home: Cells) -> Inline:
    code, tried = node.code, f"Taking node {place} ({node.label}) out of the notebook"
    if code is None or code.live is None:
        if code is not None and code.kind.startswith("python"):
            return Inline(place, f"({code.text.strip()})")
        raise BadCell(tried, "it is no Python.", "Make it an action, and call that.")
    function = code.live
    if function.__code__.co_freevars:
        kept = ", ".join(function.__code__.co_freevars)
        raise BadCell(
            tried, f"it uses {kept}, local to a function.", "Hand it on with let, or define it at top level."
        )
    if function.__name__ == "<lambda>":
        if code.text.startswith("lambda"):
            return Inline(place, code.text)
        raise BadCell(tried, "the source of this lambda is not to be had.", "Write it with def, at top level.")
    if "." in function.__qualname__ or function.__globals__.get(function.__name__) is not function:
        raise BadCell(tried, "it is no function of that name at top level any more.", "Define it there with def.")
    if _at_home(function, home):
        return Inline(place, function.__name__)
    alias = f"fnkit_{function.__name__}"
    return Inline(place, alias, f"from {function.__module__} import {function.__name__} as {alias}")


def _at_home(function: Callable[..., Any], home: Cells) -> bool:
    if function.__module__ == "__main__":
        return True
    return home.notebook == Path(function.__code__.co_filename).name


def _literal(text: str) -> str:
    return f"r'''{text}'''" if "'''" not in text and not text.endswith("\\") else repr(text)


def _lines(
    made: ActionSpec, label: str, text: str, inlines: list[Inline], home: Cells
) -> Iterator[tuple[int, tuple[str, int]]]:
    """Which line of the body is which lambda's, and where that was typed."""
    written = text.split("\n")
    for origin in made.origins:
        for number in range(origin.count) if origin.label == label else ():
            line = written[origin.origin_line + number - 1].strip()
            for one in inlines:
                if line == f"{json.dumps(one.place)}: {one.expression}," and (
                    place := _typed(one.expression, home)
                ):
                    yield origin.line + number, place


def _typed(expression: str, home: Cells) -> tuple[str, int] | None:
    """The cell and line in which an expression stands."""
    for one in reversed(home.cells):
        for number, line in enumerate(one.source.split("\n"), start=1):
            if expression in line:
                return one.label, number
    return None
