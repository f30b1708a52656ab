"""How far activations are, for those who ask: as long as they run, and for a while after."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fnkit.local.activation import Course, State
from fnkit.local.jobs import Began

MOST_RUNS = 10_000
"""Runs that are remembered after their end, of all instances together."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an activation is: durations in ms, None where not known yet."""

    state: State
    began: Began | None
    wait: int | None
    init: int | None
    run: int | None


class Stay(NamedTuple):
    """One run in an instance. Moments in ms since 1970."""

    slot_id: int
    activation_id: str
    asked: int
    """When the request arrived; 0 where that is not known."""
    start: int
    """Init code is not part of it."""
    end: int | None
    """None as long as it goes on."""
    progress: tuple[Began | None, int | None, int | None, int | None]
    """How the instance began; ms of wait, init and run."""


class Courses:
    """By activation id: what goes on as it is, of what has ended its times and nothing else."""

    def __init__(self) -> None:
        self._going: dict[str, Course] = {}
        self._over: deque[Stay] = deque(maxlen=MOST_RUNS)

    def add(self, course: Course) -> None:
        """One that begins."""
        self._going[course.job.activation_id] = course

    def ended(self, course: Course) -> None:
        """It goes on no more; where it has an outcome, how far it came is told for a while."""
        del self._going[course.job.activation_id]
        if course.outcome is not None:
            self._over.append(_stay(course))

    def going(self) -> tuple[Course, ...]:
        """What goes on."""
        return tuple(self._going.values())

    def state(self, activation_id: str) -> Progress | None:
        """How far an activation is; None where it is not known here (any more)."""
        course = self._going.get(activation_id)
        if course is not None:
            return Progress(course.state, course.began, course.wait, course.init, course.run)
        over = next((one for one in reversed(self._over) if one.activation_id == activation_id), None)
        return None if over is None else Progress("done", *over.progress)

    def stays(self) -> Iterator[Stay]:
        """The runs in instances, those that go on last."""
        yield from (one for one in self._over if one.start)
        yield from (_stay(course) for course in self._going.values() if course.sent)


def _stay(course: Course) -> Stay:
    run, job = course.run, course.job
    end = None if run is None else course.sent + run
    progress = course.began, course.wait, course.init, run
    return Stay(course.slot_id, job.activation_id, job.received_ms, course.sent, end, progress)
