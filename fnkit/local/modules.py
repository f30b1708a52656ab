"""The npm package that upstream's Node.js image brings (`openwhisk`), where every nodejs action may require it.

The list is modules.json, npm's own lock: pinned, each file by its hash. It is installed once for each list into
`<cache>/runtime/<digest>`; until then, and where there is no npm or no network, an action finds what it brings.
Source: apache/openwhisk-runtime-nodejs, package.json of the image.
"""

import json
import logging
import shutil
import tempfile
from importlib import resources
from pathlib import Path

from fnkit.core.canonical import canonical, sha256
from fnkit.local.errands import Errands


class Modules:
    """The folder of common modules under a cache; asked from any thread."""

    def __init__(self, errands: Errands, cache: Path, lock: str | None = None) -> None:
        """`lock`: the text of a package-lock.json; fnkit's own by default."""
        own = resources.files("fnkit.local").joinpath("modules.json")
        self._errands = errands
        self._lock = own.read_text("utf-8") if lock is None else lock
        self._folder = cache / "runtime" / sha256(canonical(["npm", self._lock]))
        self._empty = cache / "runtime" / "empty"
        self._trouble: str | None = None

    def folder(self) -> Path:
        """The `node_modules` to look into; an empty folder until it is there."""
        if self._folder.is_dir():
            return self._folder
        self._empty.mkdir(parents=True, exist_ok=True)
        return self._empty

    def status(self) -> str:
        """One sentence or two for a person."""
        if self._folder.is_dir():
            return "OpenWhisk's module for nodejs actions is installed."
        why = f"could not be installed ({self._trouble})" if self._trouble else "is being installed"
        return f"OpenWhisk's module for nodejs actions {why}. Actions can require what they bring."

    def install(self) -> bool:
        """Install them where they are not there yet; True where they are there in the end. Never raises.

        Takes seconds: call it on a thread of its own. Whoever runs instances meanwhile sees all of them or none.
        """
        if not self._folder.is_dir():
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._folder.parent, prefix=".new-") as fresh:
                if trouble := self._fill(Path(fresh)):
                    self._trouble = trouble
                    text = "OpenWhisk's module for nodejs actions could not be installed (%s)."
                    logging.getLogger(__name__).warning(text, trouble)
        return self._folder.is_dir()

    def _fill(self, fresh: Path) -> str | None:
        """Why it failed, or None."""
        npm = shutil.which("npm")
        if npm is None:
            return "npm is not on the PATH of the server"
        asked = json.loads(self._lock)["packages"][""]
        (fresh / "package.json").write_text(json.dumps(asked), "utf-8")
        (fresh / "package-lock.json").write_text(self._lock, "utf-8")
        command = (npm, "ci", "--prefix", str(fresh), "--ignore-scripts", "--no-audit", "--no-fund")
        if trouble := self._errands.run(command, fresh):
            return trouble
        try:
            (fresh / "node_modules").rename(self._folder)
        except OSError as error:
            return None if self._folder.is_dir() else str(error)
        return None
