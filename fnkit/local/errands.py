"""Commands that take seconds, run beside the platform: installers, the compiler. They end when it ends."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

LONGEST = 600.0
"""Seconds that one command may take."""
GENTLY = ("sh", "-c", '{ echo 19 >/proc/self/autogroup; } 2>/dev/null; exec nice -n 19 "$@"', "sh")
"""What a person waits for goes first. An errand is a session of its own, and Linux with its autogroups gives each
session the same share, however nice its processes are among themselves: so the session is nice too."""


class Errands:
    """What runs beside one platform; asked from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._threads: list[threading.Thread] = []
        self._closed = False

    def begin(self, name: str, work: Callable[[], object]) -> None:
        """Do `work` on a thread of its own; comes back at once. Where all is being closed nothing begins."""
        thread = threading.Thread(target=work, name=name, daemon=True)
        with self._lock:
            if self._closed:
                return
            self._threads = [*(one for one in self._threads if one.is_alive()), thread]
            thread.start()

    def run(self, command: Sequence[str], folder: Path | None = None) -> str | None:
        """Run `command` (in `folder`) to its end: None where it went well, else why not, in one line."""
        try:
            process = self._start(command, folder)
        except OSError as error:
            return str(error)
        try:
            _, said = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            return f"{command[0]} took longer than {LONGEST:.0f} s"
        finally:
            self._end(process)
        return _last_line(said) if process.returncode else None

    def close(self) -> None:
        """End what runs and await that; what would begin later fails at once."""
        with self._lock:
            self._closed = True
            threads, running = self._threads, list(self._running)
        for process in running:
            _kill(process)
        for thread in threads:
            thread.join()

    def _start(self, command: Sequence[str], folder: Path | None) -> subprocess.Popen[str]:
        """As the first of a group of processes, so that what it starts ends with it."""
        with self._lock:
            if self._closed:
                raise InterruptedError("the platform was stopped")
            process = subprocess.Popen(
                (*GENTLY, *command),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                start_new_session=True,
            )
            self._running.add(process)
            return process

    def _end(self, process: subprocess.Popen[str]) -> None:
        with self._lock:
            self._running.discard(process)
        if process.returncode is None:
            _kill(process)
            process.wait()
        if process.stderr:
            process.stderr.close()


def _kill(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given"
