"""JSON as OpenWhisk reads it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fnkit.local.answers import TOO_DEEP, of_run
from fnkit.local.jobs import Status
from fnkit.local.messages import Line
from fnkit.local.records import DEEPEST, dumps
from fnkit.local.spray import Malformed, parse

# The first four were recorded from a real server.
FAULTS = {
    "": ("end-of-input at input index 0 (line 1, position 1), expected JSON Value", "", ""),
    "{": ("end-of-input at input index 1 (line 1, position 2), expected '\"'", "{", " "),
    "{'a': 1}": ("character ''' at input index 1 (line 1, position 2), expected '\"'", "{'a': 1}", " "),
    "nope": ("character 'o' at input index 0 (line 1, position 1), expected JSON Value", "nope", ""),
    "[1,\n 2": ("end-of-input at input index 6 (line 2, position 3), expected ']'", " 2", "  "),
    '{"a" 1}': ("character '1' at input index 5 (line 1, position 6), expected ':'", '{"a" 1}', "     "),
    '"\\x"': ("character 'x' at input index 2 (line 1, position 3), expected JSON escape sequence", '"\\x"', "  "),
    "1 2": ("character '2' at input index 2 (line 1, position 3), expected end-of-input", "1 2", "  "),
    "-": ("end-of-input at input index 1 (line 1, position 2), expected DIGIT", "-", " "),
}
# Text → what was unexpected, the line, what stands before the mark.

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.mark.parametrize("text", FAULTS)
def test_faults_have_sprays_words(text):
    with pytest.raises(Malformed) as fault:
        parse(text.encode())
    what, line, before = FAULTS[text]
    assert str(fault.value) == f"Unexpected {what}:\n{line}\n{before}^\n"


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "-Infinity", "1e999", "[" * 100_000, '"\\u12', "tru"])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(Malformed):
        parse(text.encode())


@given(values.filter(lambda value: "\\ud" not in json.dumps(value)))
def test_json_is_read_as_it_was_written(value):
    assert parse(json.dumps(value).encode()) == value


@given(st.text(alphabet='{}[]",:0123456789.eE+-truefalsn \\u\n', max_size=20))
def test_every_text_is_json_or_says_why_not(text):
    try:
        parse(text.encode())
    except Malformed as fault:
        assert str(fault).strip()


def test_half_a_surrogate_becomes_a_question_mark_that_can_be_sent():
    assert parse(b'{"a": "\\ud83d!"}') == {"a": "?!"}
    assert parse(b'"\\ud83d\\ude00"') == "\U0001f600"


def nested(levels):
    objects = levels // 2
    lists = levels - objects
    return b'{"a":' * objects + b"[" * lists + b"]" * lists + b"}" * objects


def test_what_can_be_read_can_be_written_and_what_is_nested_deeper_is_refused_in_words():
    text = nested(DEEPEST)
    assert dumps(parse(text)).encode() == text
    for deeper in (DEEPEST + 1, 960, 100_000):
        with pytest.raises(Malformed, match=f"nested too deeply: .* more than {DEEPEST} deep"):
            parse(b" " + nested(deeper) + b" ")
    many = b"[" + b"[1,{}]," * DEEPEST + b"[]]"
    assert dumps(parse(many)).encode() == many


def test_a_result_is_nested_no_deeper_than_arguments_may_be():
    as_deep, deeper = nested(DEEPEST), nested(DEEPEST + 1)
    for kind in ("python:3.11", "nodejs:20"):
        found = of_run(Line(as_deep, len(as_deep) + 1), 1000, kind)
        assert (found.status, dumps(found.result).encode()) == (Status.SUCCESS, as_deep)
        refused = of_run(Line(deeper, len(deeper) + 1), 1000, kind)
        assert (refused.status, refused.result) == (Status.DEVELOPER_ERROR, {"error": TOO_DEEP})
