"""The instances that there are: got from the pool, left after a run, made ready ahead of one, let go in time."""

import time
from contextlib import suppress

from fnkit.core.errors import PlatformFault
from fnkit.local.activation import Course
from fnkit.local.ahead import Ahead, without_run
from fnkit.local.alarm import Alarm
from fnkit.local.answers import Verdict
from fnkit.local.instance import Instance
from fnkit.local.instances import Instances
from fnkit.local.jobs import Job
from fnkit.local.lives import Why
from fnkit.local.pool import Cold, Full, Pool, Warm
from fnkit.local.slots import Need, Slot
from fnkit.local.turns import Turns

SWEEP = 15.0
"""Seconds between looks for instances that have been idle for too long."""


class Fleet:
    """The pool's slots with the processes behind them. Used on one event loop."""

    def __init__(self, pool: Pool, instances: Instances) -> None:
        self.pool = pool
        self.instances = instances
        self.turns = Turns(pool, self._acquire, self._give_back)
        """Who gets what is free; whoever changes what is free has it `serve`."""
        self._ahead = Ahead()
        self._sweep = Alarm(self._tick, SWEEP)
        instances.when_lost(self._lost)

    def rested(self, need: Need) -> tuple[Slot, Instance] | None:
        """An instance that a run may have at once, None where none waits for it: `turns.have` takes its slot."""
        if self.turns.queues or need.concurrency > 1:
            return None
        slot = self.pool.rested(need.key)
        instance = None if slot is None else self.instances.rested(slot)
        return None if slot is None or instance is None else (slot, instance)

    async def live(self, need: Need, grant: Warm | Cold) -> Slot:
        """A slot for a run that was given `grant`: a new one, or one with a live instance."""
        while isinstance(grant, Warm):
            try:
                if await self.instances.arrival(grant.slot) is not None:
                    return grant.slot
            except BaseException:
                self.leave(grant.slot, reusable=True)
                raise
            self.leave(grant.slot, reusable=False)
            grant = await self.turns.take(need)
        return grant.slot

    async def start(self, slot: Slot, course: Course) -> tuple[Verdict, tuple[str, ...]] | None:
        """Start the instance of a new slot; gives why there is none. Raises PlatformFault where it is given up."""
        self._ahead.remember(course.job)
        started = time.monotonic()
        failure = await self.instances.start(slot, course)
        if failure is None:
            self.pool.started(slot.id, time.monotonic() - started)
        return failure

    def make_ready(self, need: Need, job: Job) -> None:
        """Start an instance that nobody asked for yet, in the background, if the pool lets it."""
        decision = self.pool.prepare(need, time.monotonic())
        if decision is None:
            return
        slot = decision.slot
        self._expect(decision)

        async def make() -> None:
            course = Course(without_run(job))
            started = time.monotonic()
            with suppress(PlatformFault):
                if await self.instances.start(slot, course) is None:
                    self.pool.started(slot.id, time.monotonic() - started)
                    self._sweep.within(self.pool.hurry(slot))
                    return
            self._retire(slot, "failed")  # what is wrong is told where it is run
            self.turns.serve()

        self.instances.chore(make())

    def leave(self, slot: Slot, reusable: bool) -> None:
        """A run is over in it: it is kept, or ends with the last run that is going on in it."""
        if not reusable:
            slot.failed = True
            self.pool.doom(slot.id)
        if self.pool.release(slot.id, time.monotonic()):
            if not slot.running:
                self._sweep.within(self.pool.hurry(slot))
        else:
            self._retire(slot, "failed" if slot.failed else "changed")

    def discard(self, action: str) -> None:
        """Let go of the instances of an action; runs that are going on end first."""
        self._ahead.forget(action)
        for slot in self.pool.discard(action):
            self._retire(slot, "changed")
        self.turns.serve()

    async def close(self) -> None:
        """End every instance, and await that."""
        self._sweep.cancel()
        for slot in self.pool.slots():
            self._retire(slot, "stopped")
        await self.instances.close()

    def _acquire(self, need: Need) -> Warm | Cold | Full:
        decision = self.pool.acquire(need, time.monotonic())
        if isinstance(decision, Cold):
            self._expect(decision)
        return decision

    def _expect(self, decision: Cold) -> None:
        self.instances.expect(decision.slot)
        for other in decision.evicted:
            self._retire(other, "evicted")

    def _give_back(self, grant: Warm | Cold) -> None:
        """Nobody is there any more to use it."""
        if isinstance(grant, Cold):
            self.instances.forget(grant.slot)
        self.leave(grant.slot, reusable=isinstance(grant, Warm))
        self.turns.serve()

    def _lost(self, slot: Slot) -> None:
        """Its process has ended: where nothing ran in it nobody else would tell."""
        if not slot.running and slot.id in self.pool:
            self._retire(slot, "ended")
            self.turns.serve()

    def _retire(self, slot: Slot, why: Why) -> None:
        """Take the slot out of the pool now; its process and folder go in the background."""
        self.pool.remove(slot.id)
        self.instances.end(slot, why)

    def _tick(self) -> None:
        due = self.pool.tick(time.monotonic())
        for slot in due.expired:
            self._retire(slot, "idle")
        for need in due.wanted:
            if (job := self._ahead.job(need)) is not None:
                self.make_ready(need, job)
        if due.more:
            self._sweep.within(due.next)
