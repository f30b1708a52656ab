"""How fast calls may go where the platform says "too many": fewer at once, after a pause, then more again."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from fnkit.core.errors import Refused

T = TypeVar("T")
BUSY = (429, 503)
"""What a platform answers before it begins anything: sending that again does nothing twice."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to hold back, in seconds."""

    first: float = 0.25
    most: float = 30.0
    """Of one pause: OpenWhisk counts calls by the minute."""
    all: float = 600.0
    """Without one call that got through; then the refusal is raised."""


USUAL = Patience()


class Stopped(Exception):
    """It was not sent, since nobody wants it any more."""


class Pace:
    """Lets calls through, `most` at once; asked from many threads.

    A refusal halves how many go at once and doubles the pause before the next; each success makes room for a
    little more. (Additive increase, multiplicative decrease: Chiu and Jain 1989.)
    """

    def __init__(self, most: int, patience: Patience = USUAL) -> None:
        self._most = most
        self._patience = patience
        self._width = float(most)
        self._running = 0
        self._pause = patience.first
        self._open = 0.0
        self._refused: float | None = None
        """When the first of the refusals came that nothing has got through since."""
        self._closed = False
        self._turn = threading.Condition()

    def call(self, send: Callable[[], T]) -> T:
        """What `send` gives, once the platform lets it through. Raises what it raises, but 429 and 503 late.

        Raises Stopped where it was not sent before `close`.
        """
        while True:
            began = self._enter()
            try:
                answer = send()
            except Refused as refusal:
                if refusal.status not in BUSY or not self._held(began):
                    raise
            else:
                self._through()
                return answer
            finally:
                self._leave()

    def close(self) -> None:
        """Send nothing any more: whoever waits here is told."""
        with self._turn:
            self._closed = True
            self._turn.notify_all()

    def _enter(self) -> float:
        with self._turn:
            while True:
                if self._closed:
                    raise Stopped
                now = time.monotonic()
                if self._running < max(1, int(self._width)) and now >= self._open:
                    self._running += 1
                    return now
                self._turn.wait(max(self._open - now, 0) or None)

    def _leave(self) -> None:
        with self._turn:
            self._running -= 1
            self._turn.notify()

    def _through(self) -> None:
        with self._turn:
            self._refused = None
            self._pause = self._patience.first
            self._width = min(self._most, self._width + 1 / self._width)

    def _held(self, began: float) -> bool:
        """Hold everybody back; False where that has gone on for too long. One wave of refusals counts once."""
        with self._turn:
            now = time.monotonic()
            if self._refused is None:
                self._refused = now
            if now - self._refused > self._patience.all:
                return False
            if began >= self._open:
                self._width = max(1.0, self._width / 2)
                self._open = now + self._pause * random.uniform(0.5, 1.0)
                self._pause = min(2 * self._pause, self._patience.most)
            return True
