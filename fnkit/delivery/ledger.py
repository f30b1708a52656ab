"""What a map has done so far, in a file: a broken run goes on where it stopped.

The file holds JSON lines. The first says which action it is of; each other is one answer: the digest of its
input, how many equal inputs came before it, and what the platform answered. A line that a crash cut off counts
for nothing.
"""

import json
import os
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from fnkit.core.canonical import canonical, sha256
from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument
from fnkit.delivery.result import Result

Key = tuple[str, int]
"""An input's digest, and how many equal ones came before it."""


class Ledger(Protocol):
    """Remembers results by their inputs."""

    def find(self, key: Key) -> Result | None:
        """The success that is noted for an input, None where it has to be called (again)."""

    def note(self, key: Key, result: Result) -> None:
        """Keep a result; asked from many threads."""

    def close(self) -> None:
        """Let go of what is held."""


class Forgetful:
    """Remembers nothing."""

    def find(self, key: Key) -> Result | None:
        """Nothing."""
        return None

    def note(self, key: Key, result: Result) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is held."""


class File:
    """Remembers in a file, which one run has open at a time."""

    def __init__(self, path: Path, action: str) -> None:
        """`action`: `/namespace/package/name`. Raises BadArgument: in use, of another action, not a ledger."""
        self._path = path
        self._writing = threading.Lock()
        try:
            self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        except OSError as error:
            raise BadArgument(f"Opening the ledger {path}", f"{error.strerror}.") from None
        try:
            self._lock()
            self._known = self._read(action)
        except BaseException:
            self._file.close()
            raise

    def find(self, key: Key) -> Result | None:
        """As Ledger has it."""
        return self._known.pop(key, None)

    def note(self, key: Key, result: Result) -> None:
        """As Ledger has it; on the way to the disk when this returns."""
        line = {"input": key[0], "nth": key[1], **result.to_json()}
        with self._writing:
            if not self._file.closed:
                self._write(canonical(line) + b"\n")

    def close(self) -> None:
        """As Ledger has it; all of it is on the disk then."""
        with self._writing:
            if not self._file.closed:
                os.fsync(self._file.fileno())
                self._file.close()

    def _lock(self) -> None:
        try:
            import fcntl
        except ImportError:  # Windows: there a file that is open cannot be opened twice for long anyway
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            advice = "Let that one end, or name another file."
            raise BadArgument(f"Opening the ledger {self._path}", "another run has it open.", advice) from None

    def _read(self, action: str) -> dict[Key, Result]:
        """The successes in the file; afterwards it is open at the end of its last whole line."""
        head, *lines = self._file.read().split(b"\n")
        if not lines:  # a new one, or one whose first line never came to its end
            if head and not head.startswith(b'{"map":'):
                raise self._strange()
            self._file.seek(0)
            self._file.truncate()
            self._write(canonical({"map": action}) + b"\n")
            return {}
        self._check(head, action)
        self._file.seek(-len(lines.pop()), os.SEEK_END)
        self._file.truncate()
        return dict(found for line in lines if (found := _success(line)) is not None)

    def _check(self, head: bytes, action: str) -> None:
        noted = _parsed(head).get("map")
        if noted is None:
            raise self._strange()
        if noted != action:
            tried = f"Going on with the ledger {self._path}"
            raise BadArgument(tried, f"it is of {noted}, not of {action}.", "Name another file.")

    def _write(self, line: bytes) -> None:
        try:
            self._file.write(line)
            self._file.flush()
        except OSError as error:
            advice = "Make room, then run it again: it goes on there."
            raise BadArgument(f"Writing to the ledger {self._path}", f"{error.strerror}.", advice) from None

    def _strange(self) -> BadArgument:
        return BadArgument(
            f"Opening the ledger {self._path}", "it is a file of another kind.", "Name one that is not there yet."
        )


class Keys:
    """The key of each input, in their order."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def next(self, values: Mapping[str, Json]) -> Key:
        """The key of one more input, a JSON object."""
        digest = sha256(canonical(values))
        self._seen[digest] += 1
        return digest, self._seen[digest] - 1


def _success(line: bytes) -> tuple[Key, Result] | None:
    row = _parsed(line)
    if not row.get("ok") or "input" not in row:
        return None
    result = Result(ok=True, value=row.get("value"), activation=row.get("activation"), remembered=True)
    return (str(row["input"]), int(row.get("nth", 0))), result


def _parsed(line: bytes) -> dict[str, Json]:
    try:
        row = json.loads(line)
    except ValueError:
        return {}
    return row if isinstance(row, dict) else {}
