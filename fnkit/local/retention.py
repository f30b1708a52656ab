"""How long and how much of what ran is kept: the oldest records go first, a few at a time, between requests."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from fnkit.core.clock import now_ms
from fnkit.core.entities import MIB
from fnkit.local.store import Store

DAY = 24 * 3600 * 1000
"""Milliseconds."""
LOOK = 60.0
"""Seconds between looks for what has become too old."""
MOST_ROWS = 100
MOST_BYTES = 4 * MIB
"""Of one turn: no request waits longer than for that."""
ROOM = 0.99
"""Where records took too much, so much of it is left, so that not every new one makes an old one go."""


@dataclass(frozen=True, slots=True)
class Keep:
    """The limits."""

    age: int = 30 * DAY
    """Milliseconds since the request arrived."""
    size: int = 2048 * MIB
    """Bytes of all records together, about: characters of their texts."""


USUAL = Keep()
"""A month of two gigabytes at most."""


class Retention:
    """Holds the records within limits. Used on one event loop."""

    def __init__(self, store: Store, keep: Keep, clock: Callable[[], int] = now_ms) -> None:
        """`clock` gives ms since 1970."""
        self._store = store
        self._keep = keep
        self._clock = clock
        self.size: int = store.row("SELECT coalesce(sum(size), 0) FROM totals")[0]
        """Of all records now."""
        self._goal = keep.size
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Look now, and again and again, for what is too old or too much."""
        self._timer = asyncio.get_running_loop().call_later(LOOK, self.start)
        self._turn()

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def added(self, size: int) -> None:
        """A record was written."""
        before, self.size = self.size, self.size + size
        if before <= self._keep.size < self.size:
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        """Let a few go; where more have to, in another turn of the loop."""
        if self.size > self._keep.size:
            self._goal = int(self._keep.size * ROOM)
        if self.tidy():
            asyncio.get_running_loop().call_soon(self._turn)
        else:
            self._goal = self._keep.size

    def tidy(self) -> bool:
        """Delete the oldest records that are too old or too much, up to a few; False where there is none."""
        # An id starts with the time at which the request arrived.
        youngest = f"{max(0, self._clock() - self._keep.age):012x}"
        last, freed = "", 0
        for activation_id, size in self._store.rows(
            "SELECT id, size FROM activations ORDER BY id LIMIT ?", MOST_ROWS
        ):
            if freed > MOST_BYTES or (activation_id >= youngest and self.size - freed <= self._goal):
                break
            last, freed = activation_id, freed + size
        if not last:
            return False
        self._store.write("DELETE FROM activations WHERE id <= ?", last)
        self._store.commit()
        self.size -= freed
        return True
