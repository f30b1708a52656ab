"""The arithmetic of the bench, on measurements whose medians can be done in the head."""

import pytest

from tests.bench import harness
from tests.bench.harness import Floor, Group, Row, Turn, at_least, at_most


def measure(*seconds):
    """Gives these measurements one after the other."""
    waiting = iter(seconds)
    return lambda: next(waiting)


def row(name, target=None, unit="ms"):
    return Row(name, lambda turn: turn[name], Floor("a floor", lambda turn: turn["floor"]), target, unit)


def group(floor, repeats=3, unit="ms", **rows):
    probes = {"floor": measure(*floor), **{name: measure(*seconds) for name, (seconds, _) in rows.items()}}
    return Group(probes, [row(name, target, unit) for name, (_, target) in rows.items()], repeats)


FLOOR = (9, 0.1, 0.2, 0.1)


def test_each_turn_is_a_ratio_and_the_first_turn_is_thrown_away():
    [figure] = harness.run(group(FLOOR, call=((7, 0.2, 0.6, 0.2), None)))
    assert (figure.ratio, figure.value, figure.floor, figure.unit) == (2, 200, 100, "ms")


def test_the_ratio_is_of_turns_not_of_medians():
    """A slow turn slows both sides: its ratio is as good as any other's."""
    [figure] = harness.run(group((1, 1, 10, 2), unit="s", call=((1, 2, 20, 6), None)))
    assert (figure.ratio, figure.value, figure.floor) == (2, 6, 2)


def test_floors_are_measured_first_in_each_turn_and_each_probe_once():
    order = []

    def noted(name):
        return lambda: order.append(name) or 1.0

    probes = {name: noted(name) for name in ("a", "b", "floor", "nobody reads this")}
    harness.run(Group(probes, [row("a"), row("b")], repeats=2))
    assert order == ["floor", "a", "b"] * 3


def test_a_probe_may_give_several_figures_and_a_row_may_read_several_probes():
    turn = Turn({"calls": lambda: {"p50": 2.0, "p99": 9.0}, "ten": lambda: 20.0})
    added = Row("a step", lambda t: (t["ten"] - t["calls"]["p50"]) / 9, Floor.fixed("4", 4.0))
    assert (added.read(turn), added.floor.read(turn)) == (2.0, 4.0)


def test_a_target_is_met_or_not_and_none_is_neither():
    fast, slow = (1, 0.1, 0.2, 0.1), (1, 0.3, 0.6, 0.3)
    judged = harness.run(
        group(
            FLOOR,
            fast=(fast, at_most(1.0, aim=0.5)),
            slow=(slow, at_most(2.9)),
            many=(slow, at_least(2.9)),
            few=(fast, at_least(1.1)),
            open=(fast, None),
        )
    )
    assert {one.row: one.met for one in judged} == {
        "fast": True,
        "slow": False,
        "many": True,
        "few": False,
        "open": None,
    }
    assert [(one.target, one.aim, one.better) for one in judged][:2] == [(1.0, 0.5, "lower"), (2.9, None, "lower")]


def test_the_interval_holds_the_median_and_noise_is_the_machines_own():
    low, high = harness.interval([1.0, 2.0, 2.1, 2.2, 9.0])
    assert 1.0 <= low <= 2.1 <= high <= 9.0
    assert harness.interval([3.0, 3.0, 3.0]) == (3.0, 3.0)
    assert harness.noise([1.0, 1.0, 1.0]) == 0
    assert harness.noise([1.0, 2.0, 3.0]) == pytest.approx(0.5)
