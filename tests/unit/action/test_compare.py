"""Equal results, and what differs by its place."""

from typing import Any

import pytest

from fnkit.action.compare import as_json, differences
from fnkit.core.errors import CheckFailed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"x": 1}, {"x": 1}),
        ({"x": 1.0}, {"x": 1.00001}),
        ({"x": 1000.0}, {"x": 1000.05}),
        ({"x": 1}, {"x": 1.0}),
        ({"x": [1, {"y": None}]}, {"x": [1, {"y": None}]}),
        ({"x": 1, "timings": {"load": 1}}, {"x": 1, "timings": {"load": 2}}),
        ({"x": 1, "timings": 1}, {"x": 1}),
        (None, None),
    ],
)
def test_the_same(one: Any, other: Any) -> None:
    assert differences(one, other) == ()


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ({"box": {"x": 3}}, {"box": {"x": 4}}, "box.x is 4, expected 3."),
        ({"p": [{"s": 0.5}]}, {"p": [{"s": 0.6}]}, "p[0].s is 0.6, expected 0.5."),
        ({"a": 1}, {}, "a is missing, expected 1."),
        ({}, {"a": 1}, "a was not expected, it is 1."),
        ({"a": [1, 2]}, {"a": [1]}, "a has 1 items, expected 2."),
        ({"a": True}, {"a": 1}, "a is 1, expected true."),
        ({"a": None}, {"a": 0}, "a is 0, expected null."),
        ({"a": "1"}, {"a": 1}, 'a is 1, expected "1".'),
        ([1], {"a": 1}, 'the result is {"a": 1}, expected [1].'),
        ({"x": 10**15}, {"x": 10**15 + 1}, f"x is {10**15 + 1}, expected {10**15}."),
    ],
)
def test_different(one: Any, other: Any, told: str) -> None:
    assert told in differences(one, other)


def test_keys_and_places_may_be_left_out() -> None:
    assert differences({"a": {"id": 1}, "b": 1}, {"a": {"id": 2}, "b": 1}, ignore=["id"]) == ()
    assert differences({"a": {"id": 1}, "id": 3}, {"a": {"id": 2}, "id": 3}, ignore=["a.id"]) == ()
    assert differences({"a": {"id": 1}, "id": 3}, {"a": {"id": 1}, "id": 4}, ignore=["a.id"]) == (
        "id is 4, expected 3.",
    )


def test_the_tolerance_may_be_chosen() -> None:
    assert differences({"x": 1.0}, {"x": 1.05}, tolerance=0.1) == ()
    assert differences({"x": 1.0}, {"x": 1.00001}, tolerance=0.0) != ()


def test_tuples_are_lists_and_what_json_has_not_is_named() -> None:
    import numpy as np

    assert as_json({"a": (1, 2)}, "main()") == {"a": [1, 2]}
    with pytest.raises(CheckFailed, match=r"box\[0\] is of type numpy.int64"):
        as_json({"box": [np.int64(1)]}, "main()")
    with pytest.raises(CheckFailed, match="score is nan"):
        as_json({"score": float("nan")}, "main()")
