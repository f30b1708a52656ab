"""A scheduler that runs actions inside the test: the process side's seam, without processes."""

import json
import traceback

from fnkit.core.clock import now_ms
from fnkit.local.jobs import Executable, Job, Outcome, Status
from fnkit.local.progress import Progress


class InProcess:
    """Runs Python text; what it was asked to run stays in `jobs`, what it was told is near in `anticipated`."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.anticipated: list[Job] = []

    async def run(self, job: Job) -> Outcome:
        self.jobs.append(job)
        start = now_ms()
        space: dict = {}
        logs: tuple[str, ...] = ()
        try:
            exec(job.executable.code, space)
            result = space[job.executable.main](json.loads(json.dumps(job.arguments)))
        except Exception as error:  # noqa: BLE001 - the action's own
            result = {"error": str(error)}
            logs = tuple(
                f"2026-01-01T00:00:00.000000Z   stderr: {line}" for line in traceback.format_exc().splitlines()
            )
        status = Status.APPLICATION_ERROR if isinstance(result, dict) and "error" in result else Status.SUCCESS
        wait = max(0, start - job.received_ms)
        return Outcome(status, result, start, now_ms(), wait, 0, "cold", len(json.dumps(result)), logs)

    def at_once(self, job: Job, tell: object) -> bool:
        return False

    def state(self, activation_id: str) -> Progress | None:
        return None

    def crowded(self, job: Job) -> bool:
        return False

    def anticipate(self, job: Job) -> None:
        self.anticipated.append(job)

    def prepare(self, executable: Executable, namespace: str) -> None:
        """Nothing is kept ready."""

    def discard(self, namespace: str, name: str) -> None:
        pass
