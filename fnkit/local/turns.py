"""A bounded queue: whoever comes first is the first to try again."""

import asyncio
from collections import deque

from fnkit.core.errors import FnkitError, Throttled


class Turns:
    """Who waits for memory. Used on one event loop."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._waiting: deque[asyncio.Future[None]] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    async def wait(self, again: bool) -> None:
        """Until it is one's turn; `again` where one had it in vain, and keeps the first place.

        Raises Throttled where the queue is full, and what `end` was given.
        """
        if not again and len(self) >= self._longest:
            found = f"{len(self)} activations wait for memory already."
            raise Throttled("Running an action", found, "Try again later.")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if again:
            self._waiting.appendleft(turn)
        else:
            self._waiting.append(turn)
        try:
            await turn
        finally:
            if turn in self._waiting:
                self._waiting.remove(turn)

    def next(self) -> None:
        """Let the first try again."""
        if self._waiting and not self._waiting[0].done():
            self._waiting.popleft().set_result(None)

    def end(self, error: FnkitError) -> None:
        """Send everybody away."""
        for turn in self._waiting:
            turn.set_exception(error)
        self._waiting.clear()
