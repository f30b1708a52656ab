"""Models that this machine has already, in a cache of somebody else's: the same files, not downloaded again."""

import os
import re
from pathlib import Path


def share_models(cache: Path, other: Path) -> None:
    """Let `other` hold the models of `cache` too: hard links where the file system can, else copies.

    Only what is named by its sha256 goes over; the names that a user gave to models stay the user's.
    """
    target = other / "models"
    target.mkdir(parents=True, exist_ok=True)
    for kept in (cache / "models").glob("*"):
        if re.fullmatch(r"[0-9a-f]{64}", kept.name) and not (target / kept.name).exists():
            try:
                os.link(kept, target / kept.name)
            except OSError:
                (target / kept.name).write_bytes(kept.read_bytes())
