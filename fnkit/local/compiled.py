"""Compiled forms beside libraries that instances import, made in the background.

An instance may not write beside what it imports: without this, each cold start would compile numpy again (0.7 s).
"""

import subprocess
import threading
from pathlib import Path

from fnkit.local.sandbox.system import interpreter

LONGEST = 600.0
"""Seconds."""


class Compiler:
    """Compiles each folder once for each time that the platform starts; what is up to date is only looked at."""

    def __init__(self) -> None:
        self._seen: set[Path] = set()

    def add(self, folder: Path) -> None:
        """Begin to compile `folder` unless that was done; comes back at once."""
        if folder not in self._seen:
            self._seen.add(folder)
            threading.Thread(
                target=compile_folder, args=(folder,), name=f"compile {folder.name}", daemon=True
            ).start()


def compile_folder(folder: Path) -> bool:
    """Compile all modules beneath `folder` for the interpreter of the actions; True where all could be.

    Takes seconds of processor time, at the lowest priority. Modules for other versions of Python are left alone.
    """
    command = ("nice", "-n", "19", str(interpreter()), "-I", "-S", "-m", "compileall", "-q", str(folder))
    try:
        done = subprocess.run(command, capture_output=True, timeout=LONGEST, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
