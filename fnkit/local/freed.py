"""Memory that an instance has freed: kept for its next run, given back when nobody asks for a while.

Ships alone: it is a neighbour of fork.py and imports the standard library only.
"""

import ctypes
import resource
from typing import Any

KEPT = ((-1, 64 << 20), (-3, 32 << 20))
"""M_TRIM_THRESHOLD, M_MMAP_THRESHOLD: what is freed is kept until it rests, as much as glibc may come to."""
MANY = 512
"""Pages that a process has touched since it rested."""


class Freed:
    """The C library's store of free memory. Made in a zygote, used in each fork."""

    def __init__(self) -> None:
        self.usage = resource.getrusage, resource.RUSAGE_SELF
        library = ctypes.CDLL(None)
        self.trim: Any = getattr(library, "malloc_trim", None)
        """Where the C library has it."""
        self.option: Any = getattr(library, "mallopt", None)
        self.faults = 0

    def keep(self) -> None:
        """From now on, keep what is freed."""
        for option in KEPT if self.option is not None else ():
            self.option(*option)

    def rest(self) -> None:
        """Give memory back that was freed, where much was taken: photos, frames."""
        faults = self.usage[0](self.usage[1]).ru_minflt
        if self.trim is not None and faults - self.faults > MANY:
            self.trim(0)
        self.faults = faults
