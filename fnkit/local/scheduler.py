"""Runs jobs on instances: takes a warm one or starts one, asks, judges, keeps or kills. On the event loop.

# layer: digest -> folder; common: family -> its packages
layouts = Layouts(folder / "code", layer, common, kinds, Errands())
scheduler = Scheduler(ProcessStarter(rung), layouts, folder / "instances", Pool(capacity=2048))
outcome = await scheduler.run(job)
"""

import asyncio
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

from fnkit.core.entities import Json
from fnkit.core.errors import FnkitError
from fnkit.local.activation import Course
from fnkit.local.ahead import Needs
from fnkit.local.fleet import Fleet
from fnkit.local.instances import Instances, stopping
from fnkit.local.jobs import Executable, Job, Outcome
from fnkit.local.limits import OF_ONE_ACTION
from fnkit.local.pool import Cold, Pool, Warm
from fnkit.local.progress import Courses, Progress
from fnkit.local.runtime import Layouts
from fnkit.local.sends import Came, Sends, Tell
from fnkit.local.slots import Need, Slot
from fnkit.local.starter import Starter, Wanted
from fnkit.local.views import QueueView, Snapshot, view

KEPT = 7 * 24 * 3600.0
"""Seconds that the laid-out code of an action is kept without being used."""


class Scheduler:
    """Everything between a job and its outcome. Made and used on one event loop, by one thread."""

    def __init__(
        self, starter: Starter, layouts: Layouts, folder: Path, pool: Pool, longest_queue: int = OF_ONE_ACTION
    ) -> None:
        """`folder` holds the instances' own folders; what a killed server left there is removed."""
        self._starter = starter
        self._layouts = layouts
        self._folder = folder
        self._longest_queue = longest_queue
        self._instances = Instances(starter, layouts, folder)
        self._fleet = Fleet(pool, self._instances)
        self._turns = self._fleet.turns
        self._needs = Needs()
        self._courses = Courses()
        self.sends = Sends(self._fleet, self._courses, self._again)
        """Runs that are under way without a task."""
        self._closed = False
        layouts.tidy(KEPT)

    def crowded(self, job: Job) -> bool:
        """True where so many runs of its action wait already that no more should be promised."""
        return bool(self._turns.queues) and self._turns.waiting(self._needs.of(job)) >= self._longest_queue

    async def run(self, job: Job) -> Outcome:
        """Run `job` to its end and give what came of it: a failure of the action is an outcome, never an error.

        Raises PlatformFault where the platform is being stopped.
        """
        if self._closed:
            raise stopping()
        course, need = Course(job), self._needs.of(job)
        self._courses.add(course)
        try:
            grant = await self._turns.take(need)
        except BaseException:
            self._courses.ended(course)
            raise
        return await self._run(need, grant, course)

    def at_once(self, job: Job, tell: Tell) -> bool:
        """Run `job` without a task: `tell` gets what came of it. False, and nothing done, where that takes one.

        Where an instance waits for it, this is all of a warm call between its request and its answer; where all
        are busy, the end of another run is where it goes on.
        """
        if self._closed:
            return False
        need = self._needs.of(job)
        if self.sends.at_once(job, need, tell):
            return True
        if need.concurrency > 1 or not self._turns.full(need):
            return False
        course = Course(job)
        self._courses.add(course)
        follow = partial(self.sends.follow, need, course, tell)
        self._turns.ask(need, partial(self._granted, need, course, tell), follow)
        return True

    def anticipate(self, job: Job) -> None:
        """Start an instance for `job` ahead of it, where none waits; comes back at once."""
        need = self._needs.of(job)
        if not (self._fleet.pool.warm(need.key) or self._closed or self._turns.queues) and job.executable.code:
            self._fleet.make_ready(need, job)

    def state(self, activation_id: str) -> Progress | None:
        """How far an activation is; None where it is not known here (any more)."""
        return self._courses.state(activation_id)

    def lives(self, namespace: str, since: int = 0) -> list[dict[str, Json]]:
        """What became of the instances that served a namespace: see `Lives.told`."""
        return self._instances.lives.told(namespace, self._courses.stays(), since)

    def snapshot(self) -> Snapshot:
        """The pool as it is now."""
        pool = self._fleet.pool
        views = tuple(view(slot, self._instances.get(slot)) for slot in pool.slots())
        queues = tuple(QueueView(*name, waiting) for name, waiting in self._turns.lengths().items())
        return Snapshot(views, queues, pool.capacity, pool.memory[0], dict(self.sends.began))

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
        self._fleet.discard(f"/{namespace}/{name}")

    async def close(self) -> None:
        """End every instance, and await that."""
        self.sends.close()
        self._closed = True
        self._instances.refuse()
        self._turns.end(stopping())
        await self._fleet.close()

    def _again(self, need: Need, course: Course, tell: Tell) -> None:
        """It was sent behind another run and did not begin: it waits for its turn as if it came now."""
        if self._closed:
            self._courses.ended(course)
            tell(stopping())
        else:
            self._turns.ask(need, partial(self._granted, need, course, tell))

    def _granted(self, need: Need, course: Course, tell: Tell, came: Warm | Cold | FnkitError) -> None:
        """It has waited for its turn."""
        if isinstance(came, FnkitError):
            self._courses.ended(course)
            tell(came)
            return
        instance = self._instances.rested(came.slot) if isinstance(came, Warm) else None
        try:
            sent = instance is not None and self.sends.send(need, (came.slot, instance), course, tell)
        except Exception as error:  # noqa: BLE001 - who hands out slots goes on, and whoever waits is told
            self._courses.ended(course)
            self._fleet.leave(came.slot, reusable=True)  # it was sent nothing
            tell(error)
            return
        if not sent:
            self._instances.chore(self._later(need, course, tell, came))

    async def _later(self, need: Need, course: Course, tell: Tell, grant: Warm | Cold) -> None:
        came: Came
        try:
            came = await self._run(need, grant, course)
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            came = error
        tell(came)

    async def _run(self, need: Need, grant: Warm | Cold, course: Course) -> Outcome:
        """In an instance that has to be awaited first."""
        try:
            slot = await self._fleet.live(need, grant)
            began = time.monotonic()
            try:
                return await self._run_in(slot, course)
            except BaseException:
                self._fleet.leave(slot, reusable=False)
                raise
            finally:
                self._turns.ended(need, time.monotonic() - began)
        finally:
            self._courses.ended(course)
            self._turns.serve()

    async def _run_in(self, slot: Slot, course: Course) -> Outcome:
        instance = self._instances.get(slot)
        if instance is None:
            failure = await self._fleet.start(slot, course)
            if failure is not None:
                self._fleet.leave(slot, reusable=False)
                return course.finish(*failure)
            instance = self._instances.get(slot)
            assert instance is not None
        course.slot_id = slot.id
        verdict = await course.execute(instance, "prewarmed" if slot.unused else "warm")
        return self.sends.ended(slot, instance, course, verdict)
