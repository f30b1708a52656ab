"""Questions to a zygote and its answers, with descriptors, over a socket pair that keeps messages apart."""

import array
import asyncio
import json
import os
import socket
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from fnkit.core.errors import PlatformFault

LONGEST = 1 << 17
"""Bytes of a message."""
Reply = tuple[Mapping[str, Any], list[int]]
"""What was said, and the descriptors that came with it: the asker's to close."""


class Ungrown(PlatformFault):
    """A zygote that cannot be one, or is none any more."""

    def __init__(self, found: str) -> None:
        super().__init__("Growing a zygote", found)


class Control:
    """Our end. Answers come in the order of the questions. Used on one event loop."""

    def __init__(self, ours: socket.socket, ended: Callable[[], None], unclaimed: Callable[[Any], None]) -> None:
        """`ended`: called where the other end is gone; `unclaimed`: with an answer whose asker is gone."""
        self._socket = ours
        self._tell_end = ended
        self._unclaimed = unclaimed
        self._replies: deque[asyncio.Future[Reply]] = deque()
        self._loop = asyncio.get_running_loop()
        self._open = True
        ours.setblocking(False)
        self._loop.add_reader(ours, self._receive)

    async def ask(self, message: Mapping[str, Any], descriptors: Sequence[int], seconds: float) -> Reply:
        """Send a question with descriptors and await the answer. Raises Ungrown."""
        return await self.reply(self.put(message, descriptors), seconds)

    def put(self, message: Mapping[str, Any], descriptors: Sequence[int]) -> "asyncio.Future[Reply]":
        """Send a question with descriptors now: `reply` awaits the answer, `abandon` wants none.

        Raises Ungrown.
        """
        if not self._open:
            raise Ungrown("it has ended.")
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        try:
            self._socket.sendmsg([json.dumps(message).encode()], rights)
        except OSError as error:
            raise Ungrown(f"it takes no questions ({error.strerror}).") from error
        reply: asyncio.Future[Reply] = self._loop.create_future()
        self._replies.append(reply)
        return reply

    async def reply(self, reply: "asyncio.Future[Reply]", seconds: float) -> Reply:
        """The answer to what was put. Raises Ungrown."""
        try:
            async with asyncio.timeout(seconds):
                return await reply
        except TimeoutError:
            self.abandon(reply)
            self._tell_end()  # what it says later would answer another question
            raise Ungrown(f"it did not answer within {seconds:.0f} s.") from None
        except asyncio.CancelledError:
            self.abandon(reply)
            raise

    def abandon(self, reply: "asyncio.Future[Reply]") -> None:
        """Nobody awaits it any more: what has come is unclaimed, as what comes later will be."""
        if reply.cancel() or reply.cancelled() or reply.exception() is not None:
            return
        said, descriptors = reply.result()
        for descriptor in descriptors:
            os.close(descriptor)
        self._unclaimed(said)

    def tell(self, message: Mapping[str, Any]) -> None:
        """Send what needs no answer; nothing where the other end is gone."""
        if self._open:
            with suppress(OSError):
                self._socket.send(json.dumps(message).encode())

    def close(self) -> None:
        """Nobody is there any more: whoever waits is told."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._socket)
            self._socket.close()
        for reply in self._replies:
            if not reply.done():
                reply.set_exception(Ungrown("it ended."))
        self._replies.clear()

    def _receive(self) -> None:
        descriptors = array.array("i")
        try:
            text, notes, _, _ = self._socket.recvmsg(
                LONGEST, socket.CMSG_SPACE(descriptors.itemsize), socket.MSG_CMSG_CLOEXEC
            )
            said = json.loads(text) if text else None
        except BlockingIOError:
            return
        except (OSError, ValueError):
            said, notes = None, []
        for level, kind, given in notes:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                descriptors.frombytes(given[: len(given) - len(given) % descriptors.itemsize])
        if not isinstance(said, dict):
            self._loop.remove_reader(self._socket)
            self._tell_end()
            return
        reply = self._replies.popleft() if self._replies else None
        if reply is not None and not reply.done():
            reply.set_result((said, list(descriptors)))
            return
        for descriptor in descriptors:
            os.close(descriptor)
        self._unclaimed(said)
