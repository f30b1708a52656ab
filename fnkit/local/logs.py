"""What an instance prints, as the log lines of the activation that was running.

Lines are `2026-11-23T04:26:57.124147762Z stdout: text`. The limit counts bytes as Docker's json-file log does,
since that is what OpenWhisk counts. Source: apache/openwhisk DockerToActivationLogStore.scala,
DockerContainer.scala.
"""

import json
import os
import time
from collections.abc import Sequence
from typing import Literal

from fnkit.core.entities import MIB

Stream = Literal["stdout", "stderr"]

CHUNK = 65_536
OVERHEAD = len('{"log":"\\n","stream":"stdout","time":"2026-11-23T04:26:58.200223091Z"}\n')
LONGEST = 16_384
"""Bytes of one line; a longer one is cut into several, as Docker does."""
TRUNCATED = "Logs were truncated because the total bytes size exceeds the limit of {} bytes."
INCOMPLETE = "The action did not initialize or run as expected. Log data might be missing."


def stamp(nanoseconds: int) -> str:
    """A time as it stands in a log line, 30 characters."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{rest:09d}Z"


def log_line(stream: Stream, text: str) -> str:
    """`text` as a log line of now."""
    return f"{stamp(time.time_ns())} {stream}: {text}"


class Logs:
    """The lines of one instance since they were last taken; order is kept within each stream."""

    def __init__(self, limit: int) -> None:
        """`limit` in MB; 0 collects nothing."""
        self._limit = limit * MIB
        self._lines: list[str] = []
        self._partial: dict[Stream, bytes] = {"stdout": b"", "stderr": b""}
        self._counted = 0
        self._truncated = False

    def feed(self, stream: Stream, chunk: bytes) -> None:
        """Add bytes as they came out of a pipe."""
        if self._truncated or not self._limit:
            return
        *whole, rest = (self._partial[stream] + chunk).split(b"\n")
        for line in whole:
            for piece in _pieces(line):
                self._add(stream, piece)
        *pieces, self._partial[stream] = _pieces(rest)
        for piece in pieces:
            self._add(stream, piece)

    def _add(self, stream: Stream, line: bytes) -> None:
        if self._truncated:
            return
        text = line.decode(errors="replace")
        self._counted += len(json.dumps(text, ensure_ascii=False).encode(errors="replace")) - 2 + OVERHEAD
        if self._counted > self._limit:
            self._truncated = True
            self._lines.append(log_line("stderr", TRUNCATED.format(self._limit)))
        else:
            self._lines.append(log_line(stream, text))

    def take(self) -> tuple[str, ...]:
        """All lines since the last call, an unfinished last line included."""
        for stream in self._partial:
            if rest := self._partial[stream]:
                self._partial[stream] = b""
                self._add(stream, rest)
        lines = tuple(self._lines)
        self._lines = []
        self._counted = 0
        self._truncated = False
        return lines


class SharedLogs:
    """What runs print that share an instance: nobody knows whose line it is, so each gets all since it began."""

    def __init__(self, limit: int) -> None:
        """`limit` in MB, of each run."""
        self._limit = limit * MIB
        self._runs: dict[str, list[str]] = {}
        self._counted: dict[str, int] = {}

    def open(self, tag: str, lines: Sequence[str]) -> None:
        """A run begins; `lines` came out before."""
        self._add(lines)
        self._runs[tag], self._counted[tag] = [], 0

    def close(self, tag: str, lines: Sequence[str]) -> tuple[str, ...]:
        """A run has ended, `lines` came out since the last call. Gives what it and the others printed."""
        self._add(lines)
        self._counted.pop(tag, None)
        return tuple(self._runs.pop(tag, ()))

    def _add(self, lines: Sequence[str]) -> None:
        size = sum(map(len, lines))
        for tag, kept in self._runs.items():
            if self._counted[tag] > self._limit:
                continue
            self._counted[tag] += size
            kept.extend(lines)
            if self._counted[tag] > self._limit:
                kept.append(log_line("stderr", TRUNCATED.format(self._limit)))


def _pieces(line: bytes) -> list[bytes]:
    return [line[at : at + LONGEST] for at in range(0, len(line), LONGEST)] or [b""]


def drain(pipe: int, logs: Logs, stream: Stream) -> bool:
    """Read what is in the pipe now, at most what a pipe holds. False at its end."""
    for _ in range(16):  # a pipe holds 64 KiB as a rule and 1 MiB at most: a flood does not keep us here
        try:
            chunk = os.read(pipe, CHUNK)
        except BlockingIOError:
            return True
        if not chunk:
            return False
        logs.feed(stream, chunk)
    return True
