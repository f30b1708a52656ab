"""A folder that is watched for whoever may make a trigger."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from fnkit.core.errors import Unauthorized
from fnkit.events.folder import Folder, within
from fnkit.events.store import Stored


@dataclass(frozen=True, slots=True)
class Watched(Folder):
    """A folder that was allowed under this name, which had no link in it: one that came since leads elsewhere."""

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """As of any folder. Raises Unauthorized where a link stands in its place."""
        self._demand()
        return Folder.list(self, prefix)

    def get(self, key: str) -> bytes:
        """The file's bytes. Raises Missing, BadArgument or Unauthorized where a link leads out of it."""
        try:
            return self.real(key).read_bytes()
        except OSError as error:
            raise self._fault(f"Reading {key}", error) from error

    def _real_root(self, path: str) -> str:
        # What lies below the folder's own name, links followed, had none in that name.
        root = str(self.root)
        if not within(path, root):
            self._demand()
        return root

    def _demand(self) -> None:
        if os.path.realpath(self.root) != str(self.root):
            found, advice = "it is a link now, or lies below one.", "Name the folder that is to be watched anew."
            raise Unauthorized(f"Watching {self.root}", found, advice, 403)
