"""What was written since SQLite's last commit, a line for each commit of ours: kept with one system call.

A commit of SQLite rewrites the pages that it touched and takes ten times as long as a line at the end of a file.
So the line is what a caller waits for, and SQLite commits many at once. After a crash the lines that SQLite did
not live to commit are written again.
"""

import marshal
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Write = tuple[str, Sequence[Any]]
"""A statement and its values: text, whole numbers, None."""
FORMAT = 4
"""Of marshal, which writes texts and numbers ten times as fast as JSON; all of Python 3 reads it."""
_HEAD = struct.Struct("<II")
"""Length and CRC-32 of what follows."""


def to_line(number: int, writes: Sequence[Write]) -> bytes:
    """The writes of commit `number` as they are kept."""
    kept: Any = (number, writes)
    text = marshal.dumps(kept, FORMAT)
    return _HEAD.pack(len(text), zlib.crc32(text)) + text


class Journal:
    """An open journal file."""

    def __init__(self, path: Path, full: bool = False) -> None:
        """`full` waits for the disk at each line."""
        self._path = path
        self._full = full
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._size = os.fstat(self._file).st_size

    def append(self, line: bytes) -> None:
        """Keep a line: then it survives a crash. Raises OSError, with nothing of it kept."""
        try:
            written = os.write(self._file, line)
            while written < len(line):
                written += os.write(self._file, line[written:])
            if self._full:
                os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, self._size)
            raise
        self._size += len(line)

    def lines(self) -> Iterator[tuple[int, list[Write]]]:
        """What is kept, in order, up to the first line that was not written to its end."""
        rest = memoryview(self._path.read_bytes())
        while len(rest) > _HEAD.size:
            length, checksum = _HEAD.unpack_from(rest)
            text = rest[_HEAD.size : _HEAD.size + length]
            if len(text) < length or zlib.crc32(text) != checksum:
                return
            number, writes = marshal.loads(text)
            yield number, writes
            rest = rest[_HEAD.size + length :]

    def clear(self) -> None:
        """Forget all of it: SQLite has it now."""
        if self._size:
            os.ftruncate(self._file, 0)
            self._size = 0

    def close(self) -> None:
        """Let go of the file; what is empty is removed."""
        os.close(self._file)
        if not self._size:
            self._path.unlink(missing_ok=True)
