"""One job in one instance, from start to verdict: the same steps for a cold and a warm run."""

import asyncio
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fnkit.core.clock import now_ms
from fnkit.core.errors import FnkitError
from fnkit.local import answers
from fnkit.local.answers import Verdict
from fnkit.local.child import UNLOADABLE
from fnkit.local.instance import Instance
from fnkit.local.jobs import Began, Job, Outcome, Status
from fnkit.local.logs import INCOMPLETE, log_line
from fnkit.local.messages import Answer, Init, run_frame
from fnkit.local.runtime import Layouts
from fnkit.local.starter import Starter, wanted

STARTING = 30.0
"""Seconds that a new instance has to say that it is there; busy machines take a few."""


class NotStarted(Exception):
    """No instance came to be; `verdict` and `logs` say why."""

    def __init__(self, verdict: Verdict, logs: tuple[str, ...] = ()) -> None:
        super().__init__(verdict)
        self.verdict = verdict
        self.logs = logs


@dataclass(frozen=True, slots=True)
class Loaded:
    """An instance that has not been told its code yet, and what to tell it."""

    instance: Instance
    init: Init


async def start(job: Job, starter: Starter, layouts: Layouts, folder: Path) -> Loaded:
    """A new instance for `job`, in `folder` or where its starter makes it. Raises NotStarted."""
    executable = job.executable
    if not executable.code and not executable.image:
        raise NotStarted(answers.failed(answers.NO_CODE, answers.words(executable.kind)))
    try:
        layout = layouts.known(executable)
        if layout is None:
            layout = await asyncio.to_thread(layouts.get, executable)
        order = wanted(job, layout, folder)
        instance = await starter.start(order)
    except FnkitError as error:
        raise NotStarted(
            answers.failed(UNLOADABLE, answers.words(executable.kind)), (log_line("stderr", str(error)),)
        ) from error
    except OSError as error:
        raise NotStarted(_no_resources(), (log_line("stderr", str(error)),)) from error
    if not await instance.ready(STARTING):
        logs = instance.logs()
        await instance.kill()
        await asyncio.to_thread(shutil.rmtree, instance.place.folder, ignore_errors=True)
        raise NotStarted(_no_resources(), logs)
    return Loaded(instance, order.init(instance.place.seen / "action"))


def _no_resources() -> Verdict:
    return Verdict(Status.INTERNAL_ERROR, {"error": "Failed to provision resources to run the action."})


State = Literal["pending", "running", "done"]


class Course:
    """The times of one activation while it goes on, and its outcome in the end."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.began: Began | None = None
        self.wait: int | None = None
        self.init: int | None = None
        self.run: int | None = None
        self.start = 0
        self.outcome: Outcome | None = None
        self._sent = 0.0

    async def initialize(self, loaded: Loaded) -> Verdict | None:
        """Send the code; None where the instance took it."""
        self.began = loaded.instance.began
        limit = self.job.executable.limits.timeout
        self._set_off()
        began = time.perf_counter()
        answer = await loaded.instance.ask(loaded.init.frame(self.job, self.start + limit), limit / 1000)
        self.init = _since(began)
        if self.job.executable.shared > 1:
            loaded.instance.share(self.job.executable.limits.logs)
        return answers.of_init(answer, limit, answers.words(self.job.executable.kind))

    async def execute(self, instance: Instance, began: Began = "warm") -> Verdict:
        """Send the arguments and judge the answer; `began`: how an instance began that has its code already."""
        frame = self.frame(began)
        return self.judge(await instance.ask(frame, self.seconds, self.job.activation_id))

    def frame(self, began: Began) -> bytes:
        """What is to be sent now."""
        if self.began is None:
            self.began = began
            self._set_off()
        self._sent = time.perf_counter()
        return run_frame(self.job, now_ms() + self.job.executable.limits.timeout)

    def judge(self, answer: Answer) -> Verdict:
        """What the answer to that means."""
        self.run = _since(self._sent)
        executable = self.job.executable
        return answers.of_run(answer, executable.limits.timeout, answers.words(executable.kind))

    @property
    def seconds(self) -> float:
        """How long a run may take."""
        return self.job.executable.limits.timeout / 1000

    def finish(self, verdict: Verdict, logs: tuple[str, ...]) -> Outcome:
        """The outcome, once."""
        if not self.start:
            self._set_off()
        if verdict.status is Status.DEVELOPER_ERROR and self.job.executable.limits.logs:
            logs = (*logs, log_line("stderr", INCOMPLETE))
        self.outcome = Outcome(
            status=verdict.status,
            result=verdict.result,
            start=self.start,
            end=self.start + (self.init or 0) + (self.run or 0),
            wait=self.wait or 0,
            init=self.init,
            began=self.began or "cold",
            size=verdict.size,
            logs=logs,
            timed_out=verdict.timed_out,
        )
        return self.outcome

    @property
    def state(self) -> State:
        """Pending until an instance was asked something."""
        if self.outcome is not None:
            return "done"
        return "running" if self.began else "pending"

    def _set_off(self) -> None:
        self.start = now_ms()
        self.wait = max(0, self.start - self.job.received_ms) if self.job.received_ms else 0


def _since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)
