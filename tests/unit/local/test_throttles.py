"""How much may be started: by the minute of the calendar, and at a time."""

from dataclasses import dataclass, replace

import pytest

from fnkit.core.errors import BadArgument
from fnkit.local.limits import ALL, NO_LIMIT, OPENWHISK, UNLIMITED, UserLimits
from fnkit.local.rejected import Rejected
from fnkit.local.throttles import Throttles
from fnkit.local.users import Identity

ANN = Identity("ann", "u1", "k" * 64, "t1", limits=OPENWHISK)
BOB = Identity("bob", "u2", "k" * 64, "t2")


@dataclass
class Clock:
    now: int = 28_000_000 * 60_000

    def __call__(self) -> int:
        return self.now


def refused(start, caller):
    with pytest.raises(Rejected) as said:
        start(caller)
    return said.value.status, said.value.text


def test_the_61st_call_of_a_minute_is_one_too_many_and_the_next_minute_begins_anew():
    clock = Clock()
    throttles = Throttles(clock)
    for _ in range(60):
        throttles.invoke(ANN)
    text = "Too many requests in the last minute (count: 61, allowed: 60)."
    assert refused(throttles.invoke, ANN) == (429, text)
    clock.now += 59_999
    assert refused(throttles.invoke, ANN) == (429, text.replace("61", "62")), "what was refused counts"
    clock.now += 1
    throttles.invoke(ANN)
    assert throttles.refused.timed == {"ann": 2}


def test_calls_and_fires_and_namespaces_are_counted_apart():
    throttles = Throttles(Clock())
    for _ in range(60):
        throttles.invoke(ANN)
        throttles.fire(ANN)
    for _ in range(1000):
        throttles.invoke(BOB)
    assert refused(throttles.fire, ANN)[0] == refused(throttles.invoke, ANN)[0] == 429


def test_a_call_is_refused_while_as_many_are_in_flight_as_may_be():
    throttles = Throttles(Clock())
    for _ in range(30):
        throttles.enter(ANN)
    text = "Too many concurrent requests in flight (count: 30, allowed: 30)."
    assert refused(throttles.invoke, ANN) == (429, text)
    assert refused(throttles.enter, ANN) == (429, text)
    throttles.fire(ANN)
    throttles.leave("ann")
    throttles.invoke(ANN)
    throttles.enter(ANN)
    assert throttles.refused.concurrent == {"ann": 2}


def test_the_queue_is_bounded_for_all_together():
    throttles = Throttles(Clock())
    for number in range(ALL):
        throttles.enter(replace(BOB, namespace=f"n{number % 7}"))
    assert refused(throttles.enter, BOB)[0] == 503
    throttles.leave("n0")
    throttles.enter(BOB)


def test_limits_are_changed_by_openwhisks_names():
    changed = UNLIMITED.changed({"firesPerMinute": 0, "concurrentInvocations": NO_LIMIT})
    assert changed == UserLimits(fires_per_minute=0, concurrent_invocations=NO_LIMIT)
    assert UNLIMITED.changed(OPENWHISK.to_json()) == OPENWHISK
    with pytest.raises(BadArgument, match="Did you mean firesPerMinute"):
        UNLIMITED.changed({"firesPerMinut": 1})
    for value in (-1, 1.0, True, "1", None, NO_LIMIT + 1):
        with pytest.raises(BadArgument, match="whole number"):
            UNLIMITED.changed({"firesPerMinute": value})
