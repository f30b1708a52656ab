"""Which action a path names, who may call it, and how JSON is printed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fnkit.local.web import media
from fnkit.local.web.access import cors, may_call
from fnkit.local.web.pretty import pretty
from fnkit.local.web.target import Target


def target(path):
    return Target.of({"path": path, "raw_path": path.encode()})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("ns/default/act", ("ns", None, "act", ".http", "")),
        ("ns/default/act.json", ("ns", None, "act", ".json", "")),
        ("ns/pkg/act.svg/", ("ns", "pkg", "act", ".svg", "/")),
        ("ns/pkg/a%20b.text/x%20y/%2Fz/", ("ns", "pkg", "a b", ".text", "/x%20y/%2Fz/")),
        ("_/default/act.JSON", ("_", None, "act.JSON", ".http", "")),
        ("ns/default/act.json.html", ("ns", None, "act.json", ".html", "")),
        ("ns/default/act.foo", ("ns", None, "act.foo", ".http", "")),
    ],
)
def test_a_path_names_an_action(path, expected):
    assert target(f"/api/v1/web/{path}") == Target(*expected)


@pytest.mark.parametrize(
    "path", ["/web/ns/default/act", "/api/v1/web", "/api/v1/web/ns/default", "/api/v1/web/ns/default/"]
)
def test_other_paths_are_not_for_web_actions(path):
    assert target(path) is None
    assert target("/api/v1/web/ns/default/a%2Fb") is None


@pytest.mark.parametrize(
    ("required", "sent", "known", "expected"),
    [
        (False, None, False, True),
        (True, None, False, False),
        (True, "true", False, False),
        (True, None, True, True),
        ("s3cret", None, True, False),
        ("s3cret", "s3cret", False, True),
        ("s3cret", "S3cret", True, False),
        ("", None, True, False),
        (12345, "12345", False, True),
        (12345, "1234", False, False),
        ([1], "[1]", True, False),
        ({}, None, True, False),
        (None, None, True, False),
    ],
)
def test_who_may_call(required, sent, known, expected):
    assert may_call(required, sent, known) is expected


def test_pages_may_send_what_they_ask_for():
    assert dict(cors("X-One, X-Two"))["access-control-allow-headers"] == "X-One, X-Two"
    assert "Authorization" in dict(cors(None))["access-control-allow-headers"]


@pytest.mark.parametrize(
    "text", ["", "text", "text/", "/plain", "text/plain;", "text/plain; x", "text /plain", "a/b c"]
)
def test_what_is_no_media_type_is_none(text):
    assert media.read(text) is None


def test_a_media_type_keeps_its_parameters():
    found = media.read('Text/HTML; Level="1 2"; CharSet="utf8"')
    assert found == media.MediaType("text/html", '; Level="1 2"', "UTF-8")


texts = st.text('a ä☃\n"\\{},[]', max_size=4)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e9, 1e9) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


@given(json_values)
def test_printed_json_is_the_same_json(value):
    assert json.loads(pretty(value)) == value


def test_json_nested_as_deep_as_it_can_be_read_is_printed():
    deep = json.loads('{"a":' * 900 + "1" + "}" * 900)
    assert json.loads(pretty(deep)) == deep
