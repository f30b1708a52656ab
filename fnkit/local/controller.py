"""What an invocation is: from an action's name and arguments to a record on disk and an answer."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from fnkit.core.clock import now_ms
from fnkit.core.entities import Json, Limits
from fnkit.local import parameters
from fnkit.local.activations import Activations
from fnkit.local.entities import Entities, Entity
from fnkit.local.jobs import Executable, Job, Outcome, Status
from fnkit.local.metrics import Metrics, Ran
from fnkit.local.records import Imprint, Record, imprint, new_id, record_of
from fnkit.local.rejected import bad_request
from fnkit.local.scheduler import Progress
from fnkit.local.throttles import Throttles
from fnkit.local.users import Identity

LONGEST_WAIT = 60.0
"""Seconds that a blocking call waits at most."""
CACHED_CODE = 256 * 1024 * 1024
"""Characters of code kept in memory for actions that were called."""


class Scheduler(Protocol):
    """What the process side gives: run a job, however it likes."""

    async def run(self, job: Job) -> Outcome:
        """What came of the job; never raises for the action's own faults."""
        ...

    def state(self, activation_id: str) -> Progress | None:
        """How far a job is."""
        ...

    def discard(self, namespace: str, name: str) -> None:
        """Let go of the instances of an action that was changed or deleted."""
        ...


@dataclass(frozen=True, slots=True)
class Invocable:
    """An action with its package resolved: all that a call needs, worked out once per version."""

    executable: Executable
    arguments: Mapping[str, Json]
    """The parameters of package, binding and action, merged, without init parameters."""
    environment: Mapping[str, str]
    """The init parameters as environment variables."""
    final: frozenset[str]
    """Names that a call may not set."""
    takes_key: bool
    """True where the action gets the caller's key."""
    imprint: Imprint
    """What its records have in common."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One call of an action."""

    caller: Identity
    transaction_id: str
    received_ms: int
    arguments: Mapping[str, Json]
    wait: float | None = None
    """Seconds that the caller waits for the end; None does not wait."""


class Controller:
    """Runs invocations and keeps their records."""

    def __init__(
        self,
        entities: Entities,
        activations: Activations,
        scheduler: Scheduler,
        throttles: Throttles,
        api_host: str,
    ) -> None:
        self.metrics = Metrics()
        """What has run."""
        self._entities = entities
        self._activations = activations
        self._scheduler = scheduler
        self._throttles = throttles
        self._api_host = api_host
        self._known: dict[tuple[str, str, str | None], Invocable] = {}
        self._generation = -1
        self._running: dict[str, dict[str, asyncio.Task[Record]]] = {}

    def resolve(self, entity_namespace: str, name: str, binding: Entity | None = None) -> Invocable:
        """The action `name` of a namespace, called through `binding` if given. Raises Rejected 404 or 409."""
        if self._generation != self._entities.generation:
            self._generation = self._entities.generation
            self._known.clear()
        key = (entity_namespace, name, binding.path if binding else None)
        found = self._known.get(key)
        if found is None:
            found = _invocable(self._entities, entity_namespace, name, binding)
            if sum(len(one.executable.code) for one in self._known.values()) > CACHED_CODE:
                self._known.clear()
            self._known[key] = found
        return found

    async def invoke(self, invocable: Invocable, ask: Ask) -> tuple[str, Record | None]:
        """Run it. Gives the id, and the record where the call waited and it ended in time.

        Raises Rejected 400 for a final parameter, 429 or 503 for too many at a time.
        """
        job = self._job(invocable, ask)
        self._throttles.enter(ask.caller)
        try:
            if ask.wait is None:
                await self._activations.accept(job, invocable.imprint)
        except BaseException:
            self._throttles.leave(job.namespace)
            raise
        task = asyncio.create_task(self._run(job, invocable.imprint))
        self._running.setdefault(job.namespace, {})[job.activation_id] = task
        task.add_done_callback(lambda _: self._ended(job))
        if ask.wait is not None:
            await asyncio.wait({task}, timeout=ask.wait)
            if task.done():
                return job.activation_id, task.result()
            await self._activations.accept(job, invocable.imprint)
        return job.activation_id, None

    def progress(self, namespace: str, activation_id: str) -> Progress | None:
        """How far an activation without a record is; None where there is no such one."""
        if activation_id not in self._running.get(namespace, {}):
            return None
        progress = self._scheduler.state(activation_id) or Progress("pending", None, None, None, None)
        return replace(progress, state="running") if progress.state == "done" else progress

    def discard(self, action: Entity) -> None:
        """Instances of an action that was changed or deleted are not used again."""
        self._scheduler.discard(action.namespace, action.name)

    async def close(self, patience: float) -> None:
        """Wait up to `patience` seconds for what still runs; the rest is told at the next start."""
        tasks = [task for running in self._running.values() for task in running.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=patience)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _job(self, invocable: Invocable, ask: Ask) -> Job:
        if invocable.final and not invocable.final.isdisjoint(ask.arguments):
            raise bad_request("Request defines parameters that are not allowed (e.g., reserved properties).")
        arguments = {**invocable.arguments, **ask.arguments}
        for name in invocable.environment:
            arguments.pop(name, None)
        return Job(
            activation_id=new_id(),
            transaction_id=ask.transaction_id,
            namespace=ask.caller.namespace,
            executable=invocable.executable,
            arguments=arguments,
            environment=invocable.environment,
            api_key=ask.caller.auth if invocable.takes_key else None,
            api_host=self._api_host,
            received_ms=ask.received_ms,
        )

    def _ended(self, job: Job) -> None:
        del self._running[job.namespace][job.activation_id]
        self._throttles.leave(job.namespace)

    async def _run(self, job: Job, common: Imprint) -> Record:
        try:
            outcome = await self._scheduler.run(job)
        except Exception as error:  # noqa: BLE001 - a fault of ours is the record's, never a lost activation
            outcome = _failed(error)
        record = record_of(job, outcome, common)
        self.metrics.count(_ran(job), outcome)
        await self._activations.save(record, company=len(self._running[job.namespace]) - 1)
        return record


