"""One zygote: a locked-in process that has imported libraries and forks instances; fork.py is its inside."""

import asyncio
import os
import shutil
import socket
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from fnkit.local.control import Control, Ungrown
from fnkit.local.copies import copy_tree
from fnkit.local.forked import Forked, parent
from fnkit.local.instance import Instance
from fnkit.local.logs import Logs
from fnkit.local.messages import Init
from fnkit.local.sandbox.place import FOLDERS, SHARED, Place
from fnkit.local.sandbox.rung import Rung, share
from fnkit.local.sandbox.start import Own, connected, spawn
from fnkit.local.spares import Spares
from fnkit.local.starter import Wanted

GROWS_IN = 60.0
"""Seconds that imports may take."""
ANCESTORS = 6
"""Processes between a fork and the one that we started, at most."""
FURNISHED = b"\n"
"""Says on its wire that a fork's folder is there."""


class Zygote:
    """A zygote at work. Made by `grow`, used on one event loop."""

    def __init__(self, room: Place, rung: Rung, process: Own, control: socket.socket) -> None:
        self.room = room
        self.names: frozenset[str] = frozenset()
        """Top-level modules that its forks have imported already."""
        self.memory = 0
        """Bytes that it had resident after its imports."""
        self.furnished = False
        """True once it was told to open models."""
        self.used = 0.0
        """When it forked last or became ready, by the clock of the event loop."""
        self.pid = process.pid
        self._itself = process.pid
        """The one that forks; others may be around it."""
        self._rung = rung
        self._process = process
        self._points: tuple[str, ...] = ()
        self._spares = Spares(room.folder.parent / "next" / room.folder.name, self._lay_out)
        self._control = Control(control, process.kill, self._unclaimed)
        self._gone = asyncio.Event()
        self._forks: set[int] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        process.when_ended(self._ended)

    @property
    def alive(self) -> bool:
        """False once it ended, and all its forks with it."""
        return not self._gone.is_set()

    @property
    def forks(self) -> int:
        """How many are alive."""
        return len(self._forks)

    async def learn(self, paths: Sequence[Path], imports: Sequence[str], seconds: float) -> Mapping[str, str]:
        """Have it import modules from `paths`; gives why some could not be. Raises Ungrown."""
        told = {"paths": [str(path) for path in paths], "imports": list(imports)}
        steps = self._rung.cell(self.room)
        self._points = points(steps)
        return await self._tell({**told, "steps": steps}, seconds)

    async def open(self, models: Sequence[Path], seconds: float) -> Mapping[str, str]:
        """Have it open the models in these folders; gives why some could not be. Raises Ungrown, and it ends."""
        self.furnished = True
        return await self._tell({"models": [str(folder) for folder in models]}, seconds)

    async def _tell(self, message: Mapping[str, Any], seconds: float) -> Mapping[str, str]:
        said, watches = await self._control.ask(message, (), seconds)
        for watch in watches:
            os.close(watch)
        match said:
            case {"ready": [*names], "memory": int(memory), "failed": {**failed}}:
                self.names, self.memory = frozenset(map(str, names)), memory
                return {str(name): str(why) for name, why in failed.items()}
        raise Ungrown(f"{said.get('refused', 'it does not say why')}.")

    async def fork(self, wanted: Wanted, seconds: float) -> Instance:
        """An instance. Raises Ungrown, OSError.

        Its folder is furnished while it is forked: what it does before it needs that takes as long.
        """
        inside = self.room.folder if self._rung.own_view else None
        place = replace(wanted.place, folder=self.room.folder / wanted.folder.name, room=inside)
        shares = share(place, processes=inside is not None)
        environment = place.environment if inside is None else {}  # else it has the zygote's
        request = {"own": str(place.folder), "environment": environment, **shares}
        with connected() as (ends, theirs):
            asked = self._control.put({"fork": request}, theirs)
            try:
                await self._move_in(wanted, place.folder)
                ends.wire.send(FURNISHED)
            except BaseException:
                self._control.abandon(asked)
                raise
            process = self._forked(*await self._control.reply(asked, seconds))
        self.used = asyncio.get_running_loop().time()
        return Instance(process, ends, place, "forked", Logs(wanted.executable.limits.logs))

    def _forked(self, said: Mapping[str, Any], watches: list[int]) -> Forked:
        number = said.get("forked")
        if type(number) is int and len(watches) == 1:
            return Forked(self, number, watches[0])
        for watch in watches:
            os.close(watch)
        self._unclaimed(said)
        raise Ungrown(f"{said.get('refused', 'it does not say what it forked')}.")

    async def _move_in(self, wanted: Wanted, own: Path) -> None:
        """Lay a fork's folder out where no zygote can write: nobody in there can have it led elsewhere.

        It is moved in as a whole: no link in its place is followed, no folder with something in it replaced.
        Raises OSError.
        """
        folder = await self._spares.take()
        try:
            await self._furnish(wanted, folder / "action")
            folder.rename(own)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _lay_out(self, folder: Path) -> None:
        """What a fork of any action finds in its folder."""
        replace(self.room, folder=folder).make()
        for point in self._points:
            (folder / point).mkdir(parents=True, exist_ok=True)

    async def _furnish(self, wanted: Wanted, work: Path) -> None:
        """What one of this action does."""
        await wanted.furnish(work)

    def add(self, number: int) -> None:
        """Count a fork, by its number in there."""
        self._forks.add(number)
        self._idle.clear()

    def reap(self, number: int) -> None:
        """Have it take note of the end of a fork."""
        self._forks.discard(number)
        if not self._forks:
            self._idle.set()
        self._control.tell({"reap": number})

    def descends(self, pid: int) -> bool:
        """True where `pid` is of our making: a zygote's word for it is not enough to kill it."""
        above = first = parent(pid)
        for _ in range(ANCESTORS):
            if above in (self.pid, self._itself):
                self._itself = first
                return True
            above = parent(above)
        return False

    async def ended(self) -> None:
        """Await its end."""
        await self._gone.wait()

    async def idle(self) -> None:
        """Await the end of its last fork."""
        await self._idle.wait()

    async def kill(self) -> None:
        """End it with all its forks, and await that."""
        if not self._gone.is_set():
            self._process.kill()
        await self._gone.wait()
        await self._spares.close()

    def _unclaimed(self, said: Mapping[str, Any]) -> None:
        if type(number := said.get("forked")) is int:  # it ends with its wire, which is closed
            self.reap(number)

    def _ended(self) -> None:
        self._process.kill()
        self._process.reap()
        self._gone.set()
        self._control.close()


