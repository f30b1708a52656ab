import pytest
from hypothesis import given
from hypothesis import strategies as st

from fnkit.core.canonical import canonical, tree_digest


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.lists(st.booleans())))
def test_equal_values_have_equal_bytes_whatever_the_order_of_keys(value):
    shuffled = dict(reversed(list(value.items())))
    assert canonical(value) == canonical(shuffled)


def test_nan_is_refused():
    with pytest.raises(ValueError):
        canonical(float("nan"))


def test_a_tree_is_its_paths_contents_and_modes_in_any_order():
    files = [("a.py", "0" * 64, False), ("b/c", "1" * 64, True)]
    assert tree_digest(files) == tree_digest(reversed(files))
    assert tree_digest(files) != tree_digest([("a.py", "0" * 64, True), files[1]])
    assert tree_digest(files) != tree_digest([("b.py", "0" * 64, False), files[1]])
