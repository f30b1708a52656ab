"""What idle times say about how long an instance is worth keeping."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fnkit.local.histogram import BIN, BINS, Fixed, Histogram, Hybrid, Window


def told(*idle: float) -> Histogram:
    histogram = Histogram()
    for one in idle:
        histogram.add(one)
    return histogram


STANDARD = Window(0, Hybrid().standard)


def test_too_few_say_nothing() -> None:
    assert Hybrid().window(told(*[1800.0] * 9)) == STANDARD


def test_like_a_clock() -> None:
    window = Hybrid().window(told(*[1800.0] * 20))
    assert window.ready == pytest.approx(30 * 60 * 0.9)
    assert window.until == pytest.approx(31 * 60 * 1.1)


def test_often_and_at_once() -> None:
    """The first bin has no head to sleep through."""
    assert Hybrid().window(told(*[5.0] * 100)) == Window(0, pytest.approx(66))


def test_all_over_the_place() -> None:
    dice = random.Random(1)
    spread = told(*(dice.uniform(0, BINS * BIN) for _ in range(400)))
    assert spread.spread < 2
    assert Hybrid().window(spread) == STANDARD


def test_mostly_beyond() -> None:
    assert Hybrid().window(told(*[BINS * BIN] * 20, *[60.0] * 19)) == STANDARD
    assert Hybrid().window(told(*[BINS * BIN] * 19, *[60.0] * 20)) != STANDARD


def test_an_end_that_is_rare_is_no_end() -> None:
    window = Hybrid().window(told(*[600.0] * 3, *[3600.0] * 995, *[7200.0] * 2))
    assert (window.ready, window.until) == (pytest.approx(60 * 60 * 0.9), pytest.approx(61 * 60 * 1.1))


def test_a_fixed_time_listens_to_nothing() -> None:
    assert Fixed(600).window(told(*[1800.0] * 50)) == Window(0, 600)


@given(st.lists(st.floats(0, 3 * BINS * BIN), max_size=200))
def test_it_counts_what_it_was_told(idle: list[float]) -> None:
    histogram = told(*idle)
    assert histogram.count + histogram.beyond == len(idle)
    window = Hybrid(least=1).window(histogram)
    assert 0 <= window.ready < window.until <= max(STANDARD.until, BINS * BIN * 1.1)
    counts = [sum(int(one / BIN) == number for one in idle) for number in range(BINS)]
    mean = sum(counts) / BINS
    if mean:
        variance = sum((count - mean) ** 2 for count in counts) / BINS
        assert histogram.spread == pytest.approx(variance**0.5 / mean)
