"""Runs that take no task: sent to an instance where they are asked for, ended where its answer is read."""

import time
from collections import Counter
from collections.abc import Callable
from functools import partial

from fnkit.local.activation import Course
from fnkit.local.alarm import Alarm
from fnkit.local.answers import Verdict
from fnkit.local.fair import Flow
from fnkit.local.fleet import Fleet
from fnkit.local.instance import AT_ONCE, Instance
from fnkit.local.jobs import Began, Job, Outcome
from fnkit.local.lanes import Lanes
from fnkit.local.messages import Answer, Later, Line
from fnkit.local.posts import LEASE, LIMIT, Post
from fnkit.local.progress import Courses
from fnkit.local.slots import Need, Slot
from fnkit.local.turns import Waiter

LONGEST = 60.0
"""Seconds between looks for runs that take too long: as long as most of them may take."""
AHEAD = "python:"
"""Kinds whose instances take a run while another one goes on, and say what printed: `child` does."""

Came = Outcome | Exception
"""What came of a job, or the fault of ours that kept it from running."""
Tell = Callable[[Came], None]
Again = Callable[[Need, Course, Tell], None]


class Sends:
    """What was sent and goes on. Used on one event loop."""

    def __init__(self, fleet: Fleet, courses: Courses, again: Again) -> None:
        """`again` takes what was sent ahead and did not begin."""
        self.fleet = fleet
        self.turns = fleet.turns
        self.courses = courses
        self.again = again
        self.lanes = Lanes()
        self.limits = Alarm(self._look, LONGEST)
        self.began: Counter[Began] = Counter()
        self._leases = Alarm(self._lapse, LEASE / 2)

    def at_once(self, job: Job, need: Need, tell: Tell) -> bool:
        """Send it where an instance rests, or behind short runs. False, and nothing done, where it can not."""
        if self.turns.queues or need.concurrency > 1:
            return False
        behind = self.lanes.behind(need, self.turns)
        if behind is not None and self.follow(need, Course(job), tell, *behind):
            return True
        found = self.fleet.rested(need)
        if found is None:
            return False
        sent = self.send(need, found, Course(job), tell)
        if sent is not None:
            self.turns.have(found[0], sent.flow, sent.since)
        return sent is not None

    def send(self, need: Need, found: tuple[Slot, Instance], course: Course, tell: Tell) -> "Sent | None":
        """Send it to an instance where nothing runs: its answer is the end. None where that cannot be."""
        slot, instance = found
        frame = course.frame("warm" if slot.activations > slot.running else "prewarmed")
        if len(frame) > AT_ONCE:
            return None
        sent = Sent(self, (slot, instance), course, tell, self.turns.flow(need))
        executable = course.job.executable
        says = executable.kind.startswith(AHEAD)
        sent.set(len(frame), course.clock, says=says)
        if not instance.post(frame, sent):
            return None
        course.slot_id, course.instance = slot.id, instance
        self.courses.add(course)
        self.limits.within(executable.limits.timeout / 1000)
        if says and executable.limits.timeout >= LIMIT:
            self.lanes.began(slot, instance)
        return sent

    def follow(self, need: Need, course: Course, tell: Tell, slot: Slot, instance: Instance) -> bool:
        """Send it to one where something runs, which begins it after that. False, and nothing done, else."""
        frame, flow = course.frame_ahead(LEASE), self.turns.flow(need)
        sent = Sent(self, (slot, instance), course, tell, flow)
        sent.set(len(frame), course.clock, course.clock + LEASE)
        if not instance.post(frame, sent):
            return False
        course.slot_id = slot.id
        self.courses.add(course)
        self._leases.within(LEASE / 2)
        self.turns.have(slot, flow, course.clock)
        return True

    def ended(self, slot: Slot, instance: Instance, course: Course, verdict: Verdict) -> Outcome:
        """A run has ended there."""
        logs = instance.logs(course.job.activation_id)
        self.fleet.leave(slot, reusable=verdict.reusable and not instance.gone)
        outcome = course.finish(verdict, logs)
        self.began[outcome.began] += 1
        return outcome

    def close(self) -> None:
        """Nothing is looked after any more."""
        self.limits.cancel()
        self._leases.cancel()

    def _look(self) -> None:
        """What runs for too long is ended; the others are looked at again."""
        now = time.monotonic()
        for course in self.courses.going():
            if course.instance is not None:
                rest = course.until - now
                if rest <= 0:
                    course.instance.late()
                else:
                    self.limits.within(rest)

    def _lapse(self) -> None:
        """Who was sent behind a run that is long goes elsewhere."""
        if [one for one in self.lanes.going() if one.lapse()]:
            self._leases.within(LEASE / 2)


class Sent(Post):
    """One run, as the instance's answers tell of it."""

    __slots__ = ("_course", "_found", "_sends", "_tell", "flow")

    def __init__(
        self, sends: Sends, found: tuple[Slot, Instance], course: Course, tell: Tell, flow: Flow[Waiter]
    ) -> None:
        self.flow = flow
        self._sends = sends
        self._found = found
        self._course = course
        self._tell = tell

    def begun(self, clock: float) -> None:
        """What was before it has ended."""
        self.since = clock
        self._course.begins(self._found[1], clock)
        self._sends.limits.within(self._course.job.executable.limits.timeout / 1000)

    def heard(self, answer: Answer | Later) -> None:
        """What became of it."""
        if isinstance(answer, Later):
            self._elsewhere()
            return
        (slot, instance), course, sends = self._found, self._course, self._sends
        try:
            outcome = sends.ended(slot, instance, course, course.judge(answer))
        except Exception as error:
            sends.courses.ended(course)
            self._tell(error)
            raise
        sends.courses.ended(course)
        short = isinstance(answer, Line) and not answer.long and not outcome.logs
        sends.lanes.ended(slot, short)
        sends.turns.over(self.flow, slot.need.memory * (time.monotonic() - course.clock))
        self._tell(outcome)
        if sends.turns.queues:
            sends.turns.serve()
            sends.turns.pour(partial(sends.lanes.behind, turns=sends.turns))

    def _elsewhere(self) -> None:
        """It was sent behind another run and did not begin: it waits for its turn as if it came now."""
        (slot, instance), course, sends = self._found, self._course, self._sends
        early = time.monotonic() < self.before
        course.put_off()
        sends.fleet.leave(slot, reusable=not instance.gone)
        sends.lanes.refused(slot, early)
        sends.again(slot.need, course, self._tell)
