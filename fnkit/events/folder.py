"""A folder of this machine as a store. A key is a path within it."""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fnkit.core.errors import BadArgument, FnkitError, Missing, PlatformFault, Unauthorized
from fnkit.events.store import Stored

SCHEME = "file://"
UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".swp", "~")
"""Ends of names that programs give to files which they are still writing."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The files below `root`, but hidden ones and those that bear a name of unfinished ones."""

    root: Path

    def __post_init__(self) -> None:
        # Keys are cut from paths below it: one that is named from here would be cut elsewhere.
        object.__setattr__(self, "root", Path(os.path.normpath(self.root.absolute())))

    @classmethod
    def of(cls, store: str) -> "Folder":
        """The folder of a store's name, `file:///…`."""
        return cls(Path(store.removeprefix(SCHEME)))

    @classmethod
    def resolved(cls, store: str) -> str:
        """The name of a store; of a folder that without links."""
        return f"{SCHEME}{os.path.realpath(cls.of(store).root)}" if store.startswith(SCHEME) else store

    @property
    def url(self) -> str:
        """`file:///…`."""
        return self.root.as_uri()

    def put(self, key: str, content: bytes, media: str = "application/octet-stream") -> None:
        """Write beside it under a hidden name, then rename: nobody sees half a file."""
        path = self.path(key)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(content)
            draft.replace(path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise self._fault(f"Writing {key}", error) from error

    def get(self, key: str) -> bytes:
        """The file's bytes. Raises Missing."""
        try:
            return self.path(key).read_bytes()
        except OSError as error:
            raise self._fault(f"Reading {key}", error) from error

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """Every file whose key begins with `prefix`; what goes while we look is not there. Raises Missing."""
        if not self.root.is_dir():
            raise Missing(f"Listing {self.root}", "there is no such folder.", "Make it, or name another.", 404)
        # Only the part of the prefix that is whole folders narrows where to look: not to where no list would come.
        folder = self.root
        for name in prefix.split("/")[:-1]:
            folder = folder / name
            if not name or _passed_over(name) or folder.is_symlink():
                return
        yield from self._below(folder, prefix)

    def delete(self, key: str) -> None:
        """Remove the file."""
        try:
            self.path(key).unlink(missing_ok=True)
        except OSError as error:
            raise self._fault(f"Deleting {key}", error) from error

    def presign(self, key: str, seconds: int = 86400) -> str:
        """A `file:` URL: it is good on this machine only, and for as long as the file is there."""
        return self.path(key).as_uri()

    def path(self, key: str) -> Path:
        """Where the file of a key lies. Raises BadArgument where that is outside the folder."""
        root = str(self.root)
        path = os.path.normpath(os.path.join(root, key))  # noqa: PTH118 - a key may be absolute: it is none then
        if not key or not within(path, root) or path == root or "\0" in key:
            raise BadArgument(f"Reading the key {key!r}", f"it is not a path within {root}.")
        return Path(path)

    def real(self, key: str) -> Path:
        """The same without links. Raises BadArgument where one leads out of it, or a name is hidden."""
        path = os.path.realpath(self.path(key))
        if not within(path, self._real_root(path)) or _hidden(key):
            raise BadArgument(f"Reading the key {key!r}", f"it leads out of {self.root}, or is hidden.")
        return Path(path)

    def _real_root(self, path: str) -> str:
        """The folder without links, of which the real path of a key should begin."""
        return os.path.realpath(self.root)

    def _below(self, folder: Path, prefix: str) -> Iterator[Stored]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise self._fault(f"Listing {folder}", error) from error
        for entry in entries:
            if _passed_over(entry.name):
                continue
            # A name that is no UTF-8 is shown, and cannot be read by it: its event fails and says so.
            within = entry.path[len(str(self.root)) :].lstrip(os.sep).replace(os.sep, "/")
            key = os.fsencode(within).decode("utf-8", "backslashreplace")
            try:
                if entry.is_dir(follow_symlinks=False):
                    yield from self._below(Path(entry.path), prefix)
                elif key.startswith(prefix) and entry.is_file():
                    about = entry.stat()
                    mark = f"{about.st_mtime_ns:x}-{about.st_size:x}-{about.st_ino:x}"
                    yield Stored(key, about.st_size, mark, about.st_mtime)
            except FileNotFoundError:
                continue

    def _fault(self, tried: str, error: OSError) -> FnkitError:
        tried, found = f"{tried} in {self.root}", f"{error.strerror}."
        if isinstance(error, FileNotFoundError):
            return Missing(tried, found, status=404)
        if isinstance(error, PermissionError):
            return Unauthorized(tried, found, "Give this user the right to do that.", 403)
        return PlatformFault(tried, found)


def within(path: str, folder: str) -> bool:
    """Whether a path is a folder's own, or below it; both are absolute and have no `..`."""
    return path == folder or path.startswith(folder if folder.endswith(os.sep) else folder + os.sep)


def _hidden(key: str) -> bool:
    return any(name[0] == "." for name in key.replace(os.sep, "/").split("/") if name not in ("", "."))


def _passed_over(name: str) -> bool:
    """Hidden, or not finished."""
    return name.startswith(".") or name.endswith(UNFINISHED)
