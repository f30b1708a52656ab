"""Parameters: merged by key, the upper one wins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fnkit.local.parameters import as_environment, merge, read, truthy

pairs = st.dictionaries(st.text(max_size=3), st.integers()).map(
    lambda values: [{"key": key, "value": value} for key, value in values.items()]
)


def as_dict(found):
    return {pair["key"]: pair["value"] for pair in found}


@given(pairs, pairs)
def test_merging_is_what_dicts_do(under, over):
    assert as_dict(merge(under, over)) == {**as_dict(under), **as_dict(over)}


def test_the_last_of_equal_keys_wins_and_unknown_fields_go():
    given_ = [
        {"key": "a", "value": 1, "x": 2},
        {"key": "a", "value": None, "init": True},
        {"key": "", "value": 0, "init": False},
    ]
    assert read(given_) == [{"key": "a", "value": None, "init": True}, {"key": "", "value": 0}]


@pytest.mark.parametrize(
    ("value", "yes"),
    [(None, False), (False, False), (0, False), ("", False), ("no", True), ({}, True), ([], True), (1, True)],
)
def test_annotations_are_yes_or_no(value, yes):
    assert truthy(value) is yes


@pytest.mark.parametrize(
    ("value", "text"),
    [("plain", "plain"), (None, ""), (True, "true"), (1.5, "1.5"), ({"a": [1, "b"]}, '{"a":[1,"b"]}')],
)
def test_init_parameters_become_text(value, text):
    assert as_environment(value) == text
