"""The modules of fnkit that travel with an action, laid out once for all bundles that bring the same.

They change with fnkit, not with the cell. In a folder of their own they are to an instance what a layer of
libraries is: compiled once, imported by its zygote, no file of them copied at a cold start. In the code's folder a
link takes their place.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from fnkit.core.canonical import canonical, sha256

NAME = "fnkit"


def set_apart(code: Path, folder: Path) -> None:
    """Move them out of `code`, beneath `folder`; nothing where there are none, or none that can lie elsewhere."""
    given = code / NAME
    if given.is_symlink() or not (given / "__init__.py").is_file():
        return
    entries = [Path(place, name) for place, folders, files in os.walk(given) for name in (*folders, *files)]
    if any(entry.is_symlink() for entry in entries):
        return
    digest = sha256(canonical([NAME, *sorted(_facts(given, entries))]))
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


def _facts(given: Path, entries: list[Path]) -> Iterator[tuple[str, str, bool]]:
    for entry in entries:
        if entry.is_file():
            name = entry.relative_to(given).as_posix()
            yield name, sha256(entry.read_bytes()), os.access(entry, os.X_OK)
