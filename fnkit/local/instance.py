"""One running process with its wire and its log pipes.

A `Starter` makes an `Instance`; whether that is a new process or a fork of one that is ready is its own affair.
Everything happens on the event loop: no thread is crossed between a request and its answer.
"""

import asyncio
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from fnkit.local.jobs import Began
from fnkit.local.lines import Lines
from fnkit.local.logs import Logs, SharedLogs
from fnkit.local.messages import (
    LATER,
    OUT_OF_MEMORY,
    READY,
    Answer,
    Died,
    Later,
    Line,
    OutOfMemory,
    TimedOut,
)
from fnkit.local.pipes import Pipes
from fnkit.local.posts import Post, Posts
from fnkit.local.sandbox.place import Place

CHUNK = 262_144
AT_ONCE = 32_768
"""Bytes of a line that a socket takes in one piece where nothing is before it."""


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
    """A process that takes `init` once and then one `run` after the other, or several at a time."""

    def __init__(self, process: Process, ends: Ends, place: Place, began: Began, logs: Logs) -> None:
        """Must be made on the thread of a running event loop."""
        self.place = place
        """Its own folder is to be removed once it was killed."""
        self.began = began
        self._process = process
        self._wire = ends.wire
        self._posts = Posts()
        self._pipes = Pipes(ends.stdout, ends.stderr, logs, lambda: self._posts.open > 1)
        self._loop = asyncio.get_running_loop()
        self.gone = False
        """True once its end was heard of: a moment after it stopped being `alive`, and without a question."""
        self._gone = asyncio.Event()
        self._ready = False
        self._asked: dict[str, tuple[Callable[[Answer], None], asyncio.TimerHandle | None]] = {}
        """Who awaits an answer, by the tag that it comes with: none where one is asked after the other."""
        self._late: set[str] = set()
        """Tags of answers that nobody awaits any more."""
        self._silent = False
        """True where the run that ended left nothing unread in a pipe: what is there is the next one's."""
        self._shared: SharedLogs | None = None
        self._sending = asyncio.Lock()
        self._lines = Lines()
        self._tell_gone: Callable[[], None] | None = None
        self._watch()

    @property
    def pid(self) -> int:
        """Of the process that was started; in a sandbox it may be the one around the action."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """False from the moment of its end on: what ended while nobody asked it is not asked."""
        return not self.gone and not self._process.ended()

    async def ready(self, seconds: float) -> bool:
        """Await that it started. Call it first, with no await between this and making the instance.

        Whoever asks again is told at once.
        """
        if not self._ready:
            answer = await self.ask(b"", seconds)
            self._ready = isinstance(answer, Line) and answer.text == READY
        return self._ready and self.alive

    async def ask(self, frame: bytes, seconds: float, tag: str = "") -> Answer:
        """Send one line and await the answer to it; `tag` tells it from others where runs share the instance."""
        if self.gone:
            return Died()
        if self._shared is None:
            tag = ""
        else:
            self._shared.open(tag, self._printed())
        answered: asyncio.Future[Answer] = self._loop.create_future()

        def heard(answer: Answer) -> None:
            if not answered.done():
                answered.set_result(answer)

        self._expect(tag, heard, seconds)
        try:
            await self._send(frame, answered)
            return await answered
        except OSError:
            return Died()
        finally:
            self._forget(tag)

    def post(self, frame: bytes, post: Post) -> bool:
        """Send a line of up to AT_ONCE bytes where nothing runs, or behind what runs: `post.heard` is told later.

        False, and nothing sent, where it has ended, or takes no more. Who posts looks after the time: see `late`
        and `lapse`.
        """
        if post.before and not self._posts.takes(len(frame), post.since):
            return False
        try:
            sent = self._wire.send(frame)
        except OSError:
            return False
        self._posts.add(post)
        if sent < len(frame):  # there is room for this, unless it plays with its wire
            self._process.kill()
        return True

    def late(self) -> None:
        """What runs takes too long; who is behind it is told when its moment is over."""
        if (post := self._posts.going) is not None:
            self._posts.leave(post)
            post.tell(TimedOut())

    def lapse(self) -> bool:
        """Tell those behind whose moment is over; True while somebody is behind."""
        if self._posts.open and not self.gone:
            now = time.monotonic()
            self._receive()  # whatever it began before now, it answered what was before that
            for post in self._posts.lapsed(now):
                self._posts.leave(post)
                post.tell(Later())
            self._pipes.resume()
        return self._posts.open > 1

    def share(self, logs: int) -> None:
        """From now on it takes several runs at a time, and its answers bear their tags; `logs` MB for each run."""
        self._shared = SharedLogs(logs)

    def when_gone(self, tell: Callable[[], None]) -> None:
        """Call `tell` once, when the process has ended, whoever ended it."""
        self._tell_gone = tell
        if self.gone:
            self._loop.call_soon(tell)

    def logs(self, tag: str = "") -> tuple[str, ...]:
        """What was printed since the last call; what an answer was preceded by is in it.

        Where runs share the instance, whatever was printed since the one with this tag began: by any of them.
        """
        return self._printed() if self._shared is None else self._shared.close(tag, self._printed())

    def _printed(self) -> tuple[str, ...]:
        return self._pipes.take(look=not self._silent)

    async def kill(self) -> None:
        """End the process with all that it started, await that, and close what connected us."""
        if not self.gone:
            self._process.kill()
        await self._gone.wait()
        self._loop.remove_reader(self._wire)
        self._wire.close()
        self._pipes.close()

    async def _send(self, frame: bytes, asked: "asyncio.Future[Answer]") -> None:
        async with self._sending:  # not into the midst of another run's long line
            try:
                sent = self._wire.send(frame) if frame and not asked.done() else len(frame)
            except BlockingIOError:
                sent = 0
            if sent < len(frame):
                rest = asyncio.ensure_future(self._loop.sock_sendall(self._wire, memoryview(frame)[sent:]))
                await asyncio.wait((rest, asked), return_when=asyncio.FIRST_COMPLETED)
                if not rest.done():
                    rest.cancel()
                    self._process.kill()  # it got half of a line: it is not to be asked again

    def _watch(self) -> None:
        self._wire.setblocking(False)
        self._loop.add_reader(self._wire, self._receive)
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
            self._settle_all(Died())
            return
        whole = self._lines.whole(chunk)
        for tag, line in self._lines.feed(chunk) if whole is None else (("", whole),):
            if not tag and self._posts.line:
                self._answered(line)
            else:
                self._settle(tag, OutOfMemory() if line.text == OUT_OF_MEMORY else line)

    def _answered(self, line: Line) -> None:
        """What was posted first has ended: the one behind it begins."""
        posts = self._posts
        post = posts.pop()
        if posts.line and not (following := posts.line[0]).over and following.before:
            following.begun(time.monotonic())
        answer: Answer | Later = line
        if line.text == LATER and post.before:
            answer = Later()
        elif line.text == OUT_OF_MEMORY:
            answer = OutOfMemory()
        self._silent = post.says and not line.printed
        self._pipes.resume()
        if not post.over:
            post.tell(answer)
        self._silent = False

    def _expect(self, tag: str, heard: Callable[[Answer], None], seconds: float) -> None:
        self._asked[tag] = heard, self._loop.call_later(seconds, self._settle, tag, TimedOut())

    def _forget(self, tag: str) -> None:
        if (asked := self._asked.pop(tag, None)) and asked[1] is not None:
            asked[1].cancel()

    def _settle(self, tag: str, answer: Answer) -> None:
        asked = self._asked.pop(tag, None)
        if asked is not None:
            heard, timer = asked
            if timer is not None:
                timer.cancel()
            if isinstance(answer, TimedOut):
                self._late.add(tag)
            heard(answer)
        elif isinstance(answer, Line) and tag not in self._late:
            self._process.kill()  # it spoke without being asked: it is not to be trusted with the next call

    def _settle_all(self, answer: Answer) -> None:
        told: Answer | Later = answer
        while self._posts.line:
            post = self._posts.pop()
            if not post.over:
                post.tell(told)
            told = Later()  # who was behind one that was not answered was not begun
        for tag in list(self._asked):
            self._settle(tag, answer)

    def _ended(self) -> None:
        self._process.kill()  # what it left behind in its group
        self._process.reap()
        while self._asked or self._posts.line:
            before = self._lines.received
            self._receive()  # an answer that was sent just before the end counts
            if self._lines.received == before:
                break
        self.gone = True
        self._gone.set()
        self._settle_all(Died())
        if self._tell_gone is not None:
            self._tell_gone()
