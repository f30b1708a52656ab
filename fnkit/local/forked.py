"""A process that a zygote forked, as an instance knows it."""

import asyncio
import os
import select
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from fnkit.local.control import Ungrown


class Parent(Protocol):
    """Who forked it, and has to take note of its end."""

    def add(self, number: int) -> None:
        """There is one more."""
        ...

    def reap(self, number: int) -> None:
        """There is one less."""
        ...

    def descends(self, pid: int) -> bool:
        """True where a process is of its making."""
        ...


class Forked:
    """A `Process` that a zygote forked: the leader of its group, a child of the zygote."""

    def __init__(self, zygote: Parent, number: int, watch: int) -> None:
        """`number`: in there; `watch`: a descriptor of the process, owned from here on."""
        self.pid = pid_of(watch)
        self._zygote = zygote
        self._number = number
        self._watch = watch
        self._poll = select.poll()
        self._poll.register(watch, select.POLLIN)
        self._reaped = False
        zygote.add(number)
        if not zygote.descends(self.pid):
            self.reap()
            raise Ungrown("it named a process that is not its own.")

    def when_ended(self, tell: Callable[[], None]) -> None:
        """Call `tell` on the running event loop once the process has ended."""
        loop = asyncio.get_running_loop()

        def ended() -> None:
            loop.remove_reader(self._watch)
            tell()

        loop.add_reader(self._watch, ended)

    def ended(self) -> bool:
        """True where it is a zombie, or gone with its zygote."""
        return bool(self._poll.poll(0))

    def kill(self) -> None:
        """End the whole group: its number is its own until the zygote was told to reap it."""
        if not self._reaped:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def reap(self) -> None:
        """Have the zygote take note of its end."""
        self._reaped = True
        os.close(self._watch)
        self._zygote.reap(self._number)


def pid_of(watch: int) -> int:
    """The number that a process has here, whatever it has in its namespace; -1 where it has ended, 0 for none."""
    lines = Path(f"/proc/self/fdinfo/{watch}").read_text().splitlines()
    return next((int(line[4:]) for line in lines if line.startswith("Pid:")), 0)


def parent(pid: int) -> int:
    """The parent of a process, 0 where it has none."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return int(status.rpartition(")")[2].split()[1])
