"""Who waits until when: each is told when its time is over, by one timer for all."""

import time
from collections.abc import Callable, Hashable
from math import inf
from typing import Generic, TypeVar

from fnkit.local.alarm import Alarm

T = TypeVar("T", bound=Hashable)


class Patience(Generic[T]):
    """Those that wait, each for a time of its own. Used on one event loop.

    A timer for each would have to be made and cancelled at each call, and next to none of them ever goes off.
    """

    def __init__(self, over: Callable[[T], None], usual: float) -> None:
        """`over` is told of each whose time is over; `usual`: the seconds that most of them wait."""
        self._over = over
        self._until: dict[T, float] = {}
        self._alarm = Alarm(self._look, usual)

    def wait(self, one: T, seconds: float) -> None:
        """It waits from now on, for so long; whoever waits already waits anew."""
        self._until[one] = time.monotonic() + seconds
        self._alarm.within(seconds)

    def done(self, one: T) -> None:
        """It waits no more."""
        self._until.pop(one, None)

    def cancel(self) -> None:
        """Nobody waits any more."""
        self._until.clear()
        self._alarm.cancel()

    def _look(self) -> None:
        now, soonest = time.monotonic(), inf
        for one, until in tuple(self._until.items()):
            if until <= now:
                self._until.pop(one, None)
                self._over(one)
            else:
                soonest = min(soonest, until)
        if soonest < inf:
            self._alarm.within(soonest - now)
