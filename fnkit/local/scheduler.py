"""Runs jobs on instances: takes a warm one or starts one, asks, judges, keeps or kills. On the event loop.

# layer: digest -> folder; common: family -> its packages
layouts = Layouts(folder / "code", layer, common, kinds, Errands())
scheduler = Scheduler(ProcessStarter(rung), layouts, folder / "instances", Pool(capacity=2048))
outcome = await scheduler.run(job)
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from fnkit.core.entities import Json
from fnkit.core.errors import FnkitError, PlatformFault
from fnkit.local.activation import Course
from fnkit.local.ahead import Ahead, Needs, without_run
from fnkit.local.alarm import Alarm
from fnkit.local.answers import Verdict
from fnkit.local.instance import AT_ONCE, Instance
from fnkit.local.instances import Instances, stopping
from fnkit.local.jobs import Began, Executable, Job, Outcome
from fnkit.local.limits import OF_ONE_ACTION
from fnkit.local.lives import Why
from fnkit.local.messages import Answer
from fnkit.local.pool import Cold, Full, Pool, Warm
from fnkit.local.progress import Courses, Progress
from fnkit.local.runtime import Layouts
from fnkit.local.slots import Need, Slot
from fnkit.local.starter import Starter, Wanted
from fnkit.local.turns import Turns
from fnkit.local.views import QueueView, Snapshot, view

KEPT = 7 * 24 * 3600.0
"""Seconds that the laid-out code of an action is kept without being used."""
SWEEP = 15.0
"""Seconds between looks for instances that have been idle for too long."""


class Scheduler:
    """Everything between a job and its outcome. Made and used on one event loop, by one thread."""

    def __init__(
        self, starter: Starter, layouts: Layouts, folder: Path, pool: Pool, longest_queue: int = OF_ONE_ACTION
    ) -> None:
        """`folder` holds the instances' own folders; what a killed server left there is removed."""
        self._starter = starter
        self._layouts = layouts
        self._folder = folder
        self._pool = pool
        self._longest_queue = longest_queue
        self._instances = Instances(starter, layouts, folder, self._lost)
        self._turns = Turns(pool, self._acquire, self._give_back)
        self._ahead = Ahead()
        self._needs = Needs()
        self._courses = Courses()
        self._sweep = Alarm(self._tick, SWEEP)
        self._closed = False
        self._began: Counter[Began] = Counter()
        layouts.tidy(KEPT)

    def crowded(self, job: Job) -> bool:
        """True where so many runs of its action wait already that no more should be promised."""
        return self._turns.waiting(self._needs.of(job)) >= self._longest_queue

    async def run(self, job: Job) -> Outcome:
        """Run `job` to its end and give what came of it: a failure of the action is an outcome, never an error.

        Raises PlatformFault where the platform is being stopped.
        """
        if self._closed:
            raise stopping()
        course = self._courses.add(Course(job))
        need = self._needs.of(job)
        try:
            slot = await self._slot(need)
            began = time.monotonic()
            try:
                return await self._run_in(slot, course)
            except BaseException:
                self._leave(slot, reusable=False)
                raise
            finally:
                self._turns.ended(need, time.monotonic() - began)
        finally:
            self._courses.ended(course)
            self._turns.serve()

    def at_once(self, job: Job, tell: Callable[[Outcome | Exception], None]) -> bool:
        """Run `job` on an instance that waits for it: `tell` gets what came of it. False, and nothing done, else.

        All of a warm call between its request and its answer, without a task and without a turn of the loop.
        """
        need = self._needs.of(job)
        slot = None if self._closed else self._turns.rested(need)
        instance = None if slot is None else self._instances.rested(slot)
        if slot is None or instance is None:
            return False
        course = Course(job)
        frame = course.frame("warm" if slot.activations else "prewarmed")
        if len(frame) > AT_ONCE:
            return False
        flow = self._turns.have(need)
        self._courses.add(course)
        began = time.monotonic()
        stay = self._instances.lives.run(slot, job.activation_id, job.received_ms)

        def heard(answer: Answer) -> None:
            stay.over()
            try:
                outcome = self._ended(slot, instance, course, course.judge(answer))
            except Exception as error:
                tell(error)
                raise
            finally:
                self._courses.ended(course)
            self._turns.over(flow, need.memory * (time.monotonic() - began))
            tell(outcome)
            self._turns.serve()

        instance.post(frame, course.seconds, heard)
        return True

    def anticipate(self, job: Job) -> None:
        """Start an instance for `job` ahead of it, where none waits; comes back at once."""
        need = self._needs.of(job)
        if not self._pool.warm(need.key) and not self._closed and not self._turns and job.executable.code:
            self._make_ready(need, job)

    def state(self, activation_id: str) -> Progress | None:
        """How far an activation is; None where it is not known here (any more)."""
        return self._courses.state(activation_id)

    def lives(self, namespace: str, since: int = 0) -> list[dict[str, Json]]:
        """What became of the instances that served a namespace: see `Lives.told`."""
        return self._instances.lives.told(namespace, since)

    def snapshot(self) -> Snapshot:
        """The pool as it is now."""
        views = tuple(view(slot, self._instances.get(slot)) for slot in self._pool.slots())
        queues = tuple(QueueView(*name, waiting) for name, waiting in self._turns.lengths().items())
        return Snapshot(views, queues, self._pool.capacity, self._pool.memory[0], dict(self._began))

    def prepare(self, executable: Executable, namespace: str) -> None:
        """Lay an action out and make ready what its instances for callers in `namespace` will begin from.

        Comes back at once; nothing of the action runs. What goes wrong is told where it is run.
        """

        async def prepare() -> None:
            with suppress(FnkitError, OSError):
                layout = await asyncio.to_thread(self._layouts.get, executable)
                self._starter.prepare(Wanted(executable, namespace, (), layout, self._folder))

        if not self._closed:
            self._instances.chore(prepare())

    def discard(self, namespace: str, name: str) -> None:
        """Let go of the instances of an action that was changed or deleted; runs that are going on end first."""
        self._starter.discard(namespace, name)
        action = f"/{namespace}/{name}"
        self._ahead.forget(action)
        for slot in self._pool.discard(action):
            self._retire(slot, "changed")
        self._turns.serve()

    async def close(self) -> None:
        """End every instance, and await that."""
        self._sweep.cancel()
        self._closed = True
        self._instances.refuse()
        self._turns.end(stopping())
        for slot in self._pool.slots():
            self._retire(slot, "stopped")
        await self._instances.close()

    def _acquire(self, need: Need) -> Warm | Cold | Full:
        decision = self._pool.acquire(need, time.monotonic())
        if isinstance(decision, Cold):
            self._instances.expect(decision.slot)
            for other in decision.evicted:
                self._retire(other, "evicted")
        return decision

    def _give_back(self, grant: Warm | Cold) -> None:
        """Nobody is there any more to use it."""
        if isinstance(grant, Cold):
            self._instances.forget(grant.slot)
        self._leave(grant.slot, reusable=isinstance(grant, Warm))
        self._turns.serve()

    async def _slot(self, need: Need) -> Slot:
        """A slot of the pool, in turn: a new one, or one with a live instance."""
        while True:
            grant = await self._turns.take(need)
            slot = grant.slot
            if isinstance(grant, Cold):
                return slot
            try:
                if await self._instances.arrival(slot) is not None:
                    return slot
            except BaseException:
                self._leave(slot, reusable=True)
                raise
            self._leave(slot, reusable=False)

    async def _run_in(self, slot: Slot, course: Course) -> Outcome:
        instance = self._instances.get(slot)
        if instance is None:
            self._ahead.remember(course.job)
            started = time.monotonic()
            failure = await self._instances.start(slot, course)
            if failure is not None:
                self._leave(slot, reusable=False)
                return course.finish(*failure)
            self._pool.started(slot.id, time.monotonic() - started)
            instance = self._instances.get(slot)
            assert instance is not None
        stay = self._instances.lives.run(slot, course.job.activation_id, course.job.received_ms)
        try:
            verdict = await course.execute(instance, "prewarmed" if slot.unused else "warm")
        finally:
            stay.over()
        return self._ended(slot, instance, course, verdict)

    def _ended(self, slot: Slot, instance: Instance, course: Course, verdict: Verdict) -> Outcome:
        logs = instance.logs(course.job.activation_id)
        self._leave(slot, reusable=verdict.reusable and not instance.gone)
        outcome = course.finish(verdict, logs)
        self._began[outcome.began] += 1
        return outcome

    def _make_ready(self, need: Need, job: Job) -> None:
        """Start an instance that nobody asked for yet, in the background, if the pool lets it."""
        decision = self._pool.prepare(need, time.monotonic())
        if decision is None:
            return
        slot = decision.slot
        self._instances.expect(slot)
        for other in decision.evicted:
            self._retire(other, "evicted")

        async def make() -> None:
            course = Course(without_run(job))
            started = time.monotonic()
            with suppress(PlatformFault):
                if await self._instances.start(slot, course) is None:
                    self._pool.started(slot.id, time.monotonic() - started)
                    self._sweep.within(self._pool.hurry(slot))
                    return
            self._retire(slot, "failed")  # what is wrong is told where it is run
            self._turns.serve()

        self._instances.chore(make())

    def _leave(self, slot: Slot, reusable: bool) -> None:
        """A run is over in it: it is kept, or ends with the last run that is going on in it."""
        if not reusable:
            self._pool.doom(slot.id)
        if self._pool.release(slot.id, time.monotonic()):
            self._sweep.within(self._pool.hurry(slot))
        else:
            self._retire(slot, "changed" if reusable else "failed")

    def _lost(self, slot: Slot) -> None:
        """Its process has ended: where nothing ran in it nobody else would tell."""
        if not slot.running and slot.id in self._pool:
            self._retire(slot, "ended")
            self._turns.serve()

    def _retire(self, slot: Slot, why: Why) -> None:
        """Take the slot out of the pool now; its process and folder go in the background."""
        self._pool.remove(slot.id)
        self._instances.end(slot, why)

    def _tick(self) -> None:
        due = self._pool.tick(time.monotonic())
        for slot in due.expired:
            self._retire(slot, "idle")
        for need in due.wanted:
            if (job := self._ahead.job(need)) is not None:
                self._make_ready(need, job)
        if due.more:
            self._sweep.within(due.next)
