"""Compiled forms beside libraries that instances import, made in the background.

An instance may not write beside what it imports: without this, each cold start would compile numpy again (0.7 s).
"""

from functools import partial
from pathlib import Path

from fnkit.local.errands import Errands
from fnkit.local.sandbox.system import interpreter


class Compiler:
    """Compiles each folder once for each time that the platform starts; what is up to date is only looked at."""

    def __init__(self, errands: Errands) -> None:
        self._errands = errands
        self._seen: set[Path] = set()

    def add(self, folder: Path) -> None:
        """Begin to compile `folder` unless that was done; comes back at once."""
        if folder not in self._seen:
            self._seen.add(folder)
            self._errands.begin(f"compile {folder.name}", partial(compile_folder, self._errands, folder))


def compile_folder(errands: Errands, folder: Path) -> bool:
    """Compile all modules beneath `folder` for the interpreter of the actions; True where all could be.

    Takes seconds. Modules for other versions of Python are left alone.
    """
    command = (str(interpreter()), "-I", "-S", "-m", "compileall", "-q", str(folder))
    return errands.run(command) is None
