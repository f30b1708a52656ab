"""Locks the process it runs in and then becomes the program named after it.

Ships alone: it runs as `python -I -S confine.py PLAN PROGRAM ARGUMENT…` and imports the standard library only,
besides its two neighbours, which it finds by path. PLAN is JSON; each key is a step, and steps that are not
there are not taken:

    namespaces  see namespaces.py
    landlock    see landlock.py
    seccomp     the filter, base64
    processors  how many to use
    limits      name of a RLIMIT: bytes or count
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 1, 38, 22
SECCOMP_MODE_FILTER = 2
SIGKILL = 9
OWN = 0x7FFFFFFF
"""In a filter: the number of the process in which it is installed."""
WIRE = 3
"""Node.js keeps what it starts from inheriting the first 16 numbers, and those after them without a gap."""

CALLS = ("prctl", "unshare", "mount", "umount2", "syscall", "capset", "madvise")
Call = Callable[..., int]
"""One of CALLS by name, of the C library; raises OSError where it says -1."""


def main() -> None:
    """Take the steps, then become the program."""
    plan, program = json.loads(sys.argv[1]), sys.argv[2]
    if sys.platform == "linux":
        parent = os.getppid()
        call = c_library()
        call("prctl", PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("The server ended.")
        lock(plan, call)
    use_processors(plan["processors"])
    limit(plan["limits"])
    if not program.endswith(".py"):
        execute(sys.argv[2:])
    # In this interpreter: a second start would cost 10 ms.
    del sys.argv[:2]
    code = neighbour_code(program)
    exec(code, {"__name__": "__main__", "__file__": program, "__builtins__": __builtins__})


def execute(command: list[str]) -> None:
    """Become another program. Its last argument is the number of the wire, which moves to WIRE."""
    given = int(command[-1])
    if given != WIRE:
        os.dup2(given, WIRE)
        os.close(given)  # what the action starts would inherit it
    os.execv(command[0], [*command[:-1], str(WIRE)])


def lock(plan: dict[str, Any], call: Call) -> None:
    """The steps that Linux knows, outermost first: each one takes away what the one before needed."""
    if "namespaces" in plan:
        part("namespaces").enter(plan["namespaces"], call)
    if "landlock" in plan or "seccomp" in plan:
        call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if "landlock" in plan:
        part("landlock").restrict(plan["landlock"], call)
    if "seccomp" in plan:
        filter_system_calls(filter_of(plan["seccomp"]), call)


def c_library() -> Call:
    """Calls by name: `call("unshare", flags)`."""
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    long, get_errno = ctypes.c_long, ctypes.get_errno
    functions = {name: library[name] for name in CALLS}  # all made here, for the forks of a zygote too
    for function in functions.values():
        function.restype = long

    def call(name: str, *arguments: Any) -> int:
        # Plain ints would go as 32 bits: each is widened to a register.
        result: int = functions[name](*[long(a) if isinstance(a, int) else a for a in arguments])
        if result == -1:
            number = get_errno()
            raise OSError(number, f"{name}: {os.strerror(number)}")
        return result

    return call


Filter = tuple[bytes, Any, tuple[int, ...]]
"""A filter of system calls as the kernel takes it, what that points to, and where in it OWN stands."""


def filter_of(program: str) -> Filter:
    """A seccomp filter, given as base64 of its instructions: for this process and those forked from it."""
    import binascii
    import ctypes
    import struct

    code = binascii.a2b_base64(program)
    values = struct.unpack(f"<{len(code) // 4}I", code)
    places = tuple(4 * at for at in range(1, len(values), 2) if values[at] == OWN)
    buffer = ctypes.create_string_buffer(code, len(code))
    prepared = struct.pack("HP", len(code) // 8, ctypes.addressof(buffer))  # struct sock_fprog
    return prepared, buffer, places


def filter_system_calls(prepared: Filter, call: Call) -> None:
    """Install a filter that `filter_of` made, with the number of this process."""
    from struct import pack_into

    number = os.getpid()
    for at in prepared[2]:
        pack_into("<I", prepared[1], at, number)
    call("prctl", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, prepared[0], 0, 0)


def use_processors(count: int) -> None:
    """Stay on `count` processors, others for each process: libraries start as many threads as they may use."""
    if hasattr(os, "sched_setaffinity"):
        every = sorted(os.sched_getaffinity(0))
        first = os.getpid() % len(every)
        os.sched_setaffinity(0, (every[first:] + every[:first])[:count])


def limit(limits: dict[str, int]) -> None:
    """Lower the limits; where the one in force is lower already, it stays."""
    import resource

    for name, value in limits.items():
        kind = getattr(resource, name)
        _, hard = resource.getrlimit(kind)
        lowest = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (lowest, lowest))


def neighbour_code(path: str) -> Any:
    """The code of a Python file, from its cache where there is one."""
    from _frozen_importlib_external import SourceFileLoader

    return SourceFileLoader("__main__", path).get_code("__main__")


def part(name: str) -> Any:
    """The module of that name in this folder, which is not on `sys.path`."""
    path = f"{os.path.dirname(__file__)}/{name}.py"  # noqa: PTH120 - pathlib costs 5 ms of each cold start
    module = type(sys)(name)
    exec(neighbour_code(path), module.__dict__)
    return module


if __name__ == "__main__":
    main()
