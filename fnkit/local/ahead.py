"""What to start ahead of a run: for each action the job that last found no instance."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace

from fnkit.core.entities import MIB
from fnkit.local.jobs import Executable, Job
from fnkit.local.slots import Key, Need

MOST = 256
"""Actions that are remembered."""
KNOWN = 4096
"""Versions of actions, by caller, whose needs are known."""
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


class Needs:
    """What jobs ask of the pool, worked out once for all runs of a version of an action."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str, str], tuple[Mapping[str, str], Need]] = {}

    def of(self, job: Job) -> Need:
        """What a job asks."""
        executable = job.executable
        place = (job.namespace, executable.namespace, executable.name, executable.revision)
        known = self._known.get(place)
        if known is not None and known[0] is job.environment:
            return known[1]
        if len(self._known) >= KNOWN:
            self._known.clear()
        need = need_of(job)
        self._known[place] = job.environment, need
        return need


def need_of(job: Job) -> Need:
    """What a job asks of the pool."""
    executable = job.executable
    key = Key(job.namespace, path_of(executable), executable.revision, frozenset(job.environment.items()))
    return Need(key, executable.limits.memory, executable.shared, executable.keep)


def path_of(executable: Executable) -> str:
    """`/namespace/[package/]name`."""
    return f"/{executable.namespace}/{executable.name}"
