"""A container engine that works here: it runs the images of `blackbox` actions."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

ENGINES = ("podman", "docker")
PATIENCE = 10.0
"""Seconds that an engine has to say that it works."""
OURS = ("PATH", "HOME", "LANG", "TMPDIR", "USER")
THEIRS = ("DOCKER_", "CONTAINER", "XDG_", "REGISTRY_")


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that runs containers, and the variables that it reads."""

    program: str
    environment: Mapping[str, str]


def find_engine() -> Engine | None:
    """The first engine on the PATH that works; asking one takes a tenth of a second or more."""
    for name in ENGINES:
        program = shutil.which(name)
        if program is not None and _works(program):
            read = {key: text for key, text in os.environ.items() if key in OURS or key.startswith(THEIRS)}
            return Engine(program, read)
    return None


def _works(program: str) -> bool:
    """False for a client without its daemon, and for one that this user may not use."""
    asked = (program, "info")
    try:
        return subprocess.run(asked, capture_output=True, timeout=PATIENCE, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


_NAME = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_HOST = r"(?:[A-Za-z0-9.-]+(?::\d+)?/)?"
_IMAGE = re.compile(rf"{_HOST}(?:{_NAME}/)*{_NAME}(?::[\w][\w.-]{{0,127}})?(?:@[a-z0-9]+:[0-9a-fA-F]{{32,}})?")


def is_image(name: str) -> bool:
    """True for what engines read as the name of an image. Source: the grammar of distribution/reference."""
    return _IMAGE.fullmatch(name) is not None
