"""An alarm goes off at the earliest time that was asked for, once."""

import asyncio

from fnkit.local.alarm import Alarm


def first(latest, asked):
    """What went off first: the alarm, or another timer of the loop."""

    async def play():
        loop, order, over = asyncio.get_running_loop(), [], asyncio.Event()
        alarm = Alarm(lambda: (order.append("alarm"), over.set()), latest)
        for seconds in asked:
            alarm.within(seconds)
        loop.call_later(0.05, order.append, "50 ms")
        await asyncio.wait_for(over.wait(), 60)
        return order[0]

    return asyncio.run(play())


def test_the_earliest_time_counts():
    assert first(3600, [1800, 3, 900, 0]) == "alarm"
    assert first(3600, [1800, 0.2, 900]) == "50 ms"


def test_it_never_waits_longer_than_the_latest():
    assert first(0.2, [3600]) == "50 ms"


def test_it_goes_off_once_and_can_be_asked_again_from_its_own_call():
    async def play():
        count, over = [], asyncio.Event()

        def call():
            count.append(1)
            alarm.within(0.01) if len(count) < 3 else over.set()

        alarm = Alarm(call, 3600)
        alarm.within(0.01)
        alarm.within(0.01)
        await asyncio.wait_for(over.wait(), 60)
        await asyncio.sleep(0)
        return len(count)

    assert asyncio.run(play()) == 3


def test_what_is_cancelled_stays_silent():
    async def play():
        loop, rang, later = asyncio.get_running_loop(), [], asyncio.Event()
        alarm = Alarm(lambda: rang.append(1), 3600)
        alarm.within(0.01)
        alarm.cancel()
        loop.call_later(0.05, later.set)
        await asyncio.wait_for(later.wait(), 60)
        return rang

    assert asyncio.run(play()) == []
