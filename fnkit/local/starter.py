"""What instance is wanted, and who makes it: the seam between the pool and processes, forks and templates."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from fnkit.local.instance import Instance
from fnkit.local.jobs import Executable, Job
from fnkit.local.messages import Init
from fnkit.local.runtime import Layout, mirror
from fnkit.local.sandbox.place import Place


@dataclass(frozen=True, slots=True)
class Wanted:
    """An instance that is to be started: its code is laid out, nothing runs yet."""

    executable: Executable
    namespace: str
    """Of the caller: what one namespace started another one never gets."""
    environment: tuple[tuple[str, str], ...]
    """Init parameters and what the platform adds, as environment variables."""
    layout: Layout
    folder: Path
    """Where its own folder may be made; `Instance.place` says where it was."""

    @property
    def place(self) -> Place:
        """What it gets."""
        memory, kind = self.executable.limits.memory, self.layout.kind
        network = self.executable.network
        return Place(self.folder, self.layout.read, memory, kind.command(memory), network, kind.engine)

    def at(self, folder: Path) -> "Wanted":
        """The same in another folder."""
        return replace(self, folder=folder)

    async def lay_out(self) -> Place:
        """The place with the action's files in it. Raises OSError."""
        place = self.place
        place.make()
        await self.furnish(place.work)
        return place

    async def furnish(self, work: Path) -> None:
        """The action's files in a folder that is there. Raises OSError."""
        if self.layout.light:
            mirror(self.layout, work)
        else:
            await asyncio.to_thread(mirror, self.layout, work)

    def init(self, work: Path) -> Init:
        """What the instance is told once; `work` is its working directory."""
        main, shared = self.executable.main or "main", self.executable.shared > 1
        return Init(main, work, self.layout.paths, self.environment, shared)


def wanted(job: Job, layout: Layout, folder: Path) -> Wanted:
    """The instance that `job` needs."""
    environment = {**job.environment, **layout.environment, "__OW_API_HOST": job.api_host}
    return Wanted(job.executable, job.namespace, tuple(environment.items()), layout, folder)


class Starter(Protocol):
    """Makes instances. Used on one event loop."""

    async def start(self, wanted: Wanted) -> Instance:
        """One that waits for `init`, of which `Instance.began` says how it came to be. Raises OSError."""
        ...

    def prepare(self, wanted: Wanted) -> None:
        """Begin to make ready what a later start of the same will use; comes back at once, never raises."""
        ...

    def discard(self, namespace: str, name: str) -> None:
        """Let go of what is ready for an action that was changed or deleted."""
        ...

    async def close(self) -> None:
        """End what is kept ready, and await that; instances are their owner's to end."""
        ...
