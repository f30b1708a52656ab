"""What typed words mean."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fnkit.core.canonical import canonical
from fnkit.core.errors import BadArgument
from fnkit.verbs.values import assigned, value

JSON = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=10,
)


@given(JSON)
def test_json_is_read_as_json(thing):
    assert value(canonical(thing).decode()) == thing


@pytest.mark.parametrize("text", ["Ada", "", "{", "NaN", "-Infinity", "a=b", "http://x/#frag", "C:\\tmp", "3 4"])
def test_what_is_not_json_is_text(text):
    assert value(text) == text


def test_numbers_are_numbers_and_quotes_make_text():
    assert assigned(["n=3", 's="3"', "f=0.5", "b=true", "o=null"]) == {
        "n": 3,
        "s": "3",
        "f": 0.5,
        "b": True,
        "o": None,
    }
    assert math.isclose(assigned(["x=1e-4"])["x"], 1e-4)


def test_an_at_sign_names_a_file(tmp_path):
    photo = tmp_path / "photo.bin"
    photo.write_bytes(b"x")
    assert assigned([f"image=@{photo}"]) == {"image": photo}


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(BadArgument, match="no such file"):
        assigned([f"image=@{tmp_path / 'none.jpg'}"])


def test_a_picture_that_is_there_is_meant_by_its_name(tmp_path):
    picture, other = tmp_path / "photo.jpg", tmp_path / "notes.txt"
    picture.write_bytes(b"x")
    other.write_bytes(b"x")
    assert assigned([f"image={picture}", f"text={other}", "name=missing.jpg"]) == {
        "image": picture,
        "text": str(other),
        "name": "missing.jpg",
    }
    assert assigned([f'image="{picture}"']) == {"image": str(picture)}, "quotes make it text"


def test_an_object_comes_from_a_file_or_a_mapping_and_the_last_one_wins(tmp_path):
    file = tmp_path / "input.json"
    file.write_text('{"a": 1, "b": 2}')
    live = object()
    assert assigned([f"@{file}", "b=3", {"c": live}]) == {"a": 1, "b": 3, "c": live}


def test_an_object_may_be_typed():
    assert assigned(['{"a": {"b": [1]}}', "c=2"]) == {"a": {"b": [1]}, "c": 2}
    assert assigned(["{}"]) == {}
    with pytest.raises(BadArgument, match="not JSON"):
        assigned(["{a}"])


@pytest.mark.parametrize("content", ["[1]", "{", "\xff"])
def test_a_file_without_an_object_is_an_error(tmp_path, content):
    file: Path = tmp_path / "input.json"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(BadArgument, match=r"input\.json"):
        assigned([f"@{file}"])


@pytest.mark.parametrize("word", ["Ada", "=3", ""])
def test_what_is_no_pair_is_an_error(word):
    with pytest.raises(BadArgument, match="KEY=VALUE"):
        assigned([word])
