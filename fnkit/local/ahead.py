"""What to start ahead of a run: for each action the job that last found no instance."""

from collections import OrderedDict
from dataclasses import replace

from fnkit.core.entities import MIB
from fnkit.local.jobs import Executable, Job
from fnkit.local.slots import Key, Need

MOST = 256
"""Actions that are remembered."""
SMALL = MIB
"""Characters of code that are kept in memory for it."""


class Ahead:
    """Jobs to make instances for before they are asked for."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[tuple[str, str], Job] = OrderedDict()

    def remember(self, job: Job) -> None:
        """An instance is started for this one."""
        if len(job.executable.code) > SMALL:
            return
        name = (job.namespace, path_of(job.executable))
        self._jobs[name] = without_run(job)
        self._jobs.move_to_end(name)
        if len(self._jobs) > MOST:
            self._jobs.popitem(last=False)

    def job(self, need: Need) -> Job | None:
        """What an instance that meets this need is started for; None where that is not known any more."""
        job = self._jobs.get((need.key.namespace, need.key.action))
        return job if job is not None and need_of(job) == need else None

    def forget(self, action: str) -> None:
        """It was changed or deleted."""
        for name in [name for name in self._jobs if name[1] == action]:
            del self._jobs[name]


def without_run(job: Job) -> Job:
    """A job that stands for all runs of its action: it has no arguments and no id."""
    return replace(job, arguments={}, activation_id="", transaction_id="")


def need_of(job: Job) -> Need:
    """What a job asks of the pool."""
    executable = job.executable
    key = Key(job.namespace, path_of(executable), executable.revision, frozenset(job.environment.items()))
    return Need(key, executable.limits.memory, executable.shared, executable.keep)


def path_of(executable: Executable) -> str:
    """`/namespace/[package/]name`."""
    return f"/{executable.namespace}/{executable.name}"
