"""The time of day, and how to await it: also where somebody sets the clock, and where the machine sleeps."""

import asyncio
import ctypes
import os
import sys
import time
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Protocol

CLOCK_REALTIME = 0
_ABSOLUTE_CANCEL_ON_SET = 1 | 2
_NONBLOCK_CLOEXEC = os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)
LOOK = 60.0
"""Seconds between two looks at the clock where the system cannot tell that it was set."""
FAR = 100 * 365 * 86400


class Clock(Protocol):
    """What feeds know of time. A test has one of its own, which it moves by hand."""

    def now(self) -> datetime:
        """The time of day, in UTC."""

    def tick(self) -> float:
        """Seconds that only go forward."""

    async def until(self, moment: datetime) -> None:
        """Return at that time of day, or earlier where the clock was set: look again."""


class SystemClock:
    """The machine's."""

    def now(self) -> datetime:
        """The time of day, in UTC."""
        return datetime.now(UTC)

    def tick(self) -> float:
        """Seconds that only go forward."""
        return time.monotonic()

    async def until(self, moment: datetime) -> None:
        """Return at that time of day, or earlier where the clock was set.

        On Linux the kernel wakes us by the time of day itself (timerfd): it counts while the machine sleeps, and
        tells when the clock is set. Nothing runs until then.
        """
        left = moment.timestamp() - time.time()
        if left <= 0:
            await asyncio.sleep(0)
        elif sys.platform == "linux":
            await _timer(min(moment.timestamp(), time.time() + FAR))
        else:
            await asyncio.sleep(min(left, LOOK))


async def either(event: "asyncio.Future[Any]", time: Coroutine[Any, Any, None]) -> None:
    """Return when the event has happened or the time has come; the event goes on if it has not."""
    timer = asyncio.ensure_future(time)
    try:
        await asyncio.wait((event, timer), return_when=asyncio.FIRST_COMPLETED)
    finally:
        timer.cancel()


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


async def _timer(at: float) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.timerfd_create(CLOCK_REALTIME, _NONBLOCK_CLOEXEC)
    if fd < 0:
        raise OSError(ctypes.get_errno(), "timerfd_create")
    loop = asyncio.get_running_loop()
    rung: asyncio.Future[None] = loop.create_future()
    try:
        whole = int(at)
        value = _Itimerspec(_Timespec(0, 0), _Timespec(whole, int((at - whole) * 1e9)))
        if libc.timerfd_settime(fd, _ABSOLUTE_CANCEL_ON_SET, ctypes.byref(value), None) < 0:
            raise OSError(ctypes.get_errno(), "timerfd_settime")
        loop.add_reader(fd, _set, rung)
        await rung
        with suppress(OSError):  # ECANCELED: the clock was set
            os.read(fd, 8)
    finally:
        loop.remove_reader(fd)
        os.close(fd)


def _set(rung: "asyncio.Future[None]") -> None:
    if not rung.done():
        rung.set_result(None)
