"""From a cell, a function or a file to an `ActionSpec`."""

import ast
import inspect
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from fnkit.action import beside, ships
from fnkit.action.cells import Cells, from_notebook, from_script
from fnkit.action.emit import written
from fnkit.action.entry import entry
from fnkit.action.imports import external, pinned
from fnkit.action.modules import Import, imports
from fnkit.action.scan import findings
from fnkit.action.slice import sliced
from fnkit.action.spec import ActionSpec, Companion, Packed, Wishes
from fnkit.action.statements import run
from fnkit.core.entities import MIB, Entry
from fnkit.core.errors import BadArgument, BadCell
from fnkit.core.names import ActionName

_NO_WISHES = Wishes()


def from_cells(name: ActionName, cells: Cells, wishes: Wishes = _NO_WISHES) -> ActionSpec:
    """The spec of the entry function that the last cell, or one before it, defines.

    Raises BadCell where it cannot be taken out of the notebook, MissingPackage, BadArgument for an option.
    """
    spec = _spec(name, cells, wishes)
    last = len(cells.cells) - 1
    maker = (ran := run(cells)).binder(wishes.entry, len(ran.statements))
    if maker is None or maker.cell == last:
        return spec
    older = f"{wishes.entry} is the one of {maker.label}: {cells.cells[last].label} makes none."
    return replace(spec, warnings=(*spec.warnings, older))


def _spec(name: ActionName, cells: Cells, wishes: Wishes) -> ActionSpec:
    _check_last(cells, wishes.entry)
    included = beside.included(wishes.includes, cells.folder)
    ran = run(cells)
    signature = entry(wishes.entry, ran)
    cut = sliced(ran, wishes.entry, frozenset(companion.path for companion in included))
    body, origins = written(cut)
    tree = ast.parse(body)
    own, libraries, companions = _travelling(tree, cells.folder)
    wanted = [each for each in libraries if external(each)]
    everything = {c.path: c for c in companions} | own | {c.path: c for c in included}
    return ActionSpec(
        name=name,
        entry=signature,
        body=body,
        origins=origins,
        companions=tuple(everything[path] for path in sorted(everything)),
        requirements=pinned(wanted, wishes.requires),
        model=wishes.model,
        loads=ships.loads(tree),
        notebook=cells.notebook,
        notes=tuple(cut.notes),
        warnings=tuple(_keys(body, [*own.values(), *included])),
    )


def from_function(
    name: ActionName,
    function: Callable[..., Any],
    wishes: Wishes = _NO_WISHES,
    cells: Cells | None = None,
) -> ActionSpec:
    """The spec of a function: of the notebook whose `cells` these are, or of the file that it was written in."""
    plain = inspect.unwrap(function)
    called = getattr(plain, "__name__", "")
    tried = f"Deploying {function!r}"
    if not inspect.isfunction(plain) or called == "<lambda>" or "." in plain.__qualname__:
        raise BadArgument(
            tried, "it is not a function of a module or a notebook.", "Make one with def, at top level."
        )
    wishes = Wishes(called, wishes.includes, wishes.requires, wishes.model)
    if plain.__module__ == "__main__" and cells is not None:
        return _spec(name, cells, wishes)
    file = inspect.getsourcefile(plain)
    if file is None or not Path(file).is_file():
        raise BadArgument(
            tried, "its source is in no file.", "Use %%deploy_action on its cell, or write it to a .py file."
        )
    if beside.installed(Path(file)):
        raise BadArgument(
            tried,
            f"it belongs to the installed package {plain.__module__.split('.')[0]}.",
            "Write a function of your own that calls it, and deploy that.",
        )
    return _spec(name, from_script(Path(file)), wishes)


def from_path(name: ActionName, path: Path, wishes: Wishes = _NO_WISHES) -> ActionSpec | Packed:
    """The spec of a script (.py), of a notebook (.ipynb, its cells in order), or of a folder or zip as it is."""
    if path.is_dir() or path.suffix == ".zip":
        return _packed(name, path, wishes)
    if not path.is_file():
        raise BadArgument(f"Deploying {path}", "there is no such file.")
    if path.suffix == ".ipynb":
        return _spec(name, from_notebook(path), wishes)
    if path.suffix == ".py":
        return _spec(name, from_script(path), wishes)
    raise BadArgument(f"Deploying {path}", "it is neither .py, .ipynb, a folder nor a .zip.")


def _packed(name: ActionName, path: Path, wishes: Wishes) -> Packed:
    if path.is_dir():
        names = {inner.name for inner in path.iterdir()}
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    else:
        raise BadArgument(f"Deploying {path}", "it is not a zip.")
    if "__main__.py" not in names:
        raise BadArgument(
            f"Deploying {path}",
            "it has no __main__.py at its root.",
            "OpenWhisk's Python looks for its function there.",
        )
    included = beside.included(wishes.includes, Path.cwd())
    travelling = [*(beside.files(path, path) if path.is_dir() else ()), *included]
    notes = ("--require is for cells and scripts: this travels as it is.",) if wishes.requires else ()
    return Packed(
        name, Entry(wishes.entry, whole=True), path, included, wishes.model, notes, tuple(_keys("", travelling))
    )


def _check_last(cells: Cells, wanted: str) -> None:
    """The cell that is being deployed must be Python: say where it is not."""
    from fnkit.action.plain import parsed, plain

    if not cells.cells or parsed(cells.cells[-1].source) is not None:
        return
    last = cells.cells[-1]
    try:
        compile(plain(last.source), last.label, "exec")
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise BadCell(f"Reading {last.label}", f"line {line}: {getattr(error, 'msg', error)}.") from error


def _travelling(tree: ast.AST, folder: Path) -> tuple[dict[str, Companion], list[Import], tuple[Companion, ...]]:
    """The user's modules, all imports that are neither theirs nor fnkit's, and fnkit's files."""
    own, others = beside.modules(list(imports(tree)), folder)
    sources = [tree, *(ast.parse(c.content.read_text("utf-8")) for c in own.values() if c.content.suffix == ".py")]
    shipped: dict[str, Companion] = {}
    for source in sources:
        companions, brings = ships.travelling(source)
        shipped |= {companion.path: companion for companion in companions}
        others += [Import(top, (), 0, False) for top in sorted(brings)]
    return own, others, tuple(shipped.values())


def _keys(body: str, companions: Iterable[Companion]) -> list[str]:
    texts = {"": body} | {f"{c.path}, ": _text(c.content) for c in companions}
    return [
        f"looks like a key: {place}{found} Send it with --secret NAME instead."
        for place, text in texts.items()
        for found in findings(text)
    ]


def _text(file: Path) -> str:
    """What a file says, nothing where it is no text, or more than anybody writes by hand."""
    try:
        return file.read_text("utf-8") if file.stat().st_size <= MIB else ""
    except UnicodeDecodeError:
        return ""
