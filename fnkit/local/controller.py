"""What an invocation is: from an action's name and arguments to a record on disk and an answer."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress

from fnkit.core.entities import Json
from fnkit.local import generated
from fnkit.local.activations import Activations, Interrupted
from fnkit.local.compounds import Compounds
from fnkit.local.conductors import BROKEN
from fnkit.local.entities import Entities, Entity
from fnkit.local.invocable import Ask, Invocable, Invocables
from fnkit.local.jobs import Job
from fnkit.local.metrics import Metrics
from fnkit.local.position import Position
from fnkit.local.positions import Positions
from fnkit.local.progress import Progress
from fnkit.local.records import Imprint, Record, caused, dumps, record_of, record_of_stopped
from fnkit.local.rejected import Rejected, missing
from fnkit.local.runner import Runner, Scheduler
from fnkit.local.runs import Run
from fnkit.local.sequences import check_access
from fnkit.local.steps import Ending
from fnkit.local.throttles import Throttles
from fnkit.local.users import Identity, Users
from fnkit.local.walk import Came, Halted
from fnkit.local.within import Within

QUEUE_FULL = "Too many requests"
"""Where the queue of one action is full. Source: FPCEntitlementProvider.scala."""
LONGEST_WAIT = 60.0
"""Seconds that a blocking call waits at most."""


class Controller:
    """Runs invocations and keeps their records."""

    def __init__(
        self,
        entities: Entities,
        activations: Activations,
        positions: Positions,
        scheduler: Scheduler,
        throttles: Throttles,
        api_host: str,
    ) -> None:
        self.metrics = Metrics()
        """What has run."""
        self._entities = entities
        self._activations = activations
        self._positions = positions
        self._scheduler = scheduler
        self._throttles = throttles
        self._api_host = api_host
        self._invocables = Invocables(entities)
        self._compounds = Compounds(entities, self._invocables, positions, self)
        self._runner = Runner(scheduler, activations, self.metrics)
        self._within = Within(generated.read)

    def resolve(self, entity_namespace: str, name: str, binding: Entity | None = None) -> Invocable:
        """The action `name` of a namespace, called through `binding` if given. Raises Rejected 404 or 409."""
        return self._invocables.get(entity_namespace, name, binding)

    async def invoke(self, invocable: Invocable, ask: Ask) -> tuple[str, Record | None]:
        """Run it. Gives the id, and the record where the call waited and it ended in time.

        Raises Rejected 400 for a final parameter, 403 or 404 for a step that the caller may not call, 429 or 503
        for too many at a time.
        """
        check_access(self._entities, ask.caller.namespace, invocable.components)
        invocable.check_final(ask.arguments)
        if ask.id and self.is_known(ask.caller.namespace, ask.id):
            return ask.id, None
        if ask.wait is None:
            return await self._accepted(invocable, ask), None
        run = self.begin(invocable, ask)
        with suppress(Halted):  # `said` knows what that is
            await run.within(ask.wait)
        if run.came is None and not await self.promise(run, invocable.imprint):
            await run.within(LONGEST_WAIT)  # for its commit
        return run.id, self.said(run)

    def begin(self, invocable: Invocable, ask: Ask) -> Run:
        """As `invoke`, for who waits for the record without a task: the run, that was begun; `said` gives its end.

        Raises Rejected 429 or 503 for too many at a time; what else `invoke` raises the caller has looked at.
        """
        namespace = ask.caller.namespace
        self._throttles.enter(ask.caller)
        try:
            if invocable.components or invocable.conductor:
                run = self._run_compound(self._compounds.begin(invocable, ask), ask.caller, resumed=False)
            else:
                run = self._runner.begin(self._job(invocable, ask), invocable.imprint)
        except BaseException:
            self._throttles.leave(namespace)
            raise
        self._leave(namespace, run)
        return run

    async def promise(self, run: Run, common: Imprint) -> bool:
        """Nobody waits for its record any more: should the server end before it does, the next start makes one.

        False, and nothing promised, where it has ended and its record is on its way to disk: that is the answer.
        """
        if run.outcome is not None:  # a promise that comes after the record would never be dropped
            return False
        if run.job is not None:  # a sequence or a composition has its position
            await self._activations.accept(run.job, common)
        return True

    def said(self, run: Run) -> Record | None:
        """The record of a run; None where it goes on, now or after the next start.

        Raises Rejected 500 where OpenWhisk has no word for the end, or what kept us from a record.
        """
        came = run.came
        if isinstance(came, Record):
            if run.job is None and came.result == _NO_WORD:
                raise Rejected(500, BROKEN.result["error"])
            return came
        if came is None or isinstance(came, Halted):
            return None
        raise came

    def _job(self, invocable: Invocable, ask: Ask) -> Job:
        """A run of it. Raises Rejected 429 where too many wait."""
        job = invocable.job(ask, self._api_host)
        if self._scheduler.crowded(job):
            raise Rejected(429, QUEUE_FULL)
        return job

    def step(
        self, invocable: Invocable, ask: Ask, position: Position, began: Callable[[Run | Exception], None]
    ) -> None:
        """A step of a sequence or a composition: where that is, in one commit with the promise, then its run.

        Whoever waits for the run gives its record to `keep`, or leaves it alone.
        """
        job = invocable.job(ask, self._api_host)
        common = caused(invocable.imprint, position.id)
        position.running = job.activation_id
        self._positions.save(position)
        self._activations.promise(job, common, _again(invocable, ask))

        def promised(fault: Exception | None) -> None:
            came: Run | Exception
            try:
                if fault is not None:
                    self._activations.forget(job.activation_id)
                came = self._runner.begin(job, common, alone=False) if fault is None else fault
            except Exception as error:  # noqa: BLE001 - whoever waits is told
                self._runner.refuse(job, common, error)
                came = error
            began(came)

        self._activations.then(promised)

    def turn(self, invocable: Invocable, ask: Ask, position: Position) -> Ending | None:
        """A turn of a conductor of fnkit's that needs no instance: its record is in the commit of what comes next.

        None, and nothing done, where it needs one.
        """
        if (taken := self._within.turn(invocable, ask, self._api_host)) is None:
            return None
        job, outcome = taken
        self.metrics.count(job, outcome)
        record = record_of(job, outcome, caused(invocable.imprint, position.id))
        self._activations.write(record._replace(began=""))
        return Ending.of_run(record.id, outcome, job.executable.limits.memory)

    def keep(self, record: Record) -> None:
        """The record of a step, in the commit of what comes next."""
        self._runner.keep(record)

    def anticipate(self, invocable: Invocable, namespace: str) -> None:
        """A call of this is near: its instance is started while the step before it runs."""
        self._scheduler.anticipate(invocable.standing(namespace, self._api_host))

    def running(self, namespace: str, activation_id: str) -> Run | None:
        """What runs under that id; None where it has ended, or never was."""
        return self._runner.running(namespace, activation_id)

    def resume(self, users: Users) -> None:
        """Go on with the sequences and compositions that the end of the last server interrupted.

        Begin again what an event began, and what the end cut off.
        """
        for cut in self._activations.interrupted():
            self._begin_again(cut, users.by_namespace(cut.namespace))
        self._positions.recover()
        for position in self._positions.outermost():
            caller = users.by_namespace(position.namespace)
            if caller is not None:
                self._run_compound(position, caller, resumed=True)

    def _begin_again(self, cut: Interrupted, caller: Identity | None) -> None:
        try:
            if caller is None:
                raise missing()
            invocable = self._invocables.at(cut.again["path"])
            transaction, arguments = cut.again["transaction"], cut.again["arguments"]
            job = invocable.job(
                Ask(caller, transaction, cut.start, arguments, again=True, id=cut.id), self._api_host
            )
        except (Rejected, LookupError, TypeError):
            self._activations.write(record_of_stopped(cut.id, cut.namespace, cut.start, cut.common))
            self._activations.then(lambda _: None)
            return
        self._runner.begin(job, invocable.imprint)

    def is_known(self, namespace: str, activation_id: str) -> bool:
        """Whether a run of that id was begun: it may go on, or have ended."""
        known = self._activations.known(namespace, activation_id)
        return known or self._positions.find(activation_id) is not None

    def progress(self, namespace: str, activation_id: str) -> Progress | None:
        """How far an activation without a record is; None where there is no such one."""
        return self._runner.progress(namespace, activation_id)

    def positions(self, namespace: str) -> list[Position]:
        """How far each sequence and composition has come that is running, without those within others."""
        return [one for one in self._positions.outermost() if one.namespace == namespace]

    def position(self, namespace: str, activation_id: str) -> Position | None:
        """How far one has come, within another or not; None where it is none of these or not running."""
        found = self._positions.find(activation_id)
        return found if found is not None and found.namespace == namespace else None

    def discard(self, action: Entity) -> None:
        """Instances of an action that was changed or deleted are not used again."""
        self._scheduler.discard(action.namespace, action.name)

    def prepare(self, action: Entity) -> None:
        """An action with code was put: its first call, most likely by its owner, finds more ready."""
        invocable = self.resolve(action.namespace, action.name)
        if not invocable.components:
            self._scheduler.prepare(invocable.executable, action.namespace)

    async def close(self, patience: float) -> None:
        """Wait up to `patience` seconds for what still runs; the rest is told at the next start."""
        self._compounds.halt()
        await self._runner.close(patience)

    def _leave(self, namespace: str, run: Run | None) -> None:
        """The invocation has left the queue when its run ends; now, where none began."""
        if run is None:
            self._throttles.leave(namespace)
        else:
            run.then(lambda: self._throttles.leave(namespace))

    async def _accepted(self, invocable: Invocable, ask: Ask) -> str:
        """The id of a run for which nobody waits: it is on disk before it begins."""
        self._throttles.enter(ask.caller)
        run: Run | None = None
        try:
            if invocable.components or invocable.conductor:
                position = self._compounds.begin(invocable, ask)
                await self._activations.committed()
                run = self._run_compound(position, ask.caller, resumed=False)
            else:
                job = self._job(invocable, ask)
                await self._activations.accept(job, invocable.imprint, _again(invocable, ask))
                run = self._runner.begin(job, invocable.imprint)
        finally:
            self._leave(ask.caller.namespace, run)
        return run.id

    def _run_compound(self, position: Position, caller: Identity, resumed: bool) -> Run:
        run = Run(position.namespace, position.id, state="running")
        self._runner.enter(run)

        def ended(came: Came) -> None:
            if isinstance(came, Record):
                self.metrics.count_record(came)
            elif not (isinstance(came, Halted) or self._compounds.halted):  # it cannot go on after the next start
                with suppress(sqlite3.Error, OSError):  # who waits is told, whatever the disk says
                    self._positions.fail(position)

            def kept(fault: Exception | None) -> None:
                self._runner.leave(position.id)
                run.end(came if fault is None or isinstance(came, Exception) else fault)

            self._activations.then(kept)  # where it was halted, with the step that ended

        go_on = self._compounds.resume if resumed else self._compounds.run
        go_on(position, caller, ended)
        return run


def _again(invocable: Invocable, ask: Ask) -> Json:
    """What is kept of a run that is to be begun again after a restart."""
    if not ask.again:
        return None
    return {"path": invocable.path, "arguments": ask.arguments, "transaction": ask.transaction_id}


_NO_WORD = dumps(BROKEN.result)
