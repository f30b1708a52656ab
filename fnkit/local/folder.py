"""The data folder: who has it open, and what else lies in it.

lock         held by the server for as long as it lives
server.json  what the server that holds the lock says about itself
starting     held by a process that starts a server in the background
whisk.db     .wskprops  .wskadmin  users/  layers/  objects/  code/  instances/  server.log
"""

import fcntl
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from fnkit.core.errors import BadArgument
from fnkit.core.places import OPERATOR


@dataclass(frozen=True, slots=True)
class Running:
    """A server that has a data folder open."""

    pid: int
    url: str
    version: str
    """Of fnkit."""
    python: str
    executable: str
    data: str
    """The data folder."""
    sandbox: str = ""
    """The rung of the ladder in use."""
    guest: bool = field(default=False, repr=False)
    """True where its key is the well-known one of OpenWhisk standalone."""
    full_sync: bool = field(default=False, repr=False)
    """True where each commit waits for the disk."""
    folder: Sequence[str] = field(default=(), repr=False)
    """Those that triggers of whoever has a key may watch."""

    @property
    def props(self) -> Path:
        """Its `.wskprops`."""
        return Folder(Path(self.data)).props


@dataclass(frozen=True, slots=True)
class Folder:
    """The paths in a data folder."""

    root: Path

    @property
    def props(self) -> Path:
        """The `.wskprops` that opens the platform."""
        return self.root / ".wskprops"

    @property
    def operator(self) -> Path:
        """The props that administer the users of the server that runs, anew with each start."""
        return self.root / OPERATOR

    @property
    def database(self) -> Path:
        """Records and entities."""
        return self.root / "whisk.db"

    @property
    def log(self) -> Path:
        """What a server in the background says."""
        return self.root / "server.log"

    def make(self) -> None:
        """Create the folder, the database and the log, for their owner only. Raises BadArgument."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            # The folder may have been there, open to all. SQLite gives its other files the same mode.
            self.database.touch(mode=0o600)
            self.log.touch(mode=0o600)
        except OSError as error:
            raise BadArgument(
                f"Opening the data folder {self.root}",
                f"{error.strerror}.",
                "Choose another one with --data.",
            ) from error

    def lock(self, name: str = "lock", wait: bool = False) -> IO[str] | None:
        """The open file of a lock that is ours until it is closed; None where another process has it."""
        file = (self.root / name).open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError:
            file.close()
            return None
        return file

    def running(self) -> Running | None:
        """The server that has the folder open; None where there is none (one may be starting)."""
        if not (self.root / "lock").exists():
            return None
        if lock := self.lock():
            lock.close()
            return None
        try:
            return Running(**json.loads((self.root / "server.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def announce(self, running: Running) -> None:
        """Say who has the folder open; the file is there whole or not at all."""
        path = self.root / "server.json"
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(asdict(running)))
        draft.replace(path)

    def withdraw(self) -> None:
        """Nobody has it open any more."""
        (self.root / "server.json").unlink(missing_ok=True)
