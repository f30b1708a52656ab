"""How long a caller waits for a record: until it is told, or until the time is over and the run goes on alone."""

import asyncio

from fnkit.local.records import Record


class Patience:
    """One caller's. `asyncio.wait` would do the same, and cost a tenth of a warm call."""

    def __init__(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._heard: asyncio.Future[Record | None] = loop.create_future()
        self._timer = loop.call_later(seconds, self._end)

    def tell(self, record: Record) -> None:
        """The run has ended; its task ends in the next turn of the loop."""
        if not self._heard.done():
            self._heard.set_result(record)

    async def of(self, task: asyncio.Task[Record]) -> Record | None:
        """What the run gives; None where it does not end in time. Raises what `task` raises."""
        task.add_done_callback(self._end)
        try:
            record = await self._heard
        finally:
            self._timer.cancel()
        return task.result() if record is None and task.done() else record

    def _end(self, *_: object) -> None:
        if not self._heard.done():
            self._heard.set_result(None)
