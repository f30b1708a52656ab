"""What idle times say about how long an instance is worth keeping."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fnkit.local.histogram import BIN, BINS, USUAL, Fixed, Histogram, Hybrid, Weighed, Window


def told(*idle: float) -> Histogram:
    histogram = Histogram()
    for one in idle:
        histogram.add(one)
    return histogram


STANDARD = Window(0, Hybrid().standard)


def test_too_few_say_nothing() -> None:
    assert Hybrid().window(told(*[1800.0] * 9), USUAL) == STANDARD


def test_like_a_clock() -> None:
    window = Hybrid().window(told(*[1800.0] * 20), USUAL)
    assert window.ready == pytest.approx(30 * 60 * 0.9)
    assert window.until == pytest.approx(31 * 60 * 1.1)


def test_often_and_at_once() -> None:
    """The first bin has no head to sleep through."""
    assert Hybrid().window(told(*[5.0] * 100), USUAL) == Window(0, pytest.approx(66))


def test_all_over_the_place() -> None:
    dice = random.Random(1)
    spread = told(*(dice.uniform(0, BINS * BIN) for _ in range(400)))
    assert spread.spread < 2
    assert Hybrid().window(spread, USUAL) == STANDARD


def test_mostly_beyond() -> None:
    assert Hybrid().window(told(*[BINS * BIN] * 20, *[60.0] * 19), USUAL) == STANDARD
    assert Hybrid().window(told(*[BINS * BIN] * 19, *[60.0] * 20), USUAL) != STANDARD


def test_an_end_that_is_rare_is_no_end() -> None:
    window = Hybrid().window(told(*[600.0] * 3, *[3600.0] * 995, *[7200.0] * 2), USUAL)
    assert (window.ready, window.until) == (pytest.approx(60 * 60 * 0.9), pytest.approx(61 * 60 * 1.1))


def test_weighed_like_a_clock() -> None:
    window = Weighed().window(told(*[1800.0] * 20), USUAL)
    assert (window.ready, window.until) == (27 * 60, pytest.approx(31 * 60 * 1.1))


def test_weighed_with_little_known() -> None:
    assert Weighed().window(told(*[1800.0] * 4), USUAL) == Window(0, 600)


def test_an_hour_is_not_waited_for_one_start() -> None:
    """Now and then within minutes, else within hours: kept for the minutes."""
    dice = random.Random(2)
    idle = [*(dice.uniform(0, 300) for _ in range(50)), *(dice.uniform(3600, 14_000) for _ in range(50))]
    window = Weighed().window(told(*idle), USUAL)
    assert (window.ready, window.until) == (0, pytest.approx(5 * 60 * 1.1))


def test_what_is_large_is_kept_for_a_shorter_time() -> None:
    dice = random.Random(4)
    idle = told(*(dice.uniform(0, 7200) for _ in range(400)))
    assert Weighed(worth=9000).window(idle, 2 * USUAL) == Weighed(worth=4500).window(idle, USUAL)
    assert Weighed(worth=9000).window(idle, 128).until > Weighed(worth=9000).window(idle, 1024).until


def test_what_is_never_worth_it_is_not_kept() -> None:
    assert Weighed().window(told(*[BINS * BIN * 2] * 20), USUAL) == Window(0, 0)
    dice = random.Random(3)
    rare = told(*(dice.uniform(0, BINS * BIN) for _ in range(60)), *[BINS * BIN] * 60)
    assert Weighed(worth=60).window(rare, USUAL) == Window(0, 0)


@given(st.lists(st.floats(0, 2 * BINS * BIN), min_size=5, max_size=60), st.floats(60, 1e5))
def test_no_other_window_of_those_weighed_is_better(idle: list[float], worth: float) -> None:
    policy, histogram = Weighed(worth=worth, margin=0), told(*idle)

    def gain(ready: float, until: float) -> float:
        total = 0.0
        for one in idle:
            rest = (int(one / BIN) + 0.5) * BIN if one < BINS * BIN else float("inf")
            total += worth if ready <= rest < until else 0
            total -= max(0.0, min(rest, until) - ready)
        return total

    found = policy.window(histogram, USUAL)
    best = gain(found.ready, found.until)
    assert best >= -1e-6
    assert all(gain(0, number * BIN) <= best + 1e-6 for number in range(1, BINS + 1, 7))


def test_a_fixed_time_listens_to_nothing() -> None:
    assert Fixed(600).window(told(*[1800.0] * 50), USUAL) == Window(0, 600)


@given(st.lists(st.floats(0, 3 * BINS * BIN), max_size=200))
def test_it_counts_what_it_was_told(idle: list[float]) -> None:
    histogram = told(*idle)
    assert histogram.count + histogram.beyond == len(idle)
    window = Hybrid(least=1).window(histogram, USUAL)
    assert 0 <= window.ready < window.until <= max(STANDARD.until, BINS * BIN * 1.1)
    counts = [sum(int(one / BIN) == number for one in idle) for number in range(BINS)]
    mean = sum(counts) / BINS
    if mean:
        variance = sum((count - mean) ** 2 for count in counts) / BINS
        assert histogram.spread == pytest.approx(variance**0.5 / mean)
