"""Where a bundle is to run: a value, so that a new platform is a row of data and not a class."""

import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from fnkit.core.entities import CODE_LIMIT
from fnkit.core.errors import BadArgument, did_you_mean


@dataclass(frozen=True, slots=True)
class Target:
    """A Python that runs actions, and what it has."""

    kind: str
    """As OpenWhisk spells it: `python:3.11`."""
    python: str
    """`3.11`."""
    platform: str | None = None
    """A platform as uv names it (`x86_64-manylinux_2_28`), None for the running interpreter's own."""
    packages: Mapping[str, str] = field(default_factory=dict)
    """Distributions that the image has: name → version."""
    limit: int = CODE_LIMIT
    """Bytes of `exec.code`, which for a zip is its base64 text."""
    embedded: bool = False
    """True where layers go by digest and the zip may name what it needs."""


def running() -> str:
    """The running interpreter's version as a target has it: `3.11`."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def remote(kind: str = "python:3.11") -> Target:
    """An OpenWhisk's own runtime image of this kind. Raises BadArgument where upstream has none.

    Source: apache/openwhisk-runtime-python, core/python3*Action/requirements*.txt; glibc of Debian bookworm.
    """
    import tomllib

    images = tomllib.loads(resources.files("fnkit.action").joinpath("images.toml").read_text("utf-8"))
    wanted = {"python:default": "python:3.10", "python:3": "python:3.10"}.get(kind, kind)
    if wanted not in images:
        raise BadArgument(
            f"Looking up the kind {kind!r}", "no OpenWhisk image has it.", did_you_mean(wanted, list(images))
        )
    return Target(wanted, wanted.removeprefix("python:"), "x86_64-manylinux_2_28", images[wanted])


def embedded(facts: Mapping[str, Any]) -> Target:
    """The embedded platform that answered `facts` to `GET /fnkit/v1`.

    Its interpreter is the one that runs fnkit there; where that is not this one's version, wheels are chosen
    for its version and this machine's platform.
    """
    version = ".".join(str(facts["python"]).split(".")[:2])
    tag = None if version == running() else _own_platform()
    return Target(f"python:{version}", version, tag, dict(facts.get("packages") or {}), embedded=True)


def _own_platform() -> str | None:
    if sys.platform == "linux":
        return f"{platform.machine()}-manylinux_2_28"
    return None
