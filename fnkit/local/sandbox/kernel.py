"""What the kernel of this machine has for locking a process in."""

import ctypes
import os
import sys
from dataclasses import dataclass

from fnkit.local.sandbox import seccomp
from fnkit.local.sandbox.landlock import CREATE_RULESET, VERSION


@dataclass(frozen=True, slots=True)
class Kernel:
    """Facts that change what a rung stops."""

    linux: bool
    landlock: int
    """The version of Landlock, 0 where there is none."""
    filters: bool
    """True where system calls can be filtered."""
    root: bool
    """True where we run as root, whose processes are not counted."""


def kernel() -> Kernel:
    """Ask the kernel; changes nothing."""
    linux = sys.platform == "linux"
    return Kernel(
        linux=linux,
        landlock=_landlock() if linux else 0,
        filters=linux and seccomp.supported(),
        root=hasattr(os, "geteuid") and os.geteuid() == 0,
    )


def _landlock() -> int:
    version: int = ctypes.CDLL(None).syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION)
    return max(0, version)
