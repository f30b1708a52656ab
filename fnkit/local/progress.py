"""How far activations are, for those who ask: as long as they run, and for a while after."""

from collections import OrderedDict
from dataclasses import dataclass

from fnkit.local.activation import Course, State
from fnkit.local.jobs import Began

REMEMBERED = 1000
"""Finished activations whose progress is still told."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an activation is: durations in ms, None where not known yet."""

    state: State
    began: Began | None
    wait: int | None
    init: int | None
    run: int | None


class Courses:
    """By activation id: what goes on as it is, of what has ended its times and nothing else."""

    def __init__(self) -> None:
        self._going: dict[str, Course] = {}
        self._over: OrderedDict[str, Progress] = OrderedDict()

    def add(self, course: Course) -> Course:
        """One that begins."""
        self._going[course.job.activation_id] = course
        return course

    def ended(self, course: Course) -> None:
        """It goes on no more; where it has an outcome, how far it came is told for a while."""
        del self._going[course.job.activation_id]
        if course.outcome is None:
            return
        self._over[course.job.activation_id] = _progress(course)
        if len(self._over) > REMEMBERED:
            self._over.popitem(last=False)

    def state(self, activation_id: str) -> Progress | None:
        """How far an activation is; None where it is not known here (any more)."""
        course = self._going.get(activation_id)
        return self._over.get(activation_id) if course is None else _progress(course)


def _progress(course: Course) -> Progress:
    return Progress(course.state, course.began, course.wait, course.init, course.run)
