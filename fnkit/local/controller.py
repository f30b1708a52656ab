"""What an invocation is: from an action's name and arguments to a record on disk and an answer."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from fnkit.core.clock import now_ms
from fnkit.core.entities import Json
from fnkit.local.activations import Activations, Interrupted
from fnkit.local.compounds import Compounds, Halted
from fnkit.local.conductors import BROKEN
from fnkit.local.entities import Entities, Entity
from fnkit.local.invocable import Ask, Invocable, Invocables
from fnkit.local.jobs import Executable, Job, Outcome, Status
from fnkit.local.metrics import Metrics, Ran
from fnkit.local.patience import Patience
from fnkit.local.positions import Position, Positions
from fnkit.local.records import Imprint, Record, caused, dumps, record_of, record_of_stopped
from fnkit.local.rejected import Rejected, missing
from fnkit.local.scheduler import Progress
from fnkit.local.sequences import check_access
from fnkit.local.throttles import Throttles
from fnkit.local.users import Identity, Users

QUEUE_FULL = "Too many requests"
"""Where the queue of one action is full. Source: FPCEntitlementProvider.scala."""
LONGEST_WAIT = 60.0
"""Seconds that a blocking call waits at most."""
Tasks = dict[str, dict[str, asyncio.Task[Record]]]
"""What runs, by namespace and id."""


class Scheduler(Protocol):
    """What the process side gives: run a job, however it likes."""

    async def run(self, job: Job) -> Outcome:
        """What came of the job; never raises for the action's own faults."""
        ...

    def state(self, activation_id: str) -> Progress | None:
        """How far a job is."""
        ...

    def crowded(self, job: Job) -> bool:
        """True where too many runs of its action wait already."""
        ...

    def anticipate(self, job: Job) -> None:
        """A job like this one is near: start an instance for it; comes back at once."""
        ...

    def prepare(self, executable: Executable, namespace: str) -> None:
        """Make ready what instances of an action will begin from; comes back at once."""
        ...

    def discard(self, namespace: str, name: str) -> None:
        """Let go of the instances of an action that was changed or deleted."""
        ...


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
        self._running: Tasks = {}
        self._running_compounds: Tasks = {}

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
        if ask.id and self._is_known(ask.caller.namespace, ask.id):
            return ask.id, None
        self._throttles.enter(ask.caller)
        task: asyncio.Task[Record] | None = None
        try:
            if invocable.components or invocable.conductor:
                position = self._compounds.begin(invocable, ask)
                task = self._run_compound(position, ask.caller, resumed=False)
                return position.id, await self._wait_for_compound(task, ask.wait)
            job = invocable.job(ask, self._api_host)
            if self._scheduler.crowded(job):
                raise Rejected(429, QUEUE_FULL)
            if ask.wait is None:
                await self._activations.accept(job, invocable.imprint, _again(invocable, ask))
            patience = None if ask.wait is None else Patience(ask.wait)
            task = self._begin(job, invocable.imprint, patience)
        finally:
            self._leave(ask.caller.namespace, task)
        if patience is not None:
            record = await patience.of(task)
            if record is not None:
                return job.activation_id, record
            await self._activations.accept(job, invocable.imprint)
        return job.activation_id, None

    async def start(
        self, invocable: Invocable, ask: Ask, cause: str, begun: Callable[[str], None]
    ) -> asyncio.Task[Record]:
        """A step of a sequence or a composition; `begun` writes where that is, in one commit with the promise."""
        job = invocable.job(ask, self._api_host)
        common = caused(invocable.imprint, cause)
        begun(job.activation_id)
        await self._activations.accept(job, common, _again(invocable, ask))
        return self._begin(job, common)

    def anticipate(self, invocable: Invocable, ask: Ask) -> None:
        """A step like this one is near: its instance is started while the step before it runs."""
        self._scheduler.anticipate(invocable.job(ask, self._api_host))

    def running(self, namespace: str, activation_id: str) -> asyncio.Task[Record] | None:
        """What runs under that id; None where it has ended, or never was."""
        kinds = (self._running, self._running_compounds)
        return next((task for kind in kinds if (task := kind.get(namespace, {}).get(activation_id))), None)

    def resume(self, users: Users) -> None:
        """Go on with the sequences and compositions that the end of the last server interrupted.

        Begin again what an event began, and what the end cut off.
        """
        for cut in self._activations.interrupted():
            self._begin_again(cut, users.by_namespace(cut.namespace))
        for position in self._positions.outermost():
            caller = users.by_namespace(position.namespace)
            if caller is not None:
                self._run_compound(position, caller, resumed=True)

    def _begin_again(self, cut: Interrupted, caller: Identity | None) -> None:
        try:
            if caller is None:
                raise missing()
            invocable = self._invocables.at(cut.again["path"])
        except Rejected:
            self._activations.write(record_of_stopped(cut.id, cut.namespace, cut.start, cut.common))
            return
        ask = Ask(caller, cut.again["transaction"], cut.start, cut.again["arguments"], again=True, id=cut.id)
        self._begin(invocable.job(ask, self._api_host), invocable.imprint)

    def _is_known(self, namespace: str, activation_id: str) -> bool:
        known = self._activations.known(namespace, activation_id)
        return known or self._positions.find(activation_id) is not None

    def progress(self, namespace: str, activation_id: str) -> Progress | None:
        """How far an activation without a record is; None where there is no such one."""
        if activation_id in self._running_compounds.get(namespace, {}):
            return Progress("running", None, None, None, None)
        if activation_id not in self._running.get(namespace, {}):
            return None
        progress = self._scheduler.state(activation_id) or Progress("pending", None, None, None, None)
        return replace(progress, state="running") if progress.state == "done" else progress

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
        kinds = (self._running, self._running_compounds)
        tasks = [task for kind in kinds for running in kind.values() for task in running.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=patience)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _leave(self, namespace: str, task: asyncio.Task[Record] | None) -> None:
        """The invocation has left the queue when its task ends; now, where none began."""
        if task is None or task.done():
            self._throttles.leave(namespace)
        else:
            task.add_done_callback(lambda _: self._throttles.leave(namespace))

    async def _wait_for_compound(self, task: asyncio.Task[Record], wait: float | None) -> Record | None:
        if wait is None:
            await self._activations.committed()
            return None
        await asyncio.wait({task}, timeout=wait)
        if not task.done() or isinstance(task.exception(), Halted):  # it ends later, or after the next start
            return None
        record = task.result()
        if record.result == _NO_WORD:
            raise Rejected(500, BROKEN.result["error"])
        return record

    def _run_compound(self, position: Position, caller: Identity, resumed: bool) -> asyncio.Task[Record]:
        async def run() -> Record:
            go_on = self._compounds.resume if resumed else self._compounds.run
            record = await go_on(position, caller)
            self.metrics.count_record(record)
            await self._activations.committed()
            return record

        return _kept(self._running_compounds, position.namespace, position.id, asyncio.create_task(run()))

    def _begin(self, job: Job, common: Imprint, patience: Patience | None = None) -> asyncio.Task[Record]:
        task = asyncio.create_task(self._run(job, common, patience))
        return _kept(self._running, job.namespace, job.activation_id, task)

    async def _run(self, job: Job, common: Imprint, patience: Patience | None) -> Record:
        try:
            outcome = await self._scheduler.run(job)
        except Exception as error:  # noqa: BLE001 - a fault of ours is the record's, never a lost activation
            outcome = _failed(error)
        record = record_of(job, outcome, common)
        self.metrics.count(_ran(job), outcome)
        await self._activations.save(record, company=len(self._running[job.namespace]) - 1)
        if patience is not None:
            patience.tell(record)
        return record


def _ran(job: Job) -> Ran:
    action = job.executable
    return Ran(action.namespace, job.namespace, action.name, action.kind, action.limits.memory)


def _again(invocable: Invocable, ask: Ask) -> Json:
    """What is kept of a run that is to be begun again after a restart."""
    if not ask.again:
        return None
    return {"path": invocable.path, "arguments": ask.arguments, "transaction": ask.transaction_id}


_NO_WORD = dumps(BROKEN.result)


def _kept(tasks: Tasks, namespace: str, activation_id: str, task: asyncio.Task[Record]) -> asyncio.Task[Record]:
    running = tasks.setdefault(namespace, {})
    running[activation_id] = task
    task.add_done_callback(lambda _: running.pop(activation_id))
    return task


def _failed(error: Exception) -> Outcome:
    now = now_ms()
    text = f"Failed to provision resources to run the action. ({type(error).__name__}: {error})"
    return Outcome(Status.INTERNAL_ERROR, {"error": text}, now, now, 0, None, "cold")
