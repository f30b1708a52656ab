"""Runs jobs on instances: takes a warm one or starts one, asks, judges, keeps or kills. On the event loop.

layouts = Layouts(folder / "code", layer, common, kinds)  # layer: digest -> folder; common: family -> its packages
scheduler = Scheduler(ProcessStarter(rung), layouts, folder / "instances", Pool(capacity=2048))
outcome = await scheduler.run(job)
"""

import asyncio
import shutil
import time
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from fnkit.core.errors import PlatformFault
from fnkit.local import answers
from fnkit.local.activation import Course, NotStarted, State, start
from fnkit.local.answers import Verdict
from fnkit.local.instance import Instance
from fnkit.local.jobs import Began, Job, Outcome
from fnkit.local.logs import log_line
from fnkit.local.pool import Cold, Key, Pool, Slot, Warm
from fnkit.local.runtime import Layouts
from fnkit.local.starter import Starter
from fnkit.local.turns import Turns

REMEMBERED = 1000
"""Finished activations whose progress is still told."""
KEPT = 7 * 24 * 3600.0
"""Seconds that the laid-out code of an action is kept without being used."""
SWEEP = 15.0
"""Seconds between looks for instances that have been idle for too long."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an activation is: durations in ms, None where not known yet."""

    state: State
    began: Began | None
    wait: int | None
    init: int | None
    run: int | None


@dataclass(frozen=True, slots=True)
class InstanceView:
    """One instance of the pool, as `GET /fnkit/v1/pool` shows it."""

    namespace: str
    action: str
    state: Literal["busy", "idle"]
    memory: int
    activations: int
    pid: int | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The pool now, and how many runs were cold and warm since the start."""

    instances: tuple[InstanceView, ...]
    cold: int
    warm: int
    queued: int


class Scheduler:
    """Everything between a job and its outcome. Made and used on one event loop, by one thread."""

    def __init__(
        self, starter: Starter, layouts: Layouts, folder: Path, pool: Pool, longest_queue: int = 1000
    ) -> None:
        """`folder` holds the instances' own folders; what a killed server left there is removed."""
        self._starter = starter
        self._layouts = layouts
        self._folder = folder
        self._pool = pool
        self._instances: dict[int, Instance] = {}
        self._turns = Turns(longest_queue)
        self._courses: OrderedDict[str, Course] = OrderedDict()
        self._chores: set[asyncio.Task[None]] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._closed = False
        self._cold = 0
        self._warm = 0
        shutil.rmtree(folder, ignore_errors=True)
        layouts.tidy(KEPT)

    async def run(self, job: Job) -> Outcome:
        """Run `job` to its end and give what came of it: a failure of the action is an outcome, never an error.

        Raises Throttled where too many jobs wait already, PlatformFault where the platform is being stopped.
        """
        if self._closed:
            raise _stopping()
        course = self._courses[job.activation_id] = Course(job)
        try:
            slot = await self._slot(job)
            try:
                return await self._run_in(slot, course)
            except BaseException:
                self._retire(slot)
                raise
        except BaseException:
            del self._courses[job.activation_id]
            raise
        finally:
            self._forget()
            self._turns.next()

    def state(self, activation_id: str) -> Progress | None:
        """How far an activation is; None where it is not known here (any more)."""
        course = self._courses.get(activation_id)
        if course is None:
            return None
        return Progress(course.state, course.began, course.wait, course.init, course.run)

    def snapshot(self) -> Snapshot:
        """The pool as it is now."""
        views = tuple(
            InstanceView(
                namespace=slot.key.namespace,
                action=slot.key.action,
                state=slot.state,
                memory=slot.memory,
                activations=slot.activations,
                pid=self._instances[slot.id].pid if slot.id in self._instances else None,
            )
            for slot in self._pool.slots()
        )
        return Snapshot(views, self._cold, self._warm, len(self._turns))

    def discard(self, namespace: str, name: str) -> None:
        """Let go of the instances of an action that was changed or deleted; runs that are going on end first."""
        self._starter.discard(namespace, name)
        for slot in self._pool.discard(f"/{namespace}/{name}"):
            self._retire(slot)
        self._turns.next()

    async def close(self) -> None:
        """End every instance, and await that."""
        if self._sweep is not None:
            self._sweep.cancel()
        self._closed = True
        self._turns.end(_stopping())
        for slot in self._pool.slots():
            self._retire(slot)
        while self._chores:
            await asyncio.wait(self._chores)
        await self._starter.close()

    async def _slot(self, job: Job) -> Slot:
        """A slot of the pool for `job`, waiting for one in turn."""
        executable = job.executable
        action = f"/{executable.namespace}/{executable.name}"
        key = Key(job.namespace, action, executable.revision, frozenset(job.environment.items()))
        queued = False
        while True:
            if queued or not self._turns:
                match self._pool.acquire(key, executable.limits.memory, time.monotonic()):
                    case Warm(slot) if not self._instances[slot.id].alive:
                        self._retire(slot)
                        continue
                    case Warm(slot):
                        break
                    case Cold(slot, evicted):
                        for other in evicted:
                            self._retire(other)
                        break
            await self._turns.wait(again=queued)
            queued = True
        self._turns.next()  # there may be room for one more
        return slot

    async def _run_in(self, slot: Slot, course: Course) -> Outcome:
        instance = self._instances.get(slot.id)
        logs: tuple[str, ...] = ()
        if instance is None:
            self._cold += 1
            try:
                loaded = await start(course.job, self._starter, self._layouts, self._folder / str(slot.id))
            except NotStarted as failure:
                self._retire(slot)
                return course.finish(failure.verdict, failure.logs)
            instance = self._instances[slot.id] = loaded.instance
            if self._closed:
                raise _stopping()
            verdict = await course.initialize(loaded)
            if verdict is not None:
                logs = instance.logs()
                if verdict.result == {"error": answers.INIT_DIED} and course.job.executable.limits.logs:
                    logs = (*logs, log_line("stderr", answers.INIT_DIED_LOG))
                self._retire(slot)
                return course.finish(verdict, logs)
        else:
            self._warm += 1
        verdict = await course.execute(instance)
        return self._conclude(slot, instance, course, verdict)

    def _conclude(self, slot: Slot, instance: Instance, course: Course, verdict: Verdict) -> Outcome:
        logs = instance.logs()
        if not verdict.reusable or not instance.alive:
            self._retire(slot)
        elif self._pool.release(slot.id, time.monotonic()):
            self._watch()
        else:
            self._retire(slot)
        return course.finish(verdict, logs)

    def _retire(self, slot: Slot) -> None:
        """Take the slot out of the pool now; its process and folder go in the background."""
        self._pool.remove(slot.id)
        instance = self._instances.pop(slot.id, None)
        folder = self._folder / str(slot.id) if instance is None else instance.place.folder
        self._chore(self._end(instance, folder))

    async def _end(self, instance: Instance | None, folder: Path) -> None:
        if instance is not None:
            await instance.kill()
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def _chore(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    def _watch(self) -> None:
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(SWEEP, self._expire)

    def _expire(self) -> None:
        self._sweep = None
        for slot in self._pool.expire(time.monotonic()):
            self._retire(slot)
        if self._pool.slots():
            self._watch()

    def _forget(self) -> None:
        while len(self._courses) > REMEMBERED:
            oldest = next((key for key, course in self._courses.items() if course.outcome), None)
            if oldest is None:
                return
            del self._courses[oldest]


def _stopping() -> PlatformFault:
    return PlatformFault("Running an action", "the platform is being stopped.", "Start it again.")
