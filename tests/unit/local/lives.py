"""A database over sudden ends of its server: nothing is closed, another one finds the files as they are."""

import shutil
from pathlib import Path


def next_life(path: Path) -> Path:
    """Where the next server opens it: on a copy of what the last one left, as after kill -9."""
    lives = sorted(path.parent.glob("life-*"), key=lambda life: int(life.name.removeprefix("life-")))
    new = path.parent / f"life-{len(lives)}"
    new.mkdir()
    if lives:
        left_by(lives[-1] / path.name, new)
    return new / path.name


def left_by(path: Path, folder: Path) -> Path:
    """The database's files as they are now, copied into the empty `folder`: what the next process finds."""
    for file in path.parent.glob(f"{path.name}*"):
        if not file.name.endswith("-shm"):  # of the process that is gone
            shutil.copy(file, folder)
    return folder / path.name
