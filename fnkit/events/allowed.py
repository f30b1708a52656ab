"""Which folders of this machine may be watched for a trigger: those that whoever runs the watching process names.

Who may make a trigger, or change one, is not who may read the files of the machine that watches for it.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from fnkit.core.errors import BadArgument, Unauthorized
from fnkit.events.folder import SCHEME, Folder


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one process may watch."""

    data: Path
    """What it keeps itself: watched for nobody."""
    folders: tuple[Path, ...] = ()
    """These, with all that is below them."""

    def check(self, store: str, advice: str, permitted: bool = False) -> None:
        """Nothing where `store` may be watched, a folder also where it is `permitted` by other means.

        Raises BadArgument for the process's own data, Unauthorized with `advice` for a folder that nobody named.
        """
        if not store.startswith(SCHEME):
            return
        folder = Folder.of(store).root
        if overlap(folder, self.data):
            found = "what watches keeps its own data there."
            raise BadArgument(f"Watching {folder}", found, "Watch another folder.")
        if not (permitted or any(_real(folder).is_relative_to(_real(one)) for one in self.folders)):
            found = "a key alone opens no folder of the machine that watches."
            raise Unauthorized(f"Watching {folder}", found, advice, 403)


def overlap(folder: Path, data: Path) -> bool:
    """Whether what is told of a folder could be of the data folder; hidden names are never told."""
    here, kept = _real(folder), _real(data)
    if here.is_relative_to(kept):
        return True
    return kept.is_relative_to(here) and not any(name[0] == "." for name in kept.relative_to(here).parts)


def _real(folder: Path) -> Path:
    return Path(os.path.realpath(folder))
