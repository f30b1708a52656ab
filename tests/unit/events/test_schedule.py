"""When alarms are due: cron with seconds and zones, summer time, missed ones, clocks that jump."""

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from fnkit.core.errors import BadArgument
from fnkit.events.schedule import MOST, Cron, Interval, Once, Schedule, counted


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOON = at("2026-03-10T12:00:00")


def firsts(times, moment, count=3):
    return [one.isoformat() for one in islice(times.after(moment), count)]


@pytest.mark.parametrize(
    ("expression", "following"),
    [
        ("*/5 * * * *", ["12:05:00", "12:10:00", "12:15:00"]),
        ("*/20 * * * * *", ["12:00:20", "12:00:40", "12:01:00"]),
        ("30 0 13 * * *", ["13:00:30"]),
        ("0 15-17/2 * * *", ["15:00:00", "17:00:00"]),
    ],
)
def test_cron_with_five_and_with_six_fields(expression, following):
    found = firsts(Cron(expression), NOON, len(following))
    assert found == [f"2026-03-10T{time}+00:00" for time in following]


def test_a_day_is_that_of_the_zone():
    assert next(Cron("0 9 * * *", "Asia/Tokyo").after(NOON)) == at("2026-03-11T00:00:00")


def test_a_job_in_the_hour_that_summer_time_skips_runs_once_that_day():
    """Berlin, 29 March 2026: 02:00 becomes 03:00."""
    found = list(islice(Cron("30 2 * * *", "Europe/Berlin").after(at("2026-03-28T02:00:00")), 2))
    assert [one.date().isoformat() for one in found] == ["2026-03-29", "2026-03-30"]
    assert found[1] - found[0] > timedelta(hours=22)


def test_a_job_in_the_hour_that_is_there_twice_runs_once():
    """Berlin, 25 October 2026: 03:00 becomes 02:00."""
    found = list(islice(Cron("30 2 * * *", "Europe/Berlin").after(at("2026-10-24T12:00:00")), 2))
    assert [one.date().isoformat() for one in found] == ["2026-10-25", "2026-10-26"]


@pytest.mark.parametrize("backwards", ["*/7 * * * * *", "5 4 * * *", "0 0 1 1 *"])
def test_the_way_back_is_the_way_forth(backwards):
    times = Cron(backwards, "Europe/Berlin")
    forth = list(islice(times.after(NOON), 5))
    assert list(islice(times.upto(forth[-1]), 5)) == forth[::-1]


@pytest.mark.parametrize(
    "nonsense", ["", "* * *", "61 * * * *", "a b c d e", "* * * * * * *", "*/0 * * * *", "0 0 30 2 *"]
)
def test_nonsense_is_told(nonsense):
    with pytest.raises(BadArgument, match="cron pattern"):
        Cron(nonsense).check()


def test_a_zone_that_is_none_is_told():
    with pytest.raises(BadArgument, match="no time zone 'Mars/Olympus'"):
        Cron("* * * * *", "Mars/Olympus").check()


def test_an_interval_counts_from_its_start():
    times = Interval(10, at("2026-03-10T11:55:00"))
    assert firsts(times, NOON, 2) == ["2026-03-10T12:05:00+00:00", "2026-03-10T12:15:00+00:00"]
    assert next(times.after(at("2026-03-10T11:00:00"))) == times.start
    assert [one.minute for one in islice(times.upto(NOON + timedelta(minutes=20)), 3)] == [15, 5, 55]
    assert list(times.upto(times.start - timedelta(seconds=1))) == []


def test_start_and_stop_are_the_first_and_the_last_moment():
    schedule = Schedule(Cron("0 * * * *"), start=at("2026-03-10T14:00:00"), stop=at("2026-03-10T15:00:00"))
    assert schedule.next(NOON) == at("2026-03-10T14:00:00")
    assert schedule.next(at("2026-03-10T14:30:00")) == at("2026-03-10T15:00:00")
    assert schedule.next(at("2026-03-10T15:00:00")) is None
    assert schedule.due(NOON, at("2026-03-10T13:00:00")).fire == ()


def test_once_is_once():
    schedule = Schedule(Once(NOON), catch_up="one")
    before, after = NOON - timedelta(hours=1), NOON + timedelta(hours=1)
    assert schedule.next(before) == NOON
    assert schedule.due(before, after).fire == (NOON,)
    assert schedule.due(NOON, after).fire == ()
    assert schedule.next(NOON) is None


@pytest.mark.parametrize(("catch_up", "fired", "missed"), [("none", 0, 4), ("one", 1, 3), ("all", 4, 0)])
def test_what_was_missed_while_nobody_was_there(catch_up, fired, missed):
    """Four hours of sleep; we wake at half past."""
    schedule = Schedule(Cron("0 * * * *"), catch_up=catch_up)
    due = schedule.due(NOON, NOON + timedelta(hours=4, minutes=30))
    assert (len(due.fire), due.missed) == (fired, missed)
    if fired:
        assert due.fire[-1] == NOON + timedelta(hours=4)
    assert list(due.fire) == sorted(due.fire)


def test_what_is_a_moment_late_was_not_missed():
    due = Schedule(Cron("0 * * * *")).due(NOON, NOON + timedelta(hours=1, milliseconds=80))
    assert (due.fire, due.missed) == ((NOON + timedelta(hours=1),), 0)


@pytest.mark.parametrize(("catch_up", "fired", "missed"), [("none", 11, 9), ("one", 12, 8), ("all", 20, 0)])
def test_all_that_are_a_few_seconds_late_are_fired(catch_up, fired, missed):
    schedule = Schedule(Cron("* * * * * *"), catch_up=catch_up)
    four = schedule.due(NOON, NOON + timedelta(seconds=4))
    assert (four.fire, four.missed) == (tuple(NOON + timedelta(seconds=n) for n in (1, 2, 3, 4)), 0)
    twenty = schedule.due(NOON, NOON + timedelta(seconds=20))
    assert (len(twenty.fire), twenty.missed) == (fired, missed)


def test_a_week_of_seconds_is_not_counted_one_by_one():
    due = Schedule(Cron("* * * * * *"), catch_up="all").due(NOON, NOON + timedelta(days=7))
    assert len(due.fire) == MOST
    assert due.fire[-1] == NOON + timedelta(days=7)
    assert due.missed == 1


def test_a_clock_that_is_set_back_a_little_fires_nothing_twice():
    mark = NOON
    assert counted(mark, NOON - timedelta(hours=1)) == mark
    schedule = Schedule(Cron("0 * * * *"))
    assert schedule.due(mark, NOON - timedelta(hours=1)).fire == ()
    assert schedule.next(mark) == NOON + timedelta(hours=1)


def test_a_clock_that_is_set_back_a_year_counts_from_there():
    now = NOON - timedelta(days=365)
    assert counted(NOON, now) == now
