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
    """The times of one activation while it goes on, and its outcome in the end.

    Durations in ms, None where they are not known yet; moments in ms since 1970, 0 where they have not come.
    """

    began: Began | None = None
    """How its instance began; None until it was asked something."""
    wait: int | None = None
    init: int | None = None
    run: int | None = None
    start = 0
    outcome: Outcome | None = None
    slot_id = 0
    """Of the instance in which it runs."""
    sent = 0
    """When its arguments were."""
    clock = 0.0
    """The same, in seconds by `time.monotonic`."""
    instance: Instance | None = None
    """Where it runs, if that is to be told when its time is over."""

    def __init__(self, job: Job) -> None:
        self.job = job

    async def initialize(self, loaded: Loaded) -> Verdict | None:
        """Send the code; None where the instance took it."""
        limit = self.job.executable.limits.timeout
        self._set_off(loaded.instance.began, now_ms())
        began = time.monotonic()
        answer = await loaded.instance.ask(loaded.init.frame(self.job, self.start + limit), limit / 1000)
        self.init = _since(began)
        if self.job.executable.shared > 1:
            loaded.instance.share(self.job.executable.limits.logs)
        return answers.of_init(answer, limit, answers.words(self.job.executable.kind))

    async def execute(self, instance: Instance, began: Began = "warm") -> Verdict:
        """Send the arguments and judge the answer; `began`: how an instance began that has its code already."""
        frame = self.frame(began)
        seconds = self.job.executable.limits.timeout / 1000
        return self.judge(await instance.ask(frame, seconds, self.job.activation_id))

    def frame(self, began: Began) -> bytes:
        """What is to be sent now."""
        now = self.sent = now_ms()
        if self.began is None:
            self._set_off(began, now)
        self.clock = time.monotonic()
        return run_frame(self.job, now + self.job.executable.limits.timeout)

    def frame_ahead(self, lease: float) -> bytes:
        """What is to be sent now, to begin when what runs has ended, within so many seconds or never."""
        self.clock = time.monotonic()
        return run_frame(self.job, now_ms() + self.job.executable.limits.timeout, self.clock + lease)

    def begins(self, instance: Instance, clock: float) -> None:
        """What was sent ahead of its time begins now."""
        now = self.sent = now_ms()
        self._set_off("warm", now)
        self.clock, self.instance = clock, instance

    def put_off(self) -> None:
        """It was sent ahead of its time and did not begin."""
        self.began = self.wait = self.run = self.instance = None
        self.start = self.sent = self.slot_id = 0

    def judge(self, answer: Answer) -> Verdict:
        """What the answer to that means."""
        self.run = _since(self.clock)
        executable = self.job.executable
        return answers.of_run(answer, executable.limits.timeout, executable.kind)

    @property
    def until(self) -> float:
        """When it has taken all the time that it may take, by `time.monotonic`."""
        return self.clock + self.job.executable.limits.timeout / 1000

    def finish(self, verdict: Verdict, logs: tuple[str, ...]) -> Outcome:
        """The outcome, once."""
        if not self.start:
            self._set_off(None, now_ms())
        status, result, size, timed_out = verdict
        if status is Status.DEVELOPER_ERROR and self.job.executable.limits.logs:
            logs = (*logs, log_line("stderr", INCOMPLETE))
        start, init = self.start, self.init
        end = start + (init or 0) + (self.run or 0)
        began = self.began or "cold"
        self.outcome = Outcome(status, result, start, end, self.wait or 0, init, began, size, logs, timed_out)
        return self.outcome

    @property
    def state(self) -> State:
        """Pending until an instance was asked something."""
        if self.outcome is not None:
            return "done"
        return "running" if self.began else "pending"

    def _set_off(self, began: Began | None, now: int) -> None:
        self.began, self.start = began, now
        received = self.job.received_ms
        self.wait = now - received if 0 < received < now else 0


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
