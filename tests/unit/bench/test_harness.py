"""The arithmetic of the bench, on measurements whose medians can be done in the head."""

import json

import pytest

from tests.bench import harness
from tests.bench.harness import Group


def measure(*seconds):
    """Gives these measurements one after the other."""
    waiting = iter(seconds)
    return lambda: next(waiting)


def group(**rows):
    floor = measure(9, 0.1, 0.2, 0.1)
    return Group("a floor", floor, {name: measure(*seconds) for name, seconds in rows.items()}, repeats=3)


def test_each_turn_is_a_ratio_and_the_first_turn_is_thrown_away():
    [figure] = harness.run(group(call=(7, 0.2, 0.6, 0.2)))
    # Turns: 2, 3, 2. The medians of the seconds alone would say the same by luck; the ratios are what is judged.
    assert (figure.row.ratio, figure.row.value, figure.row.floor) == (2, 200, 100)
    assert figure.row.unit == "ms"


def test_the_ratio_is_of_turns_not_of_medians():
    """A slow turn slows both sides: its ratio is as good as any other's."""
    slow_turn = Group("a floor", measure(1, 1, 10, 2), {"call": measure(1, 2, 20, 6)}, unit="s", repeats=3)
    [figure] = harness.run(slow_turn)
    assert figure.row.ratio == 2
    assert (figure.row.value, figure.row.floor) == (6, 2)


def test_rows_share_their_floor_and_are_measured_in_turns():
    order = []

    def noted(name):
        return lambda: order.append(name) or 1.0

    harness.run(Group("f", noted("floor"), {"a": noted("a"), "b": noted("b")}, repeats=2))
    assert order == ["floor", "a", "b"] * 3


def test_a_target_is_met_or_not_and_none_is_neither():
    values = {"met": (1, 0.1, 0.2, 0.1), "missed": (1, 0.3, 0.6, 0.3), "open": (1, 0.1, 0.2, 0.1)}
    judged = group(**values)
    judged = Group(judged.floor, judged.floor_measure, judged.rows, repeats=3, targets={"met": 1.0, "missed": 2.9})
    assert {one.row.row: one.row.met for one in harness.run(judged)} == {
        "met": True,
        "missed": False,
        "open": None,
    }


def test_the_file_has_one_shape():
    rows = harness.to_json(harness.run(group(call=(7, 0.2, 0.6, 0.2))))
    assert json.loads(json.dumps(rows)) == [
        {"row": "call", "floor": 100.0, "value": 200.0, "unit": "ms", "ratio": 2.0, "target": None, "met": None}
    ]


def test_the_table_says_what_the_file_says():
    text = harness.table(harness.run(group(call=(7, 0.2, 0.6, 0.2))))
    head, line = text.splitlines()
    assert head.split()[:5] == ["row", "value", "floor", "unit", "ratio"]
    assert line.split()[:5] == ["call", "200", "100", "ms", "2.00"]
    assert line.endswith("a floor")


def test_the_interval_holds_the_median_and_noise_is_the_machines_own():
    low, high = harness.interval([1.0, 2.0, 2.1, 2.2, 9.0])
    assert 1.0 <= low <= 2.1 <= high <= 9.0
    assert harness.interval([3.0, 3.0, 3.0]) == (3.0, 3.0)
    assert harness.noise([1.0, 1.0, 1.0]) == 0
    assert harness.noise([1.0, 2.0, 3.0]) == pytest.approx(0.5)
