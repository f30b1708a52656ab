"""What an instance prints: its two pipes, read as it comes, as long as it is clear which run it belongs to."""

import asyncio
import os
import select
from collections.abc import Callable

from fnkit.local.logs import Logs, Stream, drain


class Pipes:
    """Our ends of them. Used on one event loop."""

    def __init__(self, stdout: int, stderr: int, logs: Logs, waits: Callable[[], bool]) -> None:
        """`waits`: whether a run was sent behind the one that prints; then it is read when that has ended."""
        self._open: dict[Stream, int] = {"stdout": stdout, "stderr": stderr}
        self._logs = logs
        self._waits = waits
        self._paused: set[Stream] = set()
        self._unread = select.poll()
        self._loop = asyncio.get_running_loop()
        for stream, pipe in self._open.items():
            os.set_blocking(pipe, False)
            self._unread.register(pipe, select.POLLIN)
            self._loop.add_reader(pipe, self._readable, stream)

    def take(self, look: bool = True) -> tuple[str, ...]:
        """The lines since the last call; without `look` only of what was read already."""
        if look and self._unread.poll(0):  # as a rule nothing was, and one question is cheaper than two reads
            for stream in list(self._open):
                self._drain(stream)
        return self._logs.take()

    def resume(self) -> None:
        """Read as it comes again, where that was put off and nobody waits any more."""
        if self._paused and not self._waits():
            for stream in self._paused & self._open.keys():
                self._loop.add_reader(self._open[stream], self._readable, stream)
            self._paused.clear()

    def close(self) -> None:
        """Let go of them."""
        for stream in list(self._open):
            self._close(stream)

    def _readable(self, stream: Stream) -> None:
        if self._waits():
            self._loop.remove_reader(self._open[stream])
            self._paused.add(stream)
        else:
            self._drain(stream)

    def _drain(self, stream: Stream) -> None:
        if stream in self._open and not drain(self._open[stream], self._logs, stream):
            self._close(stream)

    def _close(self, stream: Stream) -> None:
        pipe = self._open.pop(stream)
        self._loop.remove_reader(pipe)
        self._unread.unregister(pipe)
        os.close(pipe)
