"""Which folders of this machine may be watched for a trigger: those that whoever runs the watching process names.

Who may make a trigger, or change one, is not who may read the files of the machine that watches for it.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from fnkit.core.errors import BadArgument, Unauthorized
from fnkit.events.folder import SCHEME, within


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one process may watch."""

    data: Path
    """What it keeps itself: watched for nobody."""
    folders: tuple[Path, ...] = ()
    """These, with all that is below them."""

    def __post_init__(self) -> None:
        # Whoever keeps data there has it open: a link that is changed later leads nowhere else.
        object.__setattr__(self, "data", Path(os.path.realpath(self.data)))

    def check(self, store: str, advice: str, permitted: bool = False) -> None:
        """Nothing where `store` may be watched, a folder also where it is `permitted` by other means.

        Raises BadArgument for the process's own data, Unauthorized with `advice` for a folder that nobody named.
        """
        if not store.startswith(SCHEME):
            return
        folder = os.path.abspath(store.removeprefix(SCHEME))  # noqa: PTH100 - each read of a told file passes here
        here = os.path.realpath(folder)
        if overlap(here, str(self.data)):
            found = "what watches keeps its own data there."
            raise BadArgument(f"Watching {folder}", found, "Watch another folder.")
        if not (permitted or any(within(here, os.path.realpath(one)) for one in self.folders)):
            found = "a key alone opens no folder of the machine that watches."
            raise Unauthorized(f"Watching {folder}", found, advice, 403)


def overlap(folder: str, data: str) -> bool:
    """Whether what is told of a folder could be of the data folder; hidden names are never told."""
    if within(folder, data):
        return True
    return within(data, folder) and f"{os.sep}." not in data[len(folder.rstrip(os.sep)) :]