class Template(Zygote):
    """A zygote that has run the init code of one action for one namespace, and nothing else of it."""

    async def load(self, init: Init, known: Mapping[str, str], seconds: float) -> None:
        """Have it run the init code. Raises Ungrown where its forks could not take its place."""
        await self._tell(init.body(known), seconds)

    def _lay_out(self, folder: Path) -> None:
        """Whatever the init code left in its folders, each fork finds in its own."""
        folder.mkdir(parents=True)
        for name in FOLDERS:
            copy_tree(self.room.folder / name, folder / name)

    async def _furnish(self, wanted: Wanted, work: Path) -> None:
        """The action's files are among that."""


Z = TypeVar("Z", bound=Zygote)


async def grow(
    kind: type[Z], rung: Rung, room: Place, paths: Sequence[Path], imports: Awaitable[Sequence[str]]
) -> Z:
    """A zygote in a room that is there, with what can be imported. Raises Ungrown, OSError.

    What to import may become known while the process starts.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs, (room.folder / "said").open("wb") as said:
        process = Own(spawn(rung, room, theirs.fileno(), (said.fileno(), said.fileno())))
    zygote = kind(room, rung, process, ours)
    try:
        await zygote.learn(paths, await imports, GROWS_IN)
    except BaseException:
        await zygote.kill()
        raise
    return zygote


def points(steps: Mapping[str, Any]) -> tuple[str, ...]:
    """Folders in a fork's own one on which it mounts what lies within /tmp or /dev/shm: made with that one."""
    cell = steps.get("cell", {"room": "/", "within": ()})
    shown = [path for path in (cell["room"], *cell["within"]) if Path(path).is_dir()]
    pairs = [(path, top) for path in shown for top in SHARED if path.startswith(f"{top}/")]
    made = [SHARED[top] + path.removeprefix(top) for path, top in pairs]
    return tuple(point for point in made if not any(other.startswith(f"{point}/") for other in made))
