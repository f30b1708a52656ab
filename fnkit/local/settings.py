"""How a platform is served: one value for the foreground, the background and the command line between them."""

import argparse
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from fnkit.core.entities import MIB
from fnkit.core.errors import BadArgument, did_you_mean
from fnkit.local.limits import PRESETS

if TYPE_CHECKING:
    from fnkit.local.retention import Keep

PORT = 3233
"""As OpenWhisk standalone."""
MOST_AT_A_TIME = 1000
"""Runs at a time in one instance: as many as a namespace may have in flight."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What `fnkit serve` and `fnkit start` may be told."""

    data: Path
    host: str = "127.0.0.1"
    port: int = PORT
    """0 for a free one."""
    guest: bool = False
    """The well-known key of OpenWhisk standalone in place of one's own."""
    full_sync: bool = False
    """Each commit waits for the disk: survives a power cut too."""
    limits: str = "none"
    """Of users without limits of their own: a name in `limits.PRESETS`."""
    keep_days: int = 30
    """How long the records of activations are kept."""
    keep_mb: int = 2048
    """How much of them, about."""
    memory: int = 0
    """MB of all instances together; 0 for half of the machine's."""
    keep_alive: int = 0
    """Seconds that an unused instance is kept; 0 for what the idle times of its action say."""
    stems: int = 1
    """Instances of each kind that are started ahead where none can be forked, as Node.js; 0 for none."""
    max_concurrency: int = 1
    """The most that an action's limit `concurrency` may be: runs at a time in one Node.js instance."""
    folder: tuple[Path, ...] = ()
    """Of this machine, that triggers of whoever has a key may watch, with what is below."""

    @property
    def keep(self) -> "Keep":
        """What is kept of what ran."""
        from fnkit.local.retention import DAY, Keep  # which only a server needs

        return Keep(self.keep_days * DAY, self.keep_mb * MIB)

    def check(self) -> None:
        """Raises BadArgument."""
        for folder in self.folder:
            if not folder.is_dir():
                raise BadArgument("Starting the platform", f"--folder {folder}: there is no such folder.")
        if self.limits not in PRESETS:
            found = f"{self.limits!r} is no set of limits."
            raise BadArgument("Starting the platform", found, did_you_mean(self.limits, list(PRESETS)))
        for option, value in (("--keep-days", self.keep_days), ("--keep-mb", self.keep_mb)):
            if value < 1:
                raise BadArgument("Starting the platform", f"{option} {value} keeps nothing.", "Give 1 or more.")
        if not 1 <= self.max_concurrency <= MOST_AT_A_TIME:
            found = f"--max-concurrency {self.max_concurrency} is no number of runs at a time."
            raise BadArgument("Starting the platform", found, f"Give a number from 1 to {MOST_AT_A_TIME}.")
        if self.stems < 0:
            raise BadArgument("Starting the platform", f"--stems {self.stems} is no number of instances.")
        if self.keep_alive < 0:
            found = f"--keep-alive {self.keep_alive} is no number of seconds."
            raise BadArgument("Starting the platform", found, "Give one, or 0 for what idle times say.")
        if self.memory < 0:
            found = f"--memory {self.memory} is no number of MB."
            raise BadArgument("Starting the platform", found, "Give one, or 0 for half of the machine's.")

    def words(self) -> list[str]:
        """The command line that says the same."""
        said = [(f"--{one.name.replace('_', '-')}", getattr(self, one.name)) for one in fields(self)]
        flags = [option for option, value in said if value is True]
        each = [(option, value if isinstance(value, tuple) else (value,)) for option, value in said]
        return flags + [f"{option}={one}" for option, several in each for one in several if type(one) is not bool]


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `Settings.words`."""
    for one in fields(Settings):
        option = f"--{one.name.replace('_', '-')}"
        if one.type is bool:
            parser.add_argument(option, action="store_true")
        elif one.name == "data":
            parser.add_argument(option, type=Path)
        elif one.name == "folder":
            parser.add_argument(option, type=Path, action="append", default=[])
        else:
            parser.add_argument(option, type=one.type, default=one.default)
