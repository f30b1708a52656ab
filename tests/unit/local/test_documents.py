"""What a PUT makes of its body."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fnkit.core.entities import CODE_LIMIT
from fnkit.local.documents import action_document, is_binary, next_version, read_action, read_version
from fnkit.local.kinds import needed
from fnkit.local.rejected import Rejected

KINDS = {"python:3": "python:3.11", "python:3.11": "python:3.11", "python:default": "python:3.11"}
EXEC = {"kind": "python:default", "code": "def main(args): return args"}


def put(body, old=None):
    read = read_action(body, KINDS)
    read.check_sizes_and_limits(1000)
    return action_document(read, old)


def refused(body, old=None):
    with pytest.raises(Rejected) as error:
        put(body, old)
    return error.value.status, error.value.text.removeprefix("The request content was malformed:\n")


def notes(document):
    return {pair["key"]: pair["value"] for pair in document["annotations"]}


def test_a_new_action_is_filled_up():
    document = put({"exec": EXEC})
    assert document["exec"] == {"kind": "python:3.11", "binary": False}
    assert document["version"] == "0.0.1"
    assert document["limits"] == {"timeout": 60_000, "memory": 256, "logs": 10, "concurrency": 1}
    assert notes(document) == {"exec": "python:3.11", "provide-api-key": False}


def test_an_update_keeps_what_it_does_not_name():
    given_ = {"parameters": [{"key": "a", "value": 1}], "limits": {"timeout": 5000}}
    old = put({"exec": EXEC, "annotations": [{"key": "note", "value": 1}, {"key": "gone", "value": 2}], **given_})
    new = put(
        {"limits": {"memory": 512}, "annotations": [{"key": "more", "value": 3}], "delAnnotations": ["gone"]}, old
    )
    assert new["parameters"] == [{"key": "a", "value": 1}]
    assert new["limits"] == {"timeout": 5000, "memory": 512, "logs": 10, "concurrency": 1}
    assert notes(new) == {"note": 1, "more": 3, "provide-api-key": False, "exec": "python:3.11"}
    assert new["version"] == "0.0.2"


def test_a_deleted_key_annotation_does_not_come_back():
    old = put({"exec": EXEC})
    new = put({"delAnnotations": ["provide-api-key", "exec"]}, old)
    assert notes(new) == {"exec": "python:3.11"}


@pytest.mark.parametrize(
    ("limits", "status", "text"),
    [
        ({"memory": 127}, 400, "requirement failed: memory size 127 MB below allowed threshold of 128 MB"),
        ({"memory": 513}, 400, "requirement failed: memory size 513 MB exceeds allowed threshold of 512 MB"),
        (
            {"timeout": 99, "memory": 1},
            400,
            "requirement failed: memory size 1 MB below allowed threshold of 128 MB",
        ),
        (
            {"timeout": 300_001},
            400,
            "requirement failed: duration 300001 milliseconds exceeds allowed threshold of 300000 milliseconds",
        ),
        ({"logs": 11}, 400, "requirement failed: log size 11 MB exceeds allowed threshold of 10 MB"),
        ({"logs": -1}, 400, "requirement failed: a negative size of an object is not allowed."),
        ({"timeout": 1.5}, 400, "requirement failed: time limit must be whole number"),
        ({"timeout": "1"}, 400, "time limit malformed"),
        ({"concurrency": True}, 400, "concurrency limit malformed"),
        ([], 400, "Object expected in field 'timeout'"),
    ],
)
def test_limits_are_refused_in_openwhisks_words(limits, status, text):
    assert refused({"exec": EXEC, "limits": limits}) == (status, text)


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ([], 400, "Object expected in field 'exec'"),
        ({}, 400, "exec undefined"),
        ({"exec": "text"}, 400, "JSON object expected"),
        ({"exec": {"kind": 3}}, 400, "'kind' must be a string defined in 'exec'"),
        ({"exec": {**EXEC, "kind": "PYTHON:3.11"}}, 500, "There was an internal server error."),
        ({"exec": {**EXEC, "code": 5}}, 400, "Could not deserialize as attachment record: 5"),
        ({"exec": {**EXEC, "main": 5}}, 400, "if defined, 'main' be a string in 'exec' for 'python:3.11' actions"),
        ({"exec": EXEC, "publish": "yes"}, 400, 'Expected JsBoolean, but got "yes"'),
        ({"exec": EXEC, "parameters": {"a": 1}}, 400, "parameters malformed!"),
        ({"exec": EXEC, "annotations": [{"key": "a"}]}, 400, "parameters malformed!"),
        (
            {"exec": {**EXEC, "code": "#" * (CODE_LIMIT + 1)}},
            413,
            "exec larger than allowed: 50331649 > 50331648 bytes.",
        ),
        (
            {"exec": EXEC, "parameters": [{"key": "a", "value": "x" * 1048577}]},
            413,
            "parameters larger than allowed: 1048580 > 1048576 bytes.",
        ),
    ],
)
def test_shapes_and_sizes_are_refused_in_openwhisks_words(body, status, text):
    assert refused(body) == (status, text)


@pytest.mark.parametrize("kind", ["nodejs:20", "blackbox", "", "cobol:default"])
def test_other_kinds_are_refused_with_the_ones_there_are(kind):
    status, text = refused({"exec": {"kind": kind, "code": "x"}})
    assert status == 400
    valid = f"Valid values are: 'python:3.11', 'sequence'. {needed(kind)}".rstrip()
    assert text == f"The specified runtime '{kind}' is not supported by this platform. {valid}"


@pytest.mark.parametrize(
    ("text", "version"), [("1.2", "1.2.0"), ("3", "3.0.0"), ("1.2.3.4", "1.2.3"), ("0.0.1", "0.0.1"), (None, None)]
)
def test_versions_are_filled_up(text, version):
    assert read_version(text) == version


@pytest.mark.parametrize("text", ["0.0.0", "new", 7, "-1.0.0", "1..2", "", "1.x"])
def test_what_is_no_version_is_refused(text):
    with pytest.raises(Rejected, match="semantic version malformed"):
        read_version(text)


@given(st.tuples(*[st.integers(0, 999)] * 3).filter(any))
def test_the_next_version_is_a_patch_later(parts):
    major, minor, patch = parts
    document = {"version": f"{major}.{minor}.{patch}"}
    assert read_version(document["version"]) == document["version"]
    assert next_version(document) == f"{major}.{minor}.{patch + 1}"


@pytest.mark.parametrize(
    ("code", "binary"), [("abcd", True), ("abc", False), ("", False), (" UEsD BA==", False), ("UEsDBA==\n", True)]
)
def test_binary_is_guessed_from_the_text(code, binary):
    assert is_binary(code) is binary
