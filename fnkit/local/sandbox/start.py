"""Starts an instance as a new process on a rung."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from fnkit.local.instance import Ends, Instance
from fnkit.local.jobs import Began
from fnkit.local.logs import Logs
from fnkit.local.sandbox.place import Place
from fnkit.local.sandbox.rung import Rung
from fnkit.local.starter import Wanted


class ProcessStarter:
    """A `Starter` for which each instance is a new process."""

    def __init__(self, rung: Rung) -> None:
        self.rung = rung

    async def start(self, wanted: Wanted) -> Instance:
        """An instance that waits for `init`. Raises OSError where no process can be started."""
        return self.launch(await wanted.lay_out(), wanted.executable.limits.logs)

    def prepare(self, wanted: Wanted) -> None:
        """Nothing is kept ready."""

    def discard(self, namespace: str, name: str) -> None:
        """Nothing is kept ready."""

    async def close(self) -> None:
        """Nothing is kept ready."""

    def launch(self, place: Place, logs: int, began: Began = "cold") -> Instance:
        """An instance in a place that is there, with at most `logs` MB of logs. Raises OSError.

        Runs on the thread of the event loop: the child is told to die with the thread that started it.
        """
        with connected() as (ends, (wire, stdout, stderr)):
            process = spawn(self.rung, place, wire, (stdout, stderr))
        return Instance(Own(process), ends, place, began, Logs(logs))


@contextmanager
def connected() -> Iterator[tuple[Ends, tuple[int, int, int]]]:
    """Our ends of a wire and two pipes, closed where the block raises; and theirs, closed with the block."""
    ours, theirs = socket.socketpair()
    out, their_out = os.pipe()
    err, their_err = os.pipe()
    try:
        yield Ends(ours, out, err), (theirs.fileno(), their_out, their_err)
    except BaseException:
        ours.close()
        os.close(out)
        os.close(err)
        raise
    finally:
        theirs.close()
        os.close(their_out)
        os.close(their_err)


def spawn(rung: Rung, place: Place, wire: int, output: tuple[int, int]) -> "subprocess.Popen[bytes]":
    """The program of a place, locked in: with a wire, standard output and error. Raises OSError."""
    program = [*place.command, str(wire)]
    return subprocess.Popen(
        rung.wrap(place, program) if place.engine is None else [sys.executable, "-I", *program],
        stdin=subprocess.DEVNULL,
        stdout=output[0],
        stderr=output[1],
        env=place.environment,
        cwd=place.work,
        pass_fds=[wire],
        # A group of its own: the instance is ended with all of it, and cannot signal the server's.
        start_new_session=True,
    )


class Own:
    """A process that we started: the leader of its group, not reaped before all of the group was killed."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.pid = process.pid
        self._process = process

    def when_ended(self, tell: Callable[[], None]) -> None:
        """Call `tell` on the running event loop once the process has ended."""
        loop = asyncio.get_running_loop()
        if hasattr(os, "pidfd_open"):
            watch = os.pidfd_open(self.pid)

            def ended() -> None:
                loop.remove_reader(watch)
                os.close(watch)
                tell()

            loop.add_reader(watch, ended)
            return

        def wait() -> None:
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
            loop.call_soon_threadsafe(tell)

        threading.Thread(target=wait, name=f"instance {self.pid}", daemon=True).start()

    def ended(self) -> bool:
        """True where it is a zombie: not yet reaped, and no longer running."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def kill(self) -> None:
        """End the whole group."""
        if self._process.returncode is None:  # later its number may be another's
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def reap(self) -> None:
        """Take note of its end."""
        self._process.wait()
