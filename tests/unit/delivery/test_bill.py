"""What ran and what it costs: by action, the dearest first, nothing counted twice."""

import pytest

from fnkit.delivery.bill import PRICE, Bill, Item, counted
from fnkit.whisk.activations import Summary


def ran(action, ms, init=None, status="success", **more):
    named = {"kind": "python:3.11", "memory": 512, **more}
    return Summary("id", action, f"guest/{action}", "0.0.1", 0, ms, status, 1, init, **named)


RUNS = [
    ran("crop", 500, init=300),
    ran("crop", 100),
    ran("pack/tag", 100, status="application error", memory=256),
    ran("flow", 900, kind="sequence"),
    Summary("id", "photos", "guest/photos", "0.0.1", 0, None, None, None, None),
]


def test_runs_are_counted_by_action_and_neither_firings_nor_flows_as_a_whole():
    assert counted(RUNS) == (
        Item("crop", runs=2, cold=1, failed=0, seconds=pytest.approx(0.6), cost=pytest.approx(0.3)),
        Item("pack/tag", runs=1, cold=0, failed=1, seconds=pytest.approx(0.1), cost=pytest.approx(0.025)),
    )


def test_the_sum_and_its_price():
    bill = Bill(counted(RUNS), price=2.0)
    assert (bill.total.runs, bill.total.cold, bill.total.warm, bill.total.failed) == (3, 1, 2, 1)
    assert bill.money == pytest.approx(0.65)
    assert str(bill) == "3 runs (1 cold, 2 warm, 1 failed), 0.3 GB s, 0.6500 $"
    assert Bill(()).price == PRICE
    assert str(Bill(())) == "0 runs (0 cold, 0 warm, 0 failed), 0.0 GB s, 0.0000 $"
