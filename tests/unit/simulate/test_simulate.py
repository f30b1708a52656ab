"""A load like that of a large provider, and a pool that bears it on a clock that only counts."""

import math
import statistics
from itertools import pairwise

import pytest

from fnkit.local.histogram import Fixed, Weighed
from fnkit.local.pool import Pool
from fnkit.simulate.engine import Engine
from fnkit.simulate.workload import DAY, App, Call, apps, calls

MANY = apps(4000, seed=7)


def app(name: str = "a", run: float = 1.0, start: float = 2.0, memory: int = 256) -> App:
    return App(name, gap=60.0, variation=0.0, run=run, start=start, memory=memory)


def test_the_same_seed_gives_the_same_load() -> None:
    few = apps(5, seed=3)
    assert few == apps(5, seed=3) != apps(5, seed=4)
    assert list(calls(few, DAY, 1)) == list(calls(few, DAY, 1)) != list(calls(few, DAY, 2))


def test_the_load_has_the_published_shape() -> None:
    rates = [DAY / one.gap for one in MANY]
    assert sum(rate <= 24 for rate in rates) / len(rates) == pytest.approx(0.45, abs=0.03)
    assert sum(rate <= 1440 for rate in rates) / len(rates) == pytest.approx(0.81, abs=0.03)
    assert sum(one.variation > 1 for one in MANY) / len(MANY) == pytest.approx(0.40, abs=0.03)
    runs = [math.log(one.run) for one in MANY]
    assert statistics.median(runs) == pytest.approx(-0.38, abs=0.2)
    sizes = statistics.quantiles((one.memory for one in MANY), n=10)
    assert (sizes[4], sizes[8]) == (pytest.approx(170, rel=0.05), pytest.approx(400, rel=0.05))


@pytest.mark.parametrize("variation", [0.0, 0.3, 1.0, 4.0])
def test_gaps_have_the_mean_and_the_variation_that_they_should(variation: float) -> None:
    one = App("a", gap=60.0, variation=variation, run=1, start=1, memory=128)
    times = [call.at for call in calls((one,), 60.0 * 60_000, seed=5)]
    gaps = [after - before for before, after in pairwise(times)]
    assert statistics.fmean(gaps) == pytest.approx(60, rel=0.08)
    assert statistics.pstdev(gaps) / statistics.fmean(gaps) == pytest.approx(variation, rel=0.1, abs=1e-9)


def test_calls_come_in_order() -> None:
    times = [call.at for call in calls(apps(20, seed=1), DAY, 1)]
    assert times == sorted(times)
    assert times[-1] < DAY


def test_a_cold_start_and_a_warm_one_by_hand() -> None:
    """At 0 cold until 3, at 10 warm until 11, expired at 615, gone."""
    report = Engine(Pool(1024, Fixed(600))).play([Call(0, app()), Call(10, app())], 1000)
    assert (report.calls, report.colds) == ({"a": 2}, {"a": 1})
    assert report.mb_seconds == pytest.approx(256 * 615)
    assert report.idle_mb_seconds == pytest.approx(256 * (615 - 3 - 1))


def test_who_finds_no_memory_waits() -> None:
    report = Engine(Pool(256, Fixed(600))).play([Call(0, app("a")), Call(1, app("b"))], 100)
    assert (report.waited, report.total_colds) == (1, 2)
    assert report.mb_seconds == pytest.approx(256 * 100)


def test_what_is_prepared_too_late_is_a_cold_start() -> None:
    slow = app(start=10_000, run=0)
    load = [Call(1800.0 * number, slow) for number in range(1, 30)]
    ready = [Call(1800.0 * number, app(run=0)) for number in range(1, 30)]
    late = Engine(Pool(1024, Weighed())).play(load, DAY)
    early = Engine(Pool(1024, Weighed())).play(ready, DAY)
    assert early.prepared > 10
    assert early.total_colds < 10 < late.total_colds


def test_keeping_by_habit_saves_cold_starts_for_the_same_memory() -> None:
    some = apps(25, seed=1, most=300)
    fixed = Engine(Pool(10**9, Fixed(600))).play(calls(some, 4 * DAY, 1), 4 * DAY)
    habit = Engine(Pool(10**9, Weighed())).play(calls(some, 4 * DAY, 1), 4 * DAY)
    assert habit.calls == fixed.calls
    assert habit.total_colds < 0.6 * fixed.total_colds
    assert habit.mb_seconds < 1.15 * fixed.mb_seconds
    assert habit.share_of_colds(0.5) <= fixed.share_of_colds(0.5)
