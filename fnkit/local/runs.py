"""An activation that goes on, for those who wait for its end."""

import asyncio
import logging
from collections.abc import Callable

from fnkit.local.activation import State
from fnkit.local.jobs import Job, Outcome
from fnkit.local.records import Record

_LOG = logging.getLogger(__name__)


class Run:
    """One activation. `asyncio.wait` for a task of its own would do the same, and cost a tenth of a warm call."""

    __slots__ = ("_after", "alone", "came", "id", "job", "namespace", "outcome", "state")

    def __init__(self, namespace: str, activation_id: str, alone: bool = True, state: State = "pending") -> None:
        """`namespace`: of the caller."""
        self.namespace = namespace
        self.id = activation_id
        self.state = state
        """Where nobody knows better."""
        self.alone = alone
        """False while somebody waits who keeps its record, together with what comes next."""
        self.job: Job | None = None
        """What runs, where it is an action with code."""
        self.outcome: Outcome | None = None
        """What came of its job, where it is one that has ended."""
        self.came: Record | BaseException | None = None
        """Its record, or what kept us from one; None as long as it goes on."""
        self._after: list[Callable[[], object]] = []

    def end(self, came: Record | BaseException) -> None:
        """It has ended, with its record or with what kept us from one."""
        self.came = came
        for call in self._after:
            try:
                call()
            except Exception:  # noqa: BLE001 - the others have nothing to do with it
                _LOG.exception("after activation %s", self.id)

    def then(self, call: Callable[[], object]) -> None:
        """Have `call` called when it ends; at once where it has."""
        if self.came is None:
            self._after.append(call)
        else:
            call()

    def ended(self) -> "asyncio.Future[None]":
        """Done when it has ended."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.then(lambda: _over(waiter))
        return waiter

    async def within(self, seconds: float) -> Record | None:
        """Its record; None where it does not end in time and goes on. Raises what kept us from one."""
        if self.came is None:
            waiter = self.ended()
            timer = asyncio.get_running_loop().call_later(seconds, _over, waiter)
            try:
                await waiter
            finally:
                timer.cancel()
        if isinstance(self.came, BaseException):
            raise self.came
        return self.came


def _over(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
