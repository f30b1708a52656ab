"""A small object store under the data folder: bytes by key, per namespace, bounded by the disk.

A file is written whole under a name of its own, then the row that names it is committed: a reader sees the old
object or the new one, and a key never becomes a path. A file waits for the disk where its row does (`Store.full`).
"""

import asyncio
import hashlib
import os
import secrets
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fnkit.core.errors import BadArgument
from fnkit.local.store import Store

LONGEST_KEY = 1024
_COLUMNS = "key, size, etag, media_type, file"


@dataclass(frozen=True, slots=True)
class Object:
    """One object; `etag` is the sha256 of its bytes, `size` is in bytes."""

    key: str
    size: int
    etag: str
    media_type: str
    file: str
    """Where its bytes lie."""

    @property
    def path(self) -> Path:
        """The same as a path."""
        return Path(self.file)

    @property
    def modified(self) -> float:
        """When it was put, in seconds since 1970; 0 where it has gone meanwhile."""
        try:
            return _modified(self.file)
        except FileNotFoundError:
            return 0.0


class Objects:
    """The objects of all namespaces."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._changed: asyncio.Event = asyncio.Event()
        folder.mkdir(parents=True, exist_ok=True)
        self._sweep()

    async def put(self, place: tuple[str, str], media_type: str, body: AsyncIterator[bytes]) -> Object:
        """Keep `body` at `place` (namespace, key), replacing what was there. Raises BadArgument, OSError."""
        namespace, key = place
        _check_key(key)
        name = secrets.token_hex(16)
        path = self._folder / name
        digest, size = hashlib.sha256(), 0
        try:
            with path.open("xb") as file:
                async for piece in body:
                    digest.update(piece)
                    size += len(piece)
                    file.write(piece)
                if self._store.full:
                    file.flush()
                    await asyncio.to_thread(self._sync, file.fileno())  # nobody else waits for the disk
            before = self.get(namespace, key)
            etag = digest.hexdigest()
            self._store.write(
                f"INSERT OR REPLACE INTO objects (namespace, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",
                namespace,
                key,
                size,
                etag,
                media_type,
                name,
            )
            await self._store.committed()
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        self._tell()
        if before:
            before.path.unlink(missing_ok=True)
        return Object(key, size, etag, media_type, str(path))

    def get(self, namespace: str, key: str) -> Object | None:
        """The object at a key, None where there is none."""
        query = f"SELECT {_COLUMNS} FROM objects WHERE namespace = ? AND key = ?"
        row = self._store.row(query, namespace, key)
        return self._object(row) if row else None

    def list(self, namespace: str, prefix: str = "") -> list[Object]:
        """All objects whose key starts with `prefix`, by key."""
        query = f"SELECT {_COLUMNS} FROM objects WHERE namespace = ? AND key >= ?"
        values, end = [namespace, prefix], _end(prefix)
        if end:
            query, values = f"{query} AND key < ?", [*values, end]
        return [self._object(row) for row in self._store.rows(f"{query} ORDER BY key", *values)]

    async def delete(self, namespace: str, key: str) -> Object | None:
        """Forget an object; gives what it was."""
        found = self.get(namespace, key)
        if found:
            self._store.write("DELETE FROM objects WHERE namespace = ? AND key = ?", namespace, key)
            await self._store.committed()
            found.path.unlink(missing_ok=True)
            self._tell()
        return found

    async def changed(self) -> None:
        """Return when an object of whatever namespace is put or deleted."""
        await self._changed.wait()

    def _tell(self) -> None:
        """Wake who waits now; who waits from now on waits for the next one."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _object(self, row: tuple[str, int, str, str, str]) -> Object:
        return Object(*row[:4], f"{self._folder}/{row[4]}")

    def _sweep(self) -> None:
        """Remove files that no row names: of a server that was killed in between."""
        named = {row[0] for row in self._store.rows("SELECT file FROM objects")}
        for entry in os.scandir(self._folder):
            if entry.name not in named and not entry.is_dir(follow_symlinks=False):  # a disk's own `lost+found`
                (self._folder / entry.name).unlink()

    def _sync(self, file: int) -> None:
        """Return when the bytes of a file, and its name, are on disk."""
        os.fsync(file)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@lru_cache(maxsize=4096)
def _modified(file: str) -> float:
    """Files have names of their own and are written once."""
    return Path(file).stat().st_mtime


def _end(prefix: str) -> str:
    """The first text after all that begin with `prefix`, as SQLite orders texts; empty where there is none."""
    text = prefix.rstrip(chr(sys.maxunicode))
    after = ord(text[-1]) + 1 if text else 0
    # The halves of surrogate pairs are no characters.
    return text[:-1] + chr(0xE000 if 0xD800 <= after < 0xE000 else after) if text else ""


def _check_key(key: str) -> None:
    if not key or len(key.encode()) > LONGEST_KEY or any(ord(sign) < 0x20 or sign == "\x7f" for sign in key):
        raise BadArgument(
            "Storing an object",
            f"{key[:60]!r} cannot be a key.",
            f"Use 1 to {LONGEST_KEY} bytes without control characters.",
        )
