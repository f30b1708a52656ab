"""Who waits for an instance: what is free is given to them in fair order, the moment it is free."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from fnkit.core.errors import FnkitError
from fnkit.local.fair import AHEAD, Fair, Flow
from fnkit.local.pool import Cold, Full, Pool, Warm
from fnkit.local.slots import Need, Slot

Grant = Warm | Cold


@dataclass(slots=True, eq=False)
class Waiter:
    """One run that waits."""

    need: Need
    granted: "asyncio.Future[Grant]"


class Turns:
    """Stands between runs and the pool. Used on one event loop."""

    def __init__(
        self, pool: Pool, acquire: Callable[[Need], Grant | Full], give_back: Callable[[Grant], None]
    ) -> None:
        """`acquire` asks the pool and ends what had to make room; `give_back` undoes it."""
        self._pool = pool
        self._acquire = acquire
        self._give_back = give_back
        self._fair: Fair[Waiter] = Fair()

    def __len__(self) -> int:
        return len(self._fair)

    def lengths(self) -> dict[tuple[str, str], int]:
        """How many wait: (namespace, action) → number."""
        return self._fair.lengths()

    def waiting(self, namespace: str, action: str) -> int:
        """How many wait for an instance of an action."""
        return len(self._fair.flow(namespace, action).waiting)

    def rested(self, need: Need) -> Slot | None:
        """A slot where nothing runs and that this run may have now: `have` takes it."""
        if self._fair or need.concurrency > 1:
            return None
        return self._pool.rested(need.key)

    def have(self, need: Need) -> None:
        """Take the slot that `rested` gave."""
        self._acquire(need)
        self._fair.charge(self._fair.flow(need.key.namespace, need.key.action))

    async def take(self, need: Need) -> Grant:
        """A slot for a run: at once where one is free and nobody waits, else in turn. Raises what `end` got."""
        flow = self._fair.flow(need.key.namespace, need.key.action)
        if not self._fair:
            grant = self._acquire(need)
            if not isinstance(grant, Full):
                self._fair.charge(flow)
                return grant
        waiter = Waiter(need, asyncio.get_running_loop().create_future())
        self._fair.add(flow, waiter)
        self.serve()
        try:
            return await waiter.granted
        except asyncio.CancelledError:
            if waiter.granted.cancelled():
                self._fair.drop(flow, waiter)
            else:
                self._give_back(waiter.granted.result())
            raise

    def ended(self, need: Need, seconds: float) -> None:
        """A run has ended: what it took is what the next one is expected to take."""
        flow = self._fair.flow(need.key.namespace, need.key.action)
        self._fair.learn(flow, need.memory * seconds)

    def serve(self) -> None:
        """Give what is free to those who wait."""
        while self._fair and (flow := self._next()) is not None:
            waiter = self._fair.take(flow)
            if waiter.granted.cancelled():
                continue
            grant = self._acquire(waiter.need)
            assert not isinstance(grant, Full)
            self._fair.charge(flow)
            waiter.granted.set_result(grant)

    def _next(self) -> Flow[Waiter] | None:
        """Whose turn it is: the first in order, or one that is hardly ahead and finds an instance of its own."""
        first: Flow[Waiter] | None = None
        for flow in self._fair.order():
            if first is not None and flow.ahead(first) + flow.expected > AHEAD:
                continue
            if self._pool.warm(flow.waiting[0].need.key):
                return flow
            if first is None:
                first = flow
        # Who needs memory waits for it here: it is not given to others that need less.
        return first if first is not None and self._pool.room(first.waiting[0].need.memory) else None

    def end(self, error: FnkitError) -> None:
        """Send everybody away."""
        for flow in self._fair.order():
            while flow.waiting:
                waiter = self._fair.take(flow)
                if not waiter.granted.cancelled():
                    waiter.granted.set_exception(error)
