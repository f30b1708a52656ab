"""One running process with its wire and its log pipes, and the way to start one.

A `Starter` makes an `Instance`; whether that is a new process or a fork of one that is ready is its own affair.
Everything happens on the event loop: no thread is crossed between a request and its answer.
"""

import asyncio
import os
import select
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from fnkit.core.entities import PAYLOAD_LIMIT
from fnkit.local.jobs import Began
from fnkit.local.logs import Logs, Stream, drain
from fnkit.local.messages import OUT_OF_MEMORY, READY, Answer, Died, Line, OutOfMemory, TimedOut
from fnkit.local.sandbox.place import Place

CHUNK = 262_144


class Process(Protocol):
    """What is behind an instance: one that was started here, or one that was forked elsewhere."""

    pid: int

    def when_ended(self, tell: Callable[[], None]) -> None:
        """Call `tell` once, on the event loop, when it has ended."""
        ...

    def ended(self) -> bool:
        """True from the moment of its end on, before anybody was told of it. Not to be asked after `reap`."""
        ...

    def kill(self) -> None:
        """End it with all that it started in its group or namespace; nothing where it is gone."""
        ...

    def reap(self) -> None:
        """Forget it: from here on its number may be another's."""
        ...


@dataclass(frozen=True, slots=True)
class Ends:
    """Our ends of what connects us: owned by the instance, closed by it."""

    wire: socket.socket
    stdout: int
    stderr: int


class Instance:
    """A process that takes `init` once and then one `run` after the other."""

    def __init__(self, process: Process, ends: Ends, began: Began, logs: Logs) -> None:
        """Must be made on the thread of a running event loop."""
        self.began = began
        self._process = process
        self._wire = ends.wire
        self._pipes: dict[Stream, int] = {"stdout": ends.stdout, "stderr": ends.stderr}
        self._logs = logs
        self._printed = select.poll()
        self._loop = asyncio.get_running_loop()
        self._gone = asyncio.Event()
        self._waiting: asyncio.Future[Answer] | None = None
        self._text = bytearray()
        self._length = 0
        self._watch()

    @property
    def pid(self) -> int:
        """Of the process that was started; in a sandbox it may be the one around the action."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """False from the moment of its end on: what ended while nobody asked it is not asked."""
        return not self._gone.is_set() and not self._process.ended()

    async def ready(self, seconds: float) -> bool:
        """Await that it started. Call it first, with no await between this and making the instance."""
        answer = await self.ask(b"", seconds)
        return isinstance(answer, Line) and answer.text == READY

    async def ask(self, frame: bytes, seconds: float) -> Answer:
        """Send one line and await the answer to it."""
        if self._gone.is_set():
            return Died()
        self._waiting = self._loop.create_future()
        timer = self._loop.call_later(seconds, self._settle, TimedOut())
        try:
            await self._send(frame)
            return await self._waiting
        except OSError:
            return Died()
        finally:
            timer.cancel()
            self._waiting = None

    def logs(self) -> tuple[str, ...]:
        """What was printed since the last call; what an answer was preceded by is in it."""
        if self._printed.poll(0):  # as a rule nothing was, and one question is cheaper than two reads
            for stream, pipe in list(self._pipes.items()):
                self._drain(stream, pipe)
        return self._logs.take()

    async def kill(self) -> None:
        """End the process with all that it started, await that, and close what connected us."""
        if not self._gone.is_set():
            self._process.kill()
        await self._gone.wait()
        self._loop.remove_reader(self._wire)
        self._wire.close()
        for stream in list(self._pipes):
            self._close(stream)

    async def _send(self, frame: bytes) -> None:
        try:
            sent = self._wire.send(frame) if frame else 0
        except BlockingIOError:
            sent = 0
        if sent < len(frame):
            assert self._waiting is not None
            rest = asyncio.ensure_future(self._loop.sock_sendall(self._wire, memoryview(frame)[sent:]))
            await asyncio.wait((rest, self._waiting), return_when=asyncio.FIRST_COMPLETED)
            if not rest.done():
                rest.cancel()

    def _watch(self) -> None:
        for pipe in self._pipes.values():
            os.set_blocking(pipe, False)
            self._printed.register(pipe, select.POLLIN)
        self._wire.setblocking(False)
        self._loop.add_reader(self._wire, self._receive)
        for stream, pipe in self._pipes.items():
            self._loop.add_reader(pipe, self._drain, stream, pipe)
        self._process.when_ended(self._ended)

    def _receive(self) -> None:
        try:
            chunk = self._wire.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if not chunk:
            self._loop.remove_reader(self._wire)
            self._settle(Died())
            return
        self._length += len(chunk)
        room = PAYLOAD_LIMIT - len(self._text)
        self._text += chunk[:room]
        if chunk.endswith(b"\n"):
            text, length = bytes(self._text), self._length
            self._text.clear()
            self._length = 0
            self._settle(OutOfMemory() if text == OUT_OF_MEMORY else Line(text, length))

    def _settle(self, answer: Answer) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)
        elif isinstance(answer, Line):
            self._process.kill()  # it spoke without being asked: it is not to be trusted with the next call

    def _drain(self, stream: Stream, pipe: int) -> None:
        if stream in self._pipes and not drain(pipe, self._logs, stream):
            self._close(stream)

    def _close(self, stream: Stream) -> None:
        pipe = self._pipes.pop(stream)
        self._loop.remove_reader(pipe)
        self._printed.unregister(pipe)
        os.close(pipe)

    def _ended(self) -> None:
        self._process.kill()  # what it left behind in its group
        self._process.reap()
        while self._waiting is not None and not self._waiting.done():
            before = self._length
            self._receive()  # an answer that was sent just before the end counts
            if self._length == before:
                break
        self._gone.set()
        self._settle(Died())


class Starter(Protocol):
    """Makes instances."""

    async def start(self, place: Place, logs: int) -> Instance:
        """An instance that waits for `init`; `logs` is the limit in MB."""
        ...
