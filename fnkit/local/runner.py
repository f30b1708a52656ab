"""Runs jobs to their records: each ends as one that is on disk before anybody hears of it."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, Protocol

from fnkit.core.clock import now_ms
from fnkit.local.activations import Activations
from fnkit.local.jobs import Executable, Job, Outcome, Status
from fnkit.local.metrics import Metrics
from fnkit.local.progress import Progress
from fnkit.local.records import Imprint, Record, record_of
from fnkit.local.runs import Run

Came = Outcome | Exception
"""What came of a job, or the fault of ours that kept it from running."""


class Scheduler(Protocol):
    """What the process side gives: run a job, however it likes."""

    async def run(self, job: Job) -> Outcome:
        """What came of the job; never raises for the action's own faults."""
        ...

    def at_once(self, job: Job, tell: Callable[[Came], None]) -> bool:
        """Run a job where that needs no waiting; `tell` gets what came of it. False, and nothing done, else."""
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


class Runner:
    """What runs, and the tasks that it takes: a job needs none where an instance waits for it."""

    def __init__(self, scheduler: Scheduler, activations: Activations, metrics: Metrics) -> None:
        self._scheduler = scheduler
        self._activations = activations
        self._metrics = metrics
        self._running: dict[str, Run] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def begin(self, job: Job, common: Imprint, alone: bool = True) -> Run:
        """Run it; `alone` keeps its record by itself, else who waits for the run gives it to `keep`."""
        run = Run(job.namespace, job.activation_id, alone)
        run.job = job
        self.enter(run)

        def ended(came: Came) -> None:
            if not self._closed:
                self._ended(job, common, run, came)

        try:
            if not self._scheduler.at_once(job, ended):
                self.task(self._run(job, ended))
        except Exception:
            self.leave(run.id)
            raise
        return run

    def refuse(self, job: Job, common: Imprint, error: Exception) -> None:
        """A job that cannot begin, and was promised: the record says why, in the commit of what comes next."""
        outcome = _failed(error)
        self._metrics.count(job, outcome)
        self._activations.write(record_of(job, outcome, common))

    def keep(self, record: Record) -> None:
        """The record of a run that was not alone, in the commit of what comes next."""
        self._activations.write(record)
        self.leave(record.id)

    def enter(self, run: Run) -> None:
        """It runs from now on."""
        self._running[run.id] = run

    def leave(self, activation_id: str) -> None:
        """It has its record."""
        self._running.pop(activation_id, None)

    def running(self, namespace: str, activation_id: str) -> Run | None:
        """What runs under that id; None where it has ended, or never was."""
        run = self._running.get(activation_id)
        return run if run is not None and run.namespace == namespace else None

    def progress(self, namespace: str, activation_id: str) -> Progress | None:
        """How far an activation without a record is; None where there is no such one."""
        run = self.running(namespace, activation_id)
        if run is None:
            return None
        progress = self._scheduler.state(activation_id) or Progress(run.state, None, None, None, None)
        return replace(progress, state="running") if progress.state == "done" else progress

    def task(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it in the background, until `close`."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, patience: float) -> None:
        """Wait up to `patience` seconds for what still runs; the rest is told at the next start."""
        ends = [run.ended() for run in self._running.values()]
        if ends:
            await asyncio.wait(ends, timeout=patience)
        self._closed = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, job: Job, ended: Callable[[Came], None]) -> None:
        try:
            came: Came = await self._scheduler.run(job)
        except Exception as error:  # noqa: BLE001 - a fault of ours is the record's, never a lost activation
            came = error
        ended(came)

    def _ended(self, job: Job, common: Imprint, run: Run, came: Came) -> None:
        outcome = _failed(came) if isinstance(came, Exception) else came
        record = record_of(job, outcome, common)
        self._metrics.count(job, outcome)
        run.outcome = outcome
        if not run.alone:
            run.end(record)
            return

        def kept(fault: Exception | None) -> None:
            self.leave(job.activation_id)
            run.end(record if fault is None else fault)

        self._activations.write(record)
        self._activations.then(kept)


def _failed(error: Exception) -> Outcome:
    now = now_ms()
    text = f"Failed to provision resources to run the action. ({type(error).__name__}: {error})"
    return Outcome(Status.INTERNAL_ERROR, {"error": text}, now, now, 0, None, "cold")
