"""The memory that forks write to at their first call: got by each in a few large pieces, not page by page.

A model's working memory is shared when a fork begins and its own when its first call has ended: thousands of
pages, each of them a fault. In a fork that does nothing else it is found out once which those are; every further
one has them copied before its call, 2 MB at a time, in less than half the time. What is in them stays as it is.


Ships alone: it is a neighbour of fork.py and imports the standard library only. Source of the bits:
Linux, Documentation/admin-guide/mm/pagemap.rst; of the idea: Ustiugov et al., ASPLOS 2021 (REAP).
"""

import array
import json
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from typing import Any

BLOCK = 1 << 21
"""Bytes of a large piece, and what its address is a multiple of."""
OWN = 1 << 56
"""Of a page's entry: no other process has it."""
MOST = 0.75
"""The share of a piece that has to be written to: the rest of it becomes the fork's own too."""
LONGEST = 2
"""Seconds that the work may take: who wants a fork meanwhile waits for it (`zygotes.FORKS_IN`)."""
MADV_COLLAPSE = 25


Run = tuple[int, int]
"""Pieces that lie side by side: the address of the first, and bytes."""


def written(work: Callable[[], object]) -> list[Run]:
    """The pieces that a fork of this process writes to when it does this work."""
    size = os.sysconf("SC_PAGE_SIZE")
    read, write = os.pipe()
    number = os.fork()
    if not number:
        try:
            signal.alarm(LONGEST)
            work()
            os.write(write, json.dumps(list(_own(size))).encode())
        finally:
            os._exit(0)
    os.close(write)
    with open(read, "rb") as said:  # noqa: PTH123 - by descriptor
        text = said.read()
    os.waitpid(number, 0)
    there = [at for first, end in _mappings() for at in _pieces(first, end)]
    return _runs(sorted({*json.loads(text or "[]")}.intersection(there)))


def gather(runs: Iterable[Run], call: Callable[..., Any]) -> None:
    """Have these copied for this process; where the system cannot, each page comes when it is written to."""
    for at, size in runs:
        try:
            call("madvise", at, size, MADV_COLLAPSE)
        except OSError:
            return


def _runs(pieces: list[int]) -> list[Run]:
    """The same in as few as can be: each call has all processors put back the pages that they hold."""
    runs: list[Run] = []
    for at in pieces:
        if runs and sum(runs[-1]) == at:
            runs[-1] = runs[-1][0], runs[-1][1] + BLOCK
        else:
            runs.append((at, BLOCK))
    return runs


def _own(size: int) -> Iterator[int]:
    each = BLOCK // size
    with open("/proc/self/pagemap", "rb", buffering=0) as pagemap:  # noqa: PTH123
        for first, end in _mappings():
            for at in _pieces(first, end):
                pagemap.seek(at // size * 8)
                if sum(entry & OWN != 0 for entry in array.array("Q", pagemap.read(each * 8))) > MOST * each:
                    yield at


def _pieces(first: int, end: int) -> range:
    """The whole ones between two addresses."""
    return range(-(-first // BLOCK) * BLOCK, end - BLOCK + 1, BLOCK)


def _mappings() -> Iterator[tuple[int, int]]:
    """Memory of nobody else's and of no file's: from where to where."""
    with open("/proc/self/maps") as lines:  # noqa: PTH123
        for line in lines:
            place, mode, _, _, node, *_ = line.split()
            if mode == "rw-p" and node == "0":
                first, _, end = place.partition("-")
                yield int(first, 16), int(end, 16)
