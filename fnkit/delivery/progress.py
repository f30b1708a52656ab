"""What a deploy or a call says while it is under way: one small value through one callback."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Stage = Literal["build", "rehearse", "plan", "upload", "check", "restore", "invoke", "wait"]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of progress; `done` of `total` where there is something to count (bytes, layers)."""

    stage: Stage
    text: str
    """For a person: `Uploading the model layer`."""
    done: int | None = None
    total: int | None = None


Tell = Callable[[Step], None]
"""Shows a step: a bar in a notebook, a line in a shell."""


def quiet(step: Step) -> None:
    """Shows nothing."""
