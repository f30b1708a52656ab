"""What a person asked for in one deploy, before anything is built or looked up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fnkit.core.entities import Json, Limits
from fnkit.delivery.secrets import Secret


@dataclass(frozen=True, slots=True)
class Settings:
    """An action's settings beside its code. What is None is left as the platform has it."""

    limits: Limits = Limits()
    parameters: Mapping[str, Json] = field(default_factory=dict)
    """Bound to the action: defaults of its arguments."""
    secrets: tuple[Secret, ...] = ()
    """Sent as `init` parameters: environment variables of the instance."""
    annotations: Mapping[str, Json] = field(default_factory=dict)
    """`{"fnkit-network": False}`, `{"web-export": True}`, …"""


@dataclass(frozen=True, slots=True)
class Test:
    """One input, and what has to come of it everywhere: in the cell, in the action file, on the platform."""

    __test__ = False  # pytest: not a test class

    arguments: Mapping[str, Json]
    """Values may hold `Path`s: they become `data:` URLs."""
    ignore: tuple[str, ...] = ()
    """Keys of the answer that may differ; `timings` always may."""
    function: Callable[[dict[str, Json]], Json] | None = None
    """The entry in the notebook's namespace, called with the one object that an action gets; None where
    there is no notebook: then the action file's answer is the one to meet."""