def _ran(job: Job) -> Ran:
    action = job.executable
    return Ran(action.namespace, job.namespace, action.name, action.kind, action.limits.memory)


def _failed(error: Exception) -> Outcome:
    now = now_ms()
    text = f"Failed to provision resources to run the action. ({type(error).__name__}: {error})"
    return Outcome(Status.INTERNAL_ERROR, {"error": text}, now, now, 0, None, "cold")


def _invocable(entities: Entities, namespace: str, name: str, binding: Entity | None) -> Invocable:
    action = entities.get(namespace, name, "action")
    pairs = list(action.document["parameters"])
    if action.package:
        package = entities.get(namespace, action.package, "package")
        inherited = package.document["parameters"]
        if binding:
            inherited = parameters.merge(inherited, binding.document["parameters"])
        pairs = parameters.merge(inherited, pairs)
    notes = {pair["key"]: pair["value"] for pair in action.document["annotations"]}
    arguments = {pair["key"]: pair["value"] for pair in pairs if not pair.get("init")}
    environment = {pair["key"]: parameters.as_environment(pair["value"]) for pair in pairs if pair.get("init")}
    defined = frozenset(pair["key"] for pair in pairs if pair["value"] is not None)
    executable = _executable(action, entities.code(action), notes)
    return Invocable(
        executable=executable,
        arguments=arguments,
        environment=environment,
        final=defined if notes.get("final") is True else frozenset(),
        takes_key=parameters.truthy(notes.get("provide-api-key", True)),
        imprint=imprint(executable, binding.path if binding else None),
    )


def _executable(action: Entity, code: str, notes: Mapping[str, Json]) -> Executable:
    document = action.document
    limits = {key: value for key, value in document["limits"].items() if key != "instances"}
    return Executable(
        namespace=action.namespace,
        name=action.name,
        version=document["version"],
        revision=action.revision,
        kind=document["exec"]["kind"],
        code=code,
        binary=document["exec"]["binary"],
        main=document["exec"].get("main") or "main",
        limits=replace(Limits(), **limits),
        network=notes.get("fnkit-network") is not False,
    )
