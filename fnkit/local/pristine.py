"""What forks of one process may share and what each of them needs for itself.

Ships alone: it is a neighbour of fork.py and imports the standard library only.
"""

import gc
import os
import sys
from typing import Any


def threads() -> int:
    """How many threads this process has; a fork has only the one that forked."""
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208


def held() -> tuple[set[str], int]:
    """The numbers of the open files, and how many mappings are shared and can be written to."""
    listed = os.listdir("/proc/self/fd")  # noqa: PTH208
    descriptors = {number for number in listed if is_open(int(number))}  # without the folder that was listed
    with open("/proc/self/maps") as maps:  # noqa: PTH123 - pathlib costs 5 ms
        return descriptors, sum(line.split(maxsplit=2)[1][1::2] == "ws" for line in maps)


def is_open(number: int) -> bool:
    """True where a descriptor is in use."""
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def unfit(before: tuple[set[str], int]) -> str:
    """Why this process cannot be a template; empty where it can: all in it may be of use to several processes.

    `before`: what was held before its init code.
    """
    descriptors, mappings = held()
    if opened := [number for number in descriptors - before[0] if not mapped(int(number))]:
        return f"its init code left {len(opened)} files or connections open"
    if mappings > before[1]:
        return "its init code made shared memory"
    if children():
        return "its init code left processes behind"
    kinds = sorted({type(one).__name__ for one in generators()})
    return f"its init code made random numbers of its own ({', '.join(kinds)})" if kinds else ""


def mapped(number: int) -> bool:
    """True for a file that is open for reading because it is mapped, as weights are: nobody moves along in it."""
    import fcntl

    path = os.readlink(f"/proc/self/fd/{number}")  # noqa: PTH115
    reads = fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
    with open("/proc/self/maps") as maps:  # noqa: PTH123
        return reads and any(line.rstrip("\n").endswith(f" {path}") for line in maps)


def children() -> bool:
    """True where there is a process to wait for."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def generators() -> list[Any]:
    """Generators of random numbers that the action made: nobody knows whether they are seeded on purpose.

    What was there before the last `gc.freeze` is not looked at.
    """
    kinds: list[Any] = []
    shared: list[Any] = []
    if "random" in sys.modules:
        plain: Any = sys.modules["random"]
        kinds.append(plain.Random)
        shared.append(plain._inst)
    if "numpy.random" in sys.modules:
        numbers: Any = sys.modules["numpy.random"]
        kinds += [numbers.Generator, numbers.RandomState, numbers.BitGenerator]
        shared += [numbers.mtrand._rand, numbers.mtrand._rand._bit_generator]
    found = [one for one in gc.get_objects() if isinstance(one, tuple(kinds))]
    return [one for one in found if type(one).__name__ != "SystemRandom" and all(one is not o for o in shared)]


def refresh() -> None:
    """Give this fork random numbers of its own: `random`, `secrets`, `uuid4` and OpenSSL see to themselves."""
    if "numpy.random" in sys.modules:
        numbers: Any = sys.modules["numpy.random"]
        numbers.seed()
    if "uuid" in sys.modules:
        identifiers: Any = sys.modules["uuid"]
        identifiers._last_timestamp = None
    if "tempfile" in sys.modules:
        files: Any = sys.modules["tempfile"]
        files.tempdir = files._name_sequence = None
