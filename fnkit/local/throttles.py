"""How much a namespace may start: calls and fires a minute, activations at a time.

Source: RateThrottler.scala, ActivationThrottler.scala, EntitlementProvider.scala.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fnkit.core.clock import now_ms
from fnkit.local.limits import ALL
from fnkit.local.rejected import Rejected

if TYPE_CHECKING:
    from fnkit.local.users import Identity


@dataclass(slots=True)
class _Minute:
    """Calls in one minute of the calendar. A call that was refused counts."""

    number: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class Refusals:
    """How often each namespace was told to wait."""

    timed: Counter[str]
    concurrent: Counter[str]


class Throttles:
    """Counts what each namespace starts. Used on one event loop.

    A route that starts something says so before it looks at anything else: OpenWhisk tells of a throttle before
    it tells that the thing is missing, or another's.
    """

    def __init__(self, clock: Callable[[], int] = now_ms) -> None:
        """`clock` gives ms since 1970."""
        self._clock = clock
        self._minutes: dict[tuple[str, str], _Minute] = {}
        self._in_flight: dict[str, int] = {}
        self._all = 0
        self.refused = Refusals(Counter(), Counter())

    def invoke(self, caller: "Identity") -> None:
        """One more call of an action or a web action. Raises Rejected 429."""
        self._rate("invoke", caller.namespace, caller.limits.invocations_per_minute)
        if self._in_flight.get(caller.namespace, 0) >= caller.limits.concurrent_invocations:
            raise self._concurrent(caller)

    def fire(self, caller: "Identity") -> None:
        """One more fire of a trigger. Raises Rejected 429."""
        self._rate("fire", caller.namespace, caller.limits.fires_per_minute)

    def enter(self, caller: "Identity") -> None:
        """An activation begins; `leave` tells its end. Raises Rejected 429, or 503 where the platform is full."""
        count = self._in_flight.get(caller.namespace, 0)
        if count >= caller.limits.concurrent_invocations:
            raise self._concurrent(caller)
        if self._all >= ALL:
            text = "The server is currently unavailable (because it is overloaded or down for maintenance)."
            raise Rejected(503, text)
        self._in_flight[caller.namespace] = count + 1
        self._all += 1

    def leave(self, namespace: str) -> None:
        """An activation has ended."""
        self._all -= 1
        if self._in_flight[namespace] > 1:
            self._in_flight[namespace] -= 1
        else:
            del self._in_flight[namespace]

    def _rate(self, what: str, namespace: str, allowed: int) -> None:
        minute = self._minutes.get((what, namespace))
        if minute is None:
            minute = self._minutes[what, namespace] = _Minute()
        number = self._clock() // 60_000
        if minute.number != number:
            minute.number, minute.count = number, 0
        minute.count += 1
        if minute.count > allowed:
            self.refused.timed[namespace] += 1
            numbers = f"(count: {minute.count}, allowed: {allowed})"
            raise Rejected(429, f"Too many requests in the last minute {numbers}.")

    def _concurrent(self, caller: "Identity") -> Rejected:
        self.refused.concurrent[caller.namespace] += 1
        count = self._in_flight.get(caller.namespace, 0)
        numbers = f"(count: {count}, allowed: {caller.limits.concurrent_invocations})"
        return Rejected(429, f"Too many concurrent requests in flight {numbers}.")
