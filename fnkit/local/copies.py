"""Copies folders in which somebody else may be writing meanwhile: no link is followed, at no level, at no time.

A cold start waits for such a copy: files are named by the descriptors of their folders, which takes a tenth of the
time that paths take.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHUNK = 1 << 20
DEEPEST = 64
"""Folders within folders: each costs two open files."""
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def copy_tree(source: Path, target: Path, more: int = 0) -> None:
    """A copy of the folder `source` at `target`, which must not be there: with modes and times; links as links.

    Only `source.parent` has to be trusted, and `target` nobody else may write to. What is neither a file, a folder
    nor a link is left out, and so is what is gone before its turn. A file's mode gets the bits of `more` besides
    its own. Raises OSError, also where `source` is a link itself.
    """
    with opened(source.parent) as above, opened(target.parent) as place:
        _copy_folder((above, source.name), (place, target.name), more, DEEPEST)


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """A descriptor of a folder that is trusted."""
    number = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield number
    finally:
        os.close(number)


Name = tuple[int, str]
"""The descriptor of a folder, and the name of something in it."""


def copy_file(source: Name, target: Name, more: int = 0) -> None:
    """The same of a file; as long as it was when it was opened: whoever writes on does not keep us here."""
    read = os.open(source[1], FILE, dir_fd=source[0])
    try:
        facts = os.fstat(read)
        if not stat.S_ISREG(facts.st_mode):
            return
        write = os.open(target[1], NEW, dir_fd=target[0])
        try:
            left = facts.st_size
            while left and (chunk := os.read(read, min(left, CHUNK))):
                left -= len(chunk)
                while chunk:
                    chunk = chunk[os.write(write, chunk) :]
            _copy_facts(facts, write, more)
        finally:
            os.close(write)
    finally:
        os.close(read)


def _copy_folder(source: Name, target: Name, more: int, depth: int) -> None:
    if not depth:
        raise OSError(f"The folders above {source[1]!r} are {DEEPEST} deep.")
    read = os.open(source[1], FOLDER, dir_fd=source[0])
    try:
        os.mkdir(target[1], dir_fd=target[0])
        write = os.open(target[1], FOLDER, dir_fd=target[0])
        try:
            for name in os.listdir(read):  # noqa: PTH208 - of a descriptor
                _copy_entry((read, name), (write, name), more, depth)
            _copy_facts(os.fstat(read), write, 0)
        finally:
            os.close(write)
    finally:
        os.close(read)


def _copy_entry(source: Name, target: Name, more: int, depth: int) -> None:
    try:
        mode = os.stat(source[1], dir_fd=source[0], follow_symlinks=False).st_mode
        if stat.S_ISLNK(mode):
            os.symlink(os.readlink(source[1], dir_fd=source[0]), target[1], dir_fd=target[0])
        elif stat.S_ISDIR(mode):
            _copy_folder(source, target, more, depth - 1)
        elif stat.S_ISREG(mode):
            copy_file(source, target, more)
    except FileNotFoundError:
        pass  # gone meanwhile, as a compiled form is under the name that it has until it is whole


def _copy_facts(facts: os.stat_result, target: int, more: int) -> None:
    os.fchmod(target, stat.S_IMODE(facts.st_mode) & 0o777 | more)
    os.utime(target, ns=(facts.st_atime_ns, facts.st_mtime_ns))
