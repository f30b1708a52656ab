"""What forks of one process may share and what each of them needs for itself.

Ships alone: it is a neighbour of fork.py and imports the standard library only.
"""

import gc
import os
import sys
from typing import Any

ALIGNMENT, LARGEST_SMALL, POOL, EMPTY_BYTES = 16, 512, 1 << 14, 33
"""Of CPython's allocator for small objects, in bytes."""
MOST_ROWS = 64
"""Half pools of each size: with another allocator there is no end to the gaps."""


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
    """Generators of random numbers that libraries or the action made.

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


def forget() -> None:
    """Let no fork go on where the init code stopped: `secrets`, `uuid4` and OpenSSL see to themselves."""
    if "random" in sys.modules:
        plain: Any = sys.modules["random"]
        plain._inst.gauss_next = None
    if "uuid" in sys.modules:
        identifiers: Any = sys.modules["uuid"]
        identifiers._last_timestamp = None
    if "tempfile" in sys.modules:
        files: Any = sys.modules["tempfile"]
        files.tempdir = files._name_sequence = None


def renew(made: list[Any]) -> None:
    """Give this fork random numbers of its own, and its thread the number that it has now.

    `made`: the generators of libraries.
    """
    for one in made:
        seed(one)
    if "threading" in sys.modules:
        threading: Any = sys.modules["threading"]
        threading.main_thread()._set_native_id()
    if "random" in sys.modules:
        plain: Any = sys.modules["random"]
        plain.Random.__base__.seed(plain._inst)  # of the C part: a third of the pages that the method writes to
    if "numpy.random" in sys.modules:
        numbers: Any = sys.modules["numpy.random"]
        numbers.seed()


def seed(generator: Any) -> None:
    """Seed a generator anew. Raises whatever one does that cannot be made without arguments."""
    plain: Any = sys.modules.get("random")
    if plain is not None and isinstance(generator, plain.Random):
        plain.Random.__base__.seed(generator)
        generator.gauss_next = None
        return
    numbers: Any = sys.modules["numpy.random"]
    bits = generator
    if not isinstance(generator, numbers.BitGenerator):
        bits = generator._bit_generator if isinstance(generator, numbers.RandomState) else generator.bit_generator
    bits.state = type(bits)().state
    if isinstance(generator, numbers.RandomState):  # of the normal distribution it draws two and keeps one
        generator.set_state({**generator.get_state(legacy=False), "has_gauss": 0, "gauss": 0.0})


def stubborn(made: list[Any]) -> str:
    """Why generators cannot be seeded anew; empty where they were."""
    try:
        for one in made:
            seed(one)
    except Exception as error:  # noqa: BLE001 - a class of a library's
        return f"random numbers of a library cannot be seeded anew: {error!r}"
    return ""


def fill() -> list[Any]:
    """What fills the gaps among this process's small objects, to be kept: its forks begin on pages of their own.

    Each page with a gap that a fork writes to becomes its own, with all that lay there; gaps filled, its objects
    lie side by side. Takes no memory that was not taken. Source of the numbers: CPython's Objects/obmalloc.c.
    """
    kept: list[Any] = []
    for size in range(ALIGNMENT, LARGEST_SMALL + 1, ALIGNMENT):
        kind: Any = object if size == ALIGNMENT else float if size == 2 * ALIGNMENT else bytes
        given = (size - EMPTY_BYTES,) if kind is bytes else ()
        row: list[Any] = [None] * (POOL // size // 2)
        for _ in range(MOST_ROWS):
            for at in range(len(row)):
                row[at] = kind(*given)
            if all(id(row[at + 1]) - id(row[at]) == size for at in range(1, len(row) - 1)):
                break  # they lie side by side: there are no gaps any more
            kept += row
    return kept
