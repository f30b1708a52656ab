"""What one instance gets: a folder of its own, what it may read, and its limits."""

from dataclasses import dataclass
from pathlib import Path

from fnkit.local.engines import Engine

FOLDERS = ("action", "home", "tmp", "shm")
"""What an instance's own folder holds."""
SHARED = {"/tmp": "tmp", "/dev/shm": "shm"}
"""Which of these it sees in the place of the machine's own."""
MEMORY_PER_PROCESSOR = 128
"""MB."""


@dataclass(frozen=True, slots=True)
class Place:
    """Everything that a rung must let through. All else is to be kept out as far as the rung can."""

    folder: Path
    """The instance's own, writable, with `action`, `home`, `tmp`, `shm` and `root` in it."""
    read: tuple[Path, ...]
    """Read-only: code, layers, the runtime folder."""
    memory: int
    """MB of private data; 0 for no limits at all."""
    command: tuple[str, ...]
    """The program that the instance becomes, with its arguments: a Python file, or one to execute."""
    network: bool = True
    engine: Engine | None = None
    """What runs its image, if it is one: then `command` only speaks with a container, and is not locked in."""
    forks: bool = False
    """True for a zygote: what its forks need to lock themselves in stays open to it."""
    room: Path | None = None
    """Where a fork sees its folder, where that is not where it lies."""

    @property
    def work(self) -> Path:
        """The working directory."""
        return self.folder / "action"

    @property
    def seen(self) -> Path:
        """The folder as it is named inside."""
        return self.room or self.folder

    @property
    def environment(self) -> dict[str, str]:
        """What the process starts with; `__OW_*` and init parameters come by the wire, after it is locked in."""
        if self.engine is not None:
            return {**self.engine.environment, "PYTHONIOENCODING": "UTF-8"}
        return {
            "HOME": str(self.seen / "home"),
            "TMPDIR": str(self.seen / "tmp"),
            "PWD": str(self.seen / "action"),
            "LC_CTYPE": "C.UTF-8",
            "PYTHONIOENCODING": "UTF-8",
        }

    def make(self) -> None:
        """Create the folders."""
        self.folder.mkdir(parents=True)
        for name in (*FOLDERS, "root"):
            (self.folder / name).mkdir()
