"""What a person asked for in one deploy, before anything is built or looked up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from fnkit.action.compare import TOLERANCE
from fnkit.core.entities import Json, Limits
from fnkit.delivery.secrets import Secret


@dataclass(frozen=True, slots=True)
class Settings:
    """An action's settings beside its code: all of them. What an earlier deploy set besides goes."""

    limits: Limits = field(default_factory=Limits)
    parameters: Mapping[str, Json] = field(default_factory=dict)
    """Bound to the action: defaults of its arguments."""
    secrets: tuple[Secret, ...] = ()
    """Sent as `init` parameters: environment variables of the instance."""
    annotations: Mapping[str, Json] = field(default_factory=dict)
    """`{"fnkit-network": False}`, `{"web-export": True}`, …"""
    kind: str = "python:3.11"
    """Of a remote platform; an embedded one has its own interpreter's."""
    model: Literal["auto", "bundle"] = "auto"
    """`bundle` puts the model into the zip also where the platform could have it otherwise."""


@dataclass(frozen=True, slots=True)
class Test:
    """One input, and what has to come of it everywhere: in the cell, in the action file, on the platform."""

    __test__ = False  # pytest: not a test class

    arguments: Mapping[str, Json]
    """Values may hold `Path`s: they become `data:` URLs."""
    ignore: tuple[str, ...] = ()
    """Keys of the answer that may differ; `timings` always may."""
    tolerance: float = TOLERANCE
    """How far apart two floats of the answer may be, absolute or relative."""
    function: Callable[..., Json] | None = None
    """The entry as it lives in the notebook's namespace. None where there is no notebook: then the action
    file's answer is the one to meet."""
