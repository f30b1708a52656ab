"""One zygote: a locked-in process that has imported libraries and forks instances; fork.py is its inside."""

import array
import asyncio
import json
import os
import select
import signal
import socket
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fnkit.core.errors import PlatformFault
from fnkit.local.instance import Instance
from fnkit.local.logs import Logs
from fnkit.local.sandbox.place import Place
from fnkit.local.sandbox.rung import Rung, share
from fnkit.local.sandbox.start import Own, connected, spawn
from fnkit.local.sandbox.system import FORK
from fnkit.local.starter import Wanted

LONGEST = 1 << 17
"""Bytes of a message."""
ANCESTORS = 6
"""Processes between a fork and the one that we started, at most."""
Reply = tuple[Mapping[str, Any], list[int]]


@dataclass(frozen=True, slots=True)
class Seed:
    """What a zygote is made of. Equal seeds share one."""

    read: tuple[Path, ...]
    """What its forks read: libraries, models, shared code."""
    paths: tuple[Path, ...]
    """Where they import from, beside their own folder."""
    network: bool
    namespace: str | None
    """Of the only caller that it serves; None where nothing in it came from a user."""


class Ungrown(PlatformFault):
    """A zygote that cannot be one, or is none any more."""

    def __init__(self, found: str) -> None:
        super().__init__("Starting a zygote", found)


class Zygote:
    """A zygote at work. Made by `grow`, used on one event loop."""

    def __init__(self, room: Place, rung: Rung, process: Own, control: socket.socket) -> None:
        self.room = room
        self.names: frozenset[str] = frozenset()
        """Top-level modules that its forks have imported already."""
        self.memory = 0
        """Bytes that it had resident after its imports."""
        self.forks = 0
        """How many are alive."""
        self.used = 0.0
        """When it forked last, by the clock of the event loop."""
        self.pid = process.pid
        self._steps = rung.cell(room)
        self._process = process
        self._control = control
        self._replies: deque[asyncio.Future[Reply]] = deque()
        self._loop = asyncio.get_running_loop()
        self._gone = asyncio.Event()
        control.setblocking(False)
        self._loop.add_reader(control, self._receive)
        process.when_ended(self._ended)

    @property
    def alive(self) -> bool:
        """False once it ended, and all its forks with it."""
        return not self._gone.is_set()

    async def learn(self, seed: Seed, imports: Sequence[str], seconds: float) -> Mapping[str, str]:
        """Have it import; gives why some could not be. Raises Ungrown."""
        told = {"paths": [str(path) for path in seed.paths], "imports": list(imports)}
        said, watches = await self._ask({**told, "steps": self._steps}, (), seconds)
        for watch in watches:
            os.close(watch)
        if "ready" not in said:
            raise Ungrown(str(said.get("refused", said)))
        self.names, self.memory = frozenset(said["ready"]), int(said["memory"])
        return dict(said["failed"])

    async def fork(self, wanted: Wanted, seconds: float) -> Instance:
        """An instance. Raises Ungrown, OSError."""
        own = self.room.folder / wanted.folder.name
        inside = self.room.folder if "cell" in self._steps else None
        place = replace(await wanted.at(own).lay_out(), room=inside)
        shares = share(place, processes=inside is not None)
        request = {"own": str(own), "environment": place.environment, **shares}
        with connected() as (ends, theirs):
            said, watches = await self._ask({"fork": request}, theirs, seconds)
            process = Forked(self, int(said["forked"]), *watches)
        self.used = self._loop.time()
        return Instance(process, ends, place, "forked", Logs(wanted.executable.limits.logs))

    def reap(self, number: int) -> None:
        """Have it take note of the end of a fork, by its number in there."""
        self.forks -= 1
        with suppress(OSError):
            self._control.send(json.dumps({"reap": number}).encode())

    def descends(self, pid: int) -> bool:
        """True where `pid` is of our making: a zygote's word for it is not enough to kill it."""
        for _ in range(ANCESTORS):
            if pid == self.pid:
                return True
            pid = parent(pid)
        return False

    async def ended(self) -> None:
        """Await its end."""
        await self._gone.wait()

    async def kill(self) -> None:
        """End it with all its forks, and await that."""
        if not self._gone.is_set():
            self._process.kill()
        await self._gone.wait()

    async def _ask(self, message: Mapping[str, Any], descriptors: Sequence[int], seconds: float) -> Reply:
        if self._gone.is_set():
            raise Ungrown("it has ended.")
        reply: asyncio.Future[Reply] = self._loop.create_future()
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        try:
            self._control.sendmsg([json.dumps(message).encode()], rights)
        except OSError as error:
            raise Ungrown(f"it takes no requests ({error.strerror}).") from error
        self._replies.append(reply)
        try:
            async with asyncio.timeout(seconds):
                return await reply
        except TimeoutError:
            self._process.kill()  # what comes later would answer another question
            raise Ungrown(f"it did not answer within {seconds:.0f} s.") from None

    def _receive(self) -> None:
        descriptors = array.array("i")
        try:
            text, notes, _, _ = self._control.recvmsg(
                LONGEST, socket.CMSG_SPACE(descriptors.itemsize), socket.MSG_CMSG_CLOEXEC
            )
        except BlockingIOError:
            return
        except OSError:
            text, notes = b"", []
        for level, kind, given in notes:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                descriptors.frombytes(given[: len(given) - len(given) % descriptors.itemsize])
        reply = self._replies.popleft() if text and self._replies else None
        if reply is not None and not reply.done():
            reply.set_result((json.loads(text), list(descriptors)))
            return
        for descriptor in descriptors:
            os.close(descriptor)
        if not text:
            self._loop.remove_reader(self._control)
            self._process.kill()
        elif number := json.loads(text).get("forked"):  # whoever asked is gone: the fork ends with its wire
            self.forks += 1
            self.reap(number)

    def _ended(self) -> None:
        self._process.kill()
        self._process.reap()
        self._loop.remove_reader(self._control)
        self._control.close()
        self._gone.set()
        for reply in self._replies:
            if not reply.done():
                reply.set_exception(Ungrown("it ended."))
        self._replies.clear()


