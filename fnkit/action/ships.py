"""Which modules of fnkit travel with an action, and what they bring along."""

import ast
import re
from pathlib import Path

import fnkit
from fnkit.action.memory import remembered
from fnkit.action.modules import calls, dotted_names, imports
from fnkit.action.spec import Companion
from fnkit.core.entities import Json
from fnkit.core.errors import BadCell

_ROOT = Path(fnkit.__file__).parent
_TRAVELS = re.compile(
    r"fnkit(?:\.core(?:\.\w+)?|\.models(?:\.(?:runtime|litert|images|once|catalogue))?"
    r"|\.vision(?:\.(?!(?:draw|charts)\b)\w+)?"
    r"|\.events(?:\.(?:stores|store|objects|folder|bucket|azure|cloudevents))?"
    r"|\.compose(?:\.(?:moves|steps|fork|program|machine|platform|turn|store|bucket|join|foreign))?)?\Z"
)
_PUBLIC = {"fnkit.models.load": "fnkit.models.runtime"}
_BESIDE = {"fnkit.models.catalogue": ("models/catalogue.toml",), "fnkit.vision.tags": ("vision/tags.txt",)}
"""Files that a module reads."""
_BRINGS = frozenset({"numpy", "PIL", "ai_edge_litert", "av"})
"""All that a module that travels may import of others."""


def travelling(tree: ast.AST) -> tuple[tuple[Companion, ...], frozenset[str]]:
    """The files of fnkit that the source in `tree` needs, transitively, and the libraries that those import.

    Raises BadCell for a module that does not travel: a verb, the drawing, the converter, TensorFlow's door.
    """
    found: set[str] = set()
    brings: set[str] = set()
    waiting = {module for name in dotted_names(tree) if (module := _module(name)) is not None}
    while waiting:
        module = waiting.pop()
        if module in found:
            continue
        found.add(module)
        if parent := module.rpartition(".")[0]:
            waiting.add(parent)
        names, tops = _asked(_file(module).read_text("utf-8"))
        brings |= set(tops) & _BRINGS
        waiting |= {inner for name in names if (inner := _inner(name)) is not None}
    paths = [_file(module).relative_to(_ROOT).as_posix() for module in found]
    paths += [path for module in found for path in _BESIDE.get(module, ())]
    companions = tuple(Companion(f"fnkit/{path}", _ROOT / path) for path in sorted(paths))
    return companions, frozenset(brings)


def loads(tree: ast.AST) -> tuple[str, ...]:
    """The models that source loads by a name that is written down: `fnkit.models.load("movenet-multipose")`."""
    given = [call.args[0] for call in calls(tree, "fnkit.models.load") if call.args]
    named = [each.value for each in given if isinstance(each, ast.Constant)]
    return tuple(dict.fromkeys(name for name in named if isinstance(name, str)))


def _asked(text: str) -> tuple[list[str], list[str]]:
    """What a module of fnkit reaches in fnkit, and the first names of all that it imports; worked out once."""

    def read() -> Json:
        source = ast.parse(text)
        # What is imported for type checkers alone does not have to travel.
        source.body = [each for each in source.body if not _for_checkers(each)]
        names = {name for name in dotted_names(source) if name.startswith("fnkit.")}
        return [sorted(names), sorted({each.top for each in imports(source)})]

    names, tops = remembered("reached", text, read)
    return names, tops


def _for_checkers(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING"


def _module(name: str) -> str | None:
    """The module that `name` reaches into, None where that is not fnkit's."""
    if name.split(".", maxsplit=1)[0] != "fnkit":
        return None
    if name in _PUBLIC:
        return _PUBLIC[name]
    module, rest = _longest(name)
    if not _TRAVELS.match(module) or _stays(module, rest):
        what = f"{module}.{rest}" if rest else module
        raise BadCell(
            f"Bundling {what}",
            "it does not travel with an action.",
            "What travels is fnkit.models.load, fnkit.models.images, fnkit.events.stores, and fnkit.vision "
            "without its drawing.",
        )
    return module


def _inner(name: str) -> str | None:
    """The same for an import within fnkit, where what does not travel is only imported when it is used."""
    if name.split(".", maxsplit=1)[0] != "fnkit":
        return None
    module = _PUBLIC.get(name) or _longest(name)[0]
    return module if _TRAVELS.match(module) else None


def _stays(module: str, rest: str) -> bool:
    """True for a verb of `fnkit` itself, for what composes, and for what `fnkit.models` offers beyond `load`."""
    return module in ("fnkit", "fnkit.models", "fnkit.compose") and bool(rest) and not rest.startswith("__")


def _longest(name: str) -> tuple[str, str]:
    """The longest beginning of a dotted name that is a module, and what is left."""
    parts = name.split(".")
    for count in range(len(parts), 1, -1):
        if _file(".".join(parts[:count])).is_file():
            return ".".join(parts[:count]), ".".join(parts[count:])
    return parts[0], ".".join(parts[1:])


def _file(module: str) -> Path:
    path = _ROOT.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
