"""Files that travel with a slice: modules of the user's beside the notebook, and what `--include` names."""

import importlib.util
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

from fnkit.action.imports import parse
from fnkit.action.installed import owner, records
from fnkit.action.modules import Import, imports
from fnkit.action.spec import Companion
from fnkit.core.errors import BadArgument

_STAYS = frozenset({"__pycache__", "node_modules", "venv"})


def modules(wanted: Sequence[Import], folder: Path) -> tuple[dict[str, Companion], list[Import]]:
    """The user's own modules among `wanted`, transitively, by path; and the imports that are none of them."""
    found: dict[str, Companion] = {}
    others: list[Import] = []
    waiting = list(wanted)
    tops: set[str] = set()
    while waiting:
        each = waiting.pop()
        place = _place(each.top, folder)
        if place is None:
            others.append(each)
            continue
        if each.top in tops:
            continue
        tops.add(each.top)
        for companion in files(place, place.parent):
            found[companion.path] = companion
            if companion.content.suffix == ".py":
                tree = parse(companion.content.read_text("utf-8"), companion.path)
                waiting += [inner for inner in imports(tree) if inner.top != each.top]
    return found, others


def included(paths: Sequence[Path], folder: Path) -> tuple[Companion, ...]:
    """The files of `--include`: where they lie below `folder` they keep their path, else only their name.

    Raises BadArgument for a path that does not exist.
    """
    companions: list[Companion] = []
    for path in paths:
        place = (folder / path.expanduser()).resolve()
        if not place.exists():
            raise BadArgument(f"Including {path}", "there is no such file or folder.", f"Paths begin at {folder}.")
        base = folder.resolve() if place.is_relative_to(folder.resolve()) else place.parent
        taken = list(files(place, base))
        if not taken:
            raise BadArgument(
                f"Including {path}",
                "nothing in it travels: hidden files (.env, .git) and caches never do.",
                "Send a key along with --secret NAME, and give a file that has to travel another name.",
            )
        companions += taken
    for companion in companions:
        if companion.path in ("__main__.py", "fnkit.json"):
            raise BadArgument(f"Including {companion.path}", "the action has a file of that name.", "Rename it.")
    return tuple({companion.path: companion for companion in companions}.values())


def files(place: Path, base: Path) -> Iterator[Companion]:
    """The file or the folder's files by their path from `base`, without what never travels.

    That is what is hidden (`.env`, `.git`, `.wskprops`, `.venv`), what others keep there, and bytecode.
    """
    for path in [place] if place.is_file() else sorted(place.rglob("*")):
        inner = path.relative_to(base)
        stays = any(part.startswith(".") or part in _STAYS for part in inner.parts) or path.suffix == ".pyc"
        if path.is_file() and not stays:
            yield Companion(inner.as_posix(), path)


def _place(top: str, folder: Path) -> Path | None:
    """The module's file or the package's folder, None where it is not the user's own."""
    if top in ("fnkit", "__main__"):
        return None
    if (folder / f"{top}.py").is_file():
        return folder / f"{top}.py"
    if (folder / top / "__init__.py").is_file():
        return folder / top
    return None if top in sys.stdlib_module_names else _elsewhere(top, folder)


def _elsewhere(top: str, folder: Path) -> Path | None:
    """A module on sys.path that no registry has, or a folder of modules without `__init__.py`."""
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        spec = None
    if spec is None or spec.origin is None:
        bare = spec is None or owner(top, records()) is None
        return folder / top if bare and any((folder / top).glob("*.py")) else None
    origin = Path(spec.origin)
    # No folder on sys.path, nor an editable install, is what a registry has.
    if origin.suffix != ".py" or installed(origin) or owner(top, records()) is not None:
        return None
    return origin.parent if origin.name == "__init__.py" else origin


def installed(file: Path) -> bool:
    """True for a file of Python's own library or of one that was installed."""
    libraries = [sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib")]
    inside = any(file.is_relative_to(library) for library in libraries)
    return inside or bool({"site-packages", "dist-packages"} & set(file.parts))
