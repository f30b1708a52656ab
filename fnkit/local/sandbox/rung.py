"""The rungs of the ladder: values that name themselves and say what they stop."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fnkit.core.entities import MIB
from fnkit.local.sandbox.place import Place

CONFINE = Path(__file__).with_name("confine.py")
OPEN_FILES = 1024
PROCESSES = 1024
LARGEST_FILE = 1024 * MIB


@dataclass(frozen=True, slots=True)
class Rung:
    """One way to lock an instance in."""

    name: str
    stops: tuple[str, ...]
    does_not_stop: tuple[str, ...]
    wrap: Callable[[Place, Sequence[str]], list[str]]
    """The command that runs a Python program, given with its arguments, in a place."""


def interpreter() -> Path:
    """The Python that runs actions: the one under this environment, without the environment."""
    return Path(getattr(sys, "_base_executable", sys.executable) or sys.executable).resolve()


def limits(place: Place) -> dict[str, int]:
    """RLIMITs of an instance, by name. Source of the numbers: apache/openwhisk InvokerReactive.scala (docker run)."""
    return {
        "RLIMIT_DATA": place.memory * MIB,
        "RLIMIT_NOFILE": OPEN_FILES,
        "RLIMIT_NPROC": PROCESSES,
        "RLIMIT_FSIZE": LARGEST_FILE,
        "RLIMIT_CORE": 0,
    }


def confined(plan: dict[str, object], program: Sequence[str]) -> list[str]:
    """The command that runs `program` in an interpreter that has locked itself in by `plan`."""
    return [str(interpreter()), "-I", "-S", "-X", "utf8", str(CONFINE), json.dumps(plan), *program]


def _plain(place: Place, program: Sequence[str]) -> list[str]:
    return confined({"limits": limits(place)}, program)


PROCESS = Rung("process", (), (), _plain)
