"""One call of a function in the future, at the earliest of the times that were asked for. On the event loop."""

import asyncio
import time
from collections.abc import Callable


class Alarm:
    """Goes off once for all that asked; then it has to be asked again."""

    def __init__(self, call: Callable[[], None], latest: float) -> None:
        """`latest`: seconds after which it goes off, whoever asked."""
        self._call = call
        self._latest = latest
        self._timer: asyncio.TimerHandle | None = None
        self._next = 0.0

    def within(self, seconds: float) -> None:
        """Go off in so many seconds, or earlier."""
        if self._timer is not None:
            # Most ask for the latest time, and each warm call asks: that needs no look at the clock.
            if seconds >= self._latest or self._next <= time.monotonic() + seconds:
                return
            self._timer.cancel()
        seconds = min(seconds, self._latest)
        self._next = time.monotonic() + seconds
        self._timer = asyncio.get_running_loop().call_later(seconds, self._ring)

    def cancel(self) -> None:
        """Do not go off."""
        if self._timer is not None:
            self._timer.cancel()

    def _ring(self) -> None:
        self._timer = None
        self._call()