async def grow(rung: Rung, seed: Seed, folder: Path, imports: Sequence[str], seconds: float) -> Zygote:
    """A zygote in a new folder that has imported what can be imported. Raises Ungrown, OSError."""
    room = Place(folder, seed.read, 0, (str(FORK),), seed.network, forks=True)
    await asyncio.to_thread(room.make)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs, (folder / "said").open("wb") as said:
        process = Own(spawn(rung, room, theirs.fileno(), (said.fileno(), said.fileno())))
    zygote = Zygote(room, rung, process, ours)
    try:
        await zygote.learn(seed, imports, seconds)
    except BaseException:
        await zygote.kill()
        raise
    return zygote


class Forked:
    """A `Process` that a zygote forked: the leader of its group, a child of the zygote."""

    def __init__(self, zygote: Zygote, number: int, watch: int) -> None:
        """`number`: in there; `watch`: a descriptor of the process, owned from here on."""
        self.pid = pid_of(watch)
        self._zygote = zygote
        self._number = number
        self._watch = watch
        self._poll = select.poll()
        self._poll.register(watch, select.POLLIN)
        self._reaped = False
        zygote.forks += 1
        if not zygote.descends(self.pid):
            self.reap()
            raise Ungrown("it named a process that is not its own.")

    def when_ended(self, tell: Callable[[], None]) -> None:
        """Call `tell` on the running event loop once the process has ended."""
        loop = asyncio.get_running_loop()

        def ended() -> None:
            loop.remove_reader(self._watch)
            tell()

        loop.add_reader(self._watch, ended)

    def ended(self) -> bool:
        """True where it is a zombie, or gone with its zygote."""
        return bool(self._poll.poll(0))

    def kill(self) -> None:
        """End the whole group: its number is its own until the zygote was told to reap it."""
        if not self._reaped:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def reap(self) -> None:
        """Have the zygote take note of its end."""
        self._reaped = True
        os.close(self._watch)
        self._zygote.reap(self._number)


def pid_of(watch: int) -> int:
    """The number that a process has here, whatever it has in its namespace; -1 where it has ended."""
    lines = Path(f"/proc/self/fdinfo/{watch}").read_text().splitlines()
    return next(int(line[4:]) for line in lines if line.startswith("Pid:"))


def parent(pid: int) -> int:
    """The parent of a process, 0 where it has none."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return int(status.rpartition(")")[2].split()[1])
