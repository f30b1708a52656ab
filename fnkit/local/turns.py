"""Who waits for an instance: what is free is given to them in fair order, the moment it is free."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from fnkit.core.errors import FnkitError
from fnkit.local.fair import AHEAD, Fair, Flow
from fnkit.local.instance import Instance
from fnkit.local.pool import Cold, Full, Pool, Warm
from fnkit.local.slots import Need, Slot

Grant = Warm | Cold
Granted = Callable[[Grant | FnkitError], None]
"""Is told what somebody may have, or why nobody gets anything any more."""

Follow = Callable[[Slot, Instance], bool]
"""Sends a run behind others in an instance; False, and nothing done, where that takes no more."""


@dataclass(slots=True, eq=False)
class Waiter:
    """One run that waits."""

    need: Need
    granted: Granted
    gone: bool = False
    """True where it was given something."""
    follow: Follow | None = None
    """None where it may not be sent behind another run."""


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
        self.queues = self._fair.waiting
        """Those in which somebody waits."""

    def __len__(self) -> int:
        return len(self._fair)

    def lengths(self) -> dict[tuple[str, str], int]:
        """How many wait: (namespace, action) → number."""
        return self._fair.lengths()

    def waiting(self, need: Need) -> int:
        """How many wait for an instance of an action."""
        return len(self._fair.flow(need.key.namespace, need.key.action).waiting) if self.queues else 0

    def have(self, slot: Slot, flow: Flow[Waiter], now: float) -> None:
        """A run begins in a slot that waited for it; nobody else does."""
        self._pool.take(slot, now)
        self._fair.charge(flow)

    def flow(self, need: Need) -> Flow[Waiter]:
        """The queue of an action."""
        return self._fair.flow(need.key.namespace, need.key.action)

    def over(self, flow: Flow[Waiter], taken: float) -> None:
        """A run has ended that took so many MB s: what it took is what the next one is expected to take."""
        self._fair.learn(flow, taken)

    def full(self, need: Need) -> bool:
        """True where a run has to wait for its turn."""
        return bool(self.queues) or not (self._pool.warm(need.key) or self._pool.room(need.memory))

    def ask(self, need: Need, granted: Granted, follow: Follow | None = None) -> Waiter:
        """Have `granted` told of a slot for a run: at once where one is free and nobody waits, else in turn."""
        flow = self.flow(need)
        waiter = Waiter(need, granted, follow=follow)
        if not self.queues:
            grant = self._acquire(need)
            if not isinstance(grant, Full):
                self._grant(flow, waiter, grant)
                return waiter
        self._fair.add(flow, waiter)
        self.serve()
        return waiter

    async def take(self, need: Need) -> Grant:
        """As `ask`, awaited. Raises what `end` got."""
        granted: asyncio.Future[Grant] = asyncio.get_running_loop().create_future()

        def tell(came: Grant | FnkitError) -> None:
            if not granted.cancelled():
                if isinstance(came, FnkitError):
                    granted.set_exception(came)
                else:
                    granted.set_result(came)
            elif not isinstance(came, FnkitError):  # he has not heard of it yet that he does not want it
                self._give_back(came)

        waiter = self.ask(need, tell)
        try:
            return await granted
        except asyncio.CancelledError:
            if waiter.gone and not granted.cancelled():
                self._give_back(granted.result())
            elif not waiter.gone:
                self._fair.drop(self.flow(need), waiter)
            raise

    def ended(self, need: Need, seconds: float) -> None:
        """As `over`."""
        self.over(self.flow(need), need.memory * seconds)

    def serve(self) -> None:
        """Give what is free to those who wait."""
        while self.queues and (flow := self._next()) is not None:
            waiter = self._fair.take(flow)
            grant = self._acquire(waiter.need)
            assert not isinstance(grant, Full)
            self._grant(flow, waiter, grant)

    def pour(self, behind: Callable[[Need], tuple[Slot, Instance] | None]) -> None:
        """Where runs of one action only wait, send them behind others as if they came now: else they wait on."""
        while len(self.queues) == 1:
            (flow,) = self.queues.values()
            waiter = flow.waiting[0]
            found = behind(waiter.need) if waiter.follow else None
            if not (waiter.follow and found and waiter.follow(*found)):
                return
            self._fair.take(flow)
            waiter.gone = True

    def _grant(self, flow: Flow[Waiter], waiter: Waiter, grant: Grant) -> None:
        self._fair.charge(flow)
        waiter.gone = True
        waiter.granted(grant)

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
                waiter.gone = True
                waiter.granted(error)
