"""The modules of fnkit that travel with an action, laid out once for all bundles that bring the same.

They change with fnkit, not with the cell. In a folder of their own they are to an instance what a layer of
libraries is: compiled once, imported by its zygote, no file of them copied at a cold start. In the code's folder a
link takes their place.
"""

import os
import shutil
from collections.abc import Iterator
from importlib.util import cache_from_source
from pathlib import Path

import fnkit
from fnkit.core.canonical import canonical, sha256

NAME = "fnkit"
OURS = Path(fnkit.__file__).parent


def set_apart(code: Path, folder: Path, ours: Path = OURS) -> None:
    """Move them out of `code`, beneath `folder`; nothing where there are none, or none that can lie elsewhere.

    Of those that are as in `ours`, the compiled forms come along.
    """
    given = code / NAME
    if given.is_symlink() or not (given / "__init__.py").is_file():
        return
    entries = [Path(place, name) for place, folders, files in os.walk(given) for name in (*folders, *files)]
    if any(entry.is_symlink() for entry in entries):
        return
    digest = sha256(canonical([NAME, *sorted(_facts(given, entries))]))
    for entry in entries:
        _compiled(entry, ours / entry.relative_to(given))
    fresh = code.with_name(NAME)
    fresh.mkdir()
    given.rename(fresh / NAME)
    apart = folder / digest
    try:
        fresh.rename(apart)
    except OSError:
        if not apart.is_dir():  # else somebody brought the same before
            raise
    given.symlink_to(apart / NAME)


def apart(code: Path, folder: Path) -> tuple[Path, ...]:
    """The folder beneath `folder` that they were moved to: none or one."""
    given = code / NAME
    if not given.is_symlink():
        return ()
    lies = given.readlink().parent
    return (lies,) if lies.parent == folder else ()


def _compiled(module: Path, twin: Path) -> None:
    """Its compiled form from beside its twin: who starts it first need not compile it."""
    if module.suffix != ".py" or not twin.is_file() or module.read_bytes() != twin.read_bytes():
        return
    made, here = Path(cache_from_source(str(twin))), Path(cache_from_source(str(module)))
    if made.is_file():
        here.parent.mkdir(exist_ok=True)
        shutil.copyfile(made, here)
        times = twin.stat()  # by which Python knows that it is of this module
        os.utime(module, ns=(times.st_atime_ns, times.st_mtime_ns))


def _facts(given: Path, entries: list[Path]) -> Iterator[tuple[str, str, bool]]:
    for entry in entries:
        if entry.is_file():
            name = entry.relative_to(given).as_posix()
            yield name, sha256(entry.read_bytes()), os.access(entry, os.X_OK)
