"""Copies folders in which somebody else may be writing meanwhile: no link is followed, at no level, at no time."""

import os
import stat
from pathlib import Path

CHUNK = 1 << 20
DEEPEST = 64
"""Folders within folders: each costs an open file."""
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def copy_tree(source: Path, target: Path) -> None:
    """A copy of the folder `source` at `target`, which must not be there: with modes and times; links as links.

    Only `source.parent` has to be trusted, and `target` nobody else may write to. What is neither a file, a folder
    nor a link is left out. Raises OSError, also where `source` is a link itself.
    """
    above = os.open(source.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _copy_folder(above, source.name, target, DEEPEST)
    finally:
        os.close(above)


def _copy_folder(above: int, name: str, target: Path, depth: int) -> None:
    if not depth:
        raise OSError(f"The folders above {name!r} are {DEEPEST} deep.")
    folder = os.open(name, FOLDER, dir_fd=above)
    try:
        target.mkdir()
        for entry in os.listdir(folder):  # noqa: PTH208 - of a descriptor
            _copy_entry(folder, entry, target / entry, depth)
        _copy_facts(os.fstat(folder), target)
    finally:
        os.close(folder)


def _copy_entry(folder: int, name: str, target: Path, depth: int) -> None:
    mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    if stat.S_ISLNK(mode):
        target.symlink_to(os.readlink(name, dir_fd=folder))
    elif stat.S_ISDIR(mode):
        _copy_folder(folder, name, target, depth - 1)
    elif stat.S_ISREG(mode):
        _copy_file(folder, name, target)


def _copy_file(folder: int, name: str, target: Path) -> None:
    """As long as it was when it was opened: whoever writes on does not keep us here."""
    with open(os.open(name, FILE, dir_fd=folder), "rb") as source:  # noqa: PTH123 - by descriptor
        facts = os.fstat(source.fileno())
        if not stat.S_ISREG(facts.st_mode):
            return
        left = facts.st_size
        with target.open("xb") as file:
            while left and (chunk := source.read(min(left, CHUNK))):
                file.write(chunk)
                left -= len(chunk)
    _copy_facts(facts, target)


def _copy_facts(facts: os.stat_result, target: Path) -> None:
    target.chmod(stat.S_IMODE(facts.st_mode) & 0o777)
    os.utime(target, ns=(facts.st_atime_ns, facts.st_mtime_ns))
