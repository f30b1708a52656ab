"""What a deploy says while it is under way: one small value through one callback."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

Stage = Literal["build", "plan", "rehearse", "upload", "check", "restore", "map", "wire", "events"]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of progress; `done` of `total` where there is something to count."""

    stage: Stage
    text: str
    """For a person: `Uploading the model layer`."""
    done: int | None = None
    """Bytes, inputs of a map, or events."""
    total: int | None = None


Tell = Callable[[Step], None]
"""Shows a step: a bar in a notebook, a line in a shell."""


def quiet(step: Step) -> None:
    """Shows nothing."""


class Stages:
    """Tells the stages of one deploy as they begin, and how long each took."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, stage: Stage, text: str) -> Iterator[None]:
        """Everything inside counts for this stage."""
        self.tell(Step(stage, text))
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.monotonic() - began
