"""How much memory processes really have, as Linux counts it; nothing where it does not tell."""

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_FIELD = re.compile(r"^(Private|Shared)_(?:Clean|Dirty):\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes of a process with all that it started."""

    private: int
    """That would be free without it."""
    shared: int
    """That others have as well: programs, libraries, models, what was there before a fork."""


def usage(pid: int, without: Collection[int] = ()) -> Usage | None:
    """Of `pid` and its descendants, but for those in `without` and theirs; None where that cannot be read.

    Takes a millisecond or so for each: not for the event loop.
    """
    private = shared = 0
    found = False
    for process in family(pid, without):
        try:
            text = (PROC / str(process) / "smaps_rollup").read_text()
        except OSError:  # it has ended, or is not ours to look into
            continue
        found = True
        for kind, count in _FIELD.findall(text):
            size = int(count) * 1024
            if kind == "Private":
                private += size
            else:
                shared += size
    return Usage(private, shared) if found else None


def family(pid: int, without: Collection[int] = ()) -> Iterator[int]:
    """`pid` and its descendants, but for those in `without` and theirs."""
    yield pid
    try:
        tasks = os.listdir(PROC / str(pid) / "task")  # noqa: PTH208
        children = [(PROC / str(pid) / "task" / task / "children").read_text().split() for task in tasks]
    except OSError:
        return
    for child in (int(number) for numbers in children for number in numbers):
        if child not in without:
            yield from family(child, without)
