"""Upstream's common packages (requests, lxml, …) in a folder of their own, which every action may import from.

The list is common.txt: pinned, each file by its hash. It is installed once for each list and interpreter into
`<cache>/runtime/<digest>`; until then, and without a network, actions see an empty folder and `status` says why.
"""

import importlib.metadata
import logging
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

from fnkit.core.canonical import canonical, sha256
from fnkit.local.errands import Errands
from fnkit.local.sandbox.system import interpreter

WITHOUT = "Actions can import the standard library and what they bring."


class Common:
    """The folder of common packages under a cache; asked from any thread."""

    def __init__(self, errands: Errands, cache: Path, requirements: str | None = None) -> None:
        """`requirements`: the text of a list with hashes; fnkit's own by default."""
        own = resources.files("fnkit.local").joinpath("common.txt")
        self._errands = errands
        self._requirements = own.read_text("utf-8") if requirements is None else requirements
        digest = sha256(canonical([self._requirements, sys.version, sys.platform]))
        self._folder = cache / "runtime" / digest
        self._empty = cache / "runtime" / "empty"
        self._trouble = "They are not installed yet."
        self._known: Mapping[str, str] = {}

    def folder(self) -> Path:
        """Where the packages are; an empty folder until they are there."""
        if self._folder.is_dir():
            return self._folder
        self._empty.mkdir(parents=True, exist_ok=True)
        return self._empty

    def packages(self) -> Mapping[str, str]:
        """What is there: name → version."""
        if not self._known:  # what is there once stays as it is
            found = importlib.metadata.distributions(path=[str(self.folder())])
            self._known = {one.name.lower(): one.version for one in found}
        return self._known

    def status(self) -> str:
        """One sentence or two for a person."""
        if self._folder.is_dir():
            return "OpenWhisk's common packages are installed."
        return f"OpenWhisk's common packages: {self._trouble} {WITHOUT}"

    def install(self) -> bool:
        """Install them where they are not there yet; True where they are there in the end. Never raises.

        Takes seconds: call it on a thread of its own. Whoever runs instances meanwhile sees all of them or none.
        """
        if self._folder.is_dir():
            return True
        self._trouble = "They are being installed."
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder.parent, prefix=".new-") as fresh:
            self._trouble = self._fill(Path(fresh)) or ""
        if self._trouble:
            logging.getLogger(__name__).warning("%s", self.status())
        return not self._trouble

    def _fill(self, fresh: Path) -> str | None:
        """Why it failed, or None."""
        listed, target = fresh / "common.txt", fresh / "packages"
        listed.write_text(self._requirements, "utf-8")
        trouble = "there is neither uv nor pip."
        for command in _installers(listed, target):
            why = self._errands.run(command)
            if why is None:
                return self._keep(target)
            trouble = f"They could not be installed ({why})."
        return trouble

    def _keep(self, target: Path) -> str | None:
        try:
            target.rename(self._folder)
        except OSError as error:
            return None if self._folder.is_dir() else f"They could not be kept ({error})."
        return None


def _installers(listed: Path, target: Path) -> Sequence[Sequence[str]]:
    """uv, then pip: each with its own settings of where packages come from."""
    import uv

    python = str(interpreter())
    what = ("--quiet", "--target", str(target), "--require-hashes", "--only-binary", ":all:", "-r", str(listed))
    # Compiled at once: an instance may not write beside what it imports.
    ours = ("--no-progress", "--compile-bytecode", "--python", python)
    return (
        (uv.find_uv_bin(), "pip", "install", *ours, *what),
        (python, "-m", "pip", "install", *what),
    )
