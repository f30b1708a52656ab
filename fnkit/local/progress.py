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
    """By activation id."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Course] = OrderedDict()

    def add(self, course: Course) -> Course:
        """One that begins."""
        self._known[course.job.activation_id] = course
        return course

    def drop(self, course: Course) -> None:
        """It will not end."""
        del self._known[course.job.activation_id]

    def state(self, activation_id: str) -> Progress | None:
        """How far an activation is; None where it is not known here (any more)."""
        course = self._known.get(activation_id)
        if course is None:
            return None
        return Progress(course.state, course.began, course.wait, course.init, course.run)

    def forget(self) -> None:
        """The oldest ones that have ended, where they are too many."""
        while len(self._known) > REMEMBERED:
            oldest = next((key for key, course in self._known.items() if course.outcome), None)
            if oldest is None:
                return
            del self._known[oldest]
