"""A result as an HTTP answer, by the extension that was asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fnkit.local.jobs import Status
from fnkit.local.rejected import Broken, Rejected
from fnkit.local.web.answer import EXTENSIONS, Answer, of_result

HTML = "text/html; charset=UTF-8"
PLAIN = "text/plain; charset=UTF-8"
JSON = "application/json"
NO_HTTP = (400, "Response is not valid 'message/http'.")
NO_MATCH = (400, "Response type in header did not match generated content type.")
UNKNOWN = (400, "Response did not specify a known content-type.")


def shown(extension, result, status=Status.SUCCESS):
    """Status, type and body of the answer; status and text of a refusal."""
    try:
        answer = of_result(extension, status, result)
    except Rejected as refused:
        return refused.status, refused.text
    return answer.status, answer.content_type, answer.body


def typed(content_type, body):
    return {"headers": {"Content-Type": content_type}, "body": body}


@pytest.mark.parametrize(
    ("extension", "result", "expected"),
    [
        (".json", {}, (200, JSON, b"{\n\n}")),
        (".json", {"a": [1, {"b": "ä"}]}, (200, JSON, '{\n  "a": [1, {\n    "b": "ä"\n  }]\n}'.encode())),
        (".html", {"html": "<b>"}, (200, HTML, b"<b>")),
        (".html", {"body": "<i>", "html": "<b>"}, (200, HTML, b"<i>")),
        (".html", {"body": 1, "html": "<b>"}, (400, "Response is not valid 'text/html'.")),
        (".html", {}, (400, "Response is not valid 'text/html'.")),
        (".svg", {"svg": "<svg/>"}, (200, "image/svg+xml", b"<svg/>")),
        (".svg", {}, (400, "Response is not valid 'image/svg+xml'.")),
        (".text", {"text": "x"}, (200, PLAIN, b"x")),
        (".text", {"text": 1.5}, (200, PLAIN, b"1.5")),
        (".text", {"text": False}, (200, PLAIN, b"false")),
        (".text", {"body": None, "text": "x"}, (200, PLAIN, b"null")),
        (".text", {"text": [1, [2, "x"]]}, (200, PLAIN, b'[1, [2, "x"]]')),
        (".text", {"text": {"a": {"b": [1, 2]}}}, (200, PLAIN, b'{\n  "a": {\n    "b": [1, 2]\n  }\n}')),
        (".text", {"other": 1}, (404, "Response does not include requested property.")),
    ],
)
def test_an_extension_says_what_is_answered(extension, result, expected):
    assert shown(extension, result) == expected


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({}, (204, None, b"")),
        ({"body": ""}, (204, None, b"")),
        ({"body": None, "statusCode": 200}, (200, None, b"")),
        (typed("text/plain", ""), (204, None, b"")),
        ({"body": "x"}, (200, HTML, b"x")),
        ({"body": {"a": 1}}, (200, JSON, b'{\n  "a": 1\n}')),
        ({"body": False}, (200, JSON, b"false")),
        ({"body": 0}, (200, JSON, b"0")),
        (typed("text/plain", "ä"), (200, PLAIN, "ä".encode())),
        (typed("text/plain; charset=iso-8859-1", "ä"), (200, PLAIN, "ä".encode())),
        (typed("text/plain; version=0.0.4", "x"), (200, "text/plain; version=0.0.4; charset=UTF-8", b"x")),
        (typed("text/plain", "AAEC"), (200, PLAIN, b"AAEC")),
        (typed("image/png", "AAEC/w=="), (200, "image/png", b"\x00\x01\x02\xff")),
        (typed("image/png", "AAEC/w"), (200, "image/png", b"\x00\x01\x02\xff")),
        (typed("image/png", "no base64 !"), NO_MATCH),
        (typed("image/svg+xml", "<svg/>"), NO_MATCH),
        (typed("text/javascript", "let a"), NO_MATCH),
        (typed("text/javascript; charset=utf-8", "let a"), (200, "text/javascript; charset=UTF-8", b"let a")),
        (typed(JSON, "hello world"), (200, JSON, b"hello world")),
        (typed(JSON, "eyJhIjogMX0="), (200, JSON, b'{"a": 1}')),
        (typed("application/hal+json", {"a": 1}), (200, "application/hal+json", b'{\n  "a": 1\n}')),
        (typed("application/json; a=b", {"a": 1}), NO_MATCH),
        (typed("text/html", {"a": 1}), NO_MATCH),
        (typed("nonsense", {"a": 1}), NO_MATCH),
        (typed("nonsense", "x"), UNKNOWN),
        ("x", NO_HTTP),
        ({"headers": None, "body": "x"}, NO_HTTP),
        ({"headers": {"a": None}, "body": "x"}, NO_HTTP),
        ({"headers": {"a": {"b": 1}}}, NO_HTTP),
        ({"headers": {"a": ["b", None]}}, NO_HTTP),
        ({"headers": {"a": "b\r\nset-cookie: c=d"}, "body": "x"}, NO_HTTP),
        ({"headers": {"a\r\nb": "c"}, "body": "x"}, NO_HTTP),
    ],
)
def test_http_is_what_the_result_says(result, expected):
    assert shown(".http", result) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (201, 201),
        (201.0, 201),
        ("202", 202),
        (444, 444),
        (599, 599),
        *(
            (code, 400)
            for code in (600, 4440, 199, 100, 0, -1, 200.5, True, None, "many", "", "2e2", [200], 10**400)
        ),
    ],
)
def test_a_status_is_a_whole_number_of_an_answer(code, expected):
    assert shown(".http", {"statusCode": code, "body": "x"})[0] == expected
    assert shown(".http", {"statusCode": code})[0] == expected


@pytest.mark.parametrize("code", [204, 205, 304])
def test_a_status_without_a_body_has_none(code):
    assert shown(".http", {"statusCode": code}) == (code, None, b"")
    with pytest.raises(Broken):
        of_result(".http", Status.SUCCESS, {"statusCode": code, "body": "x"})


def test_a_list_is_a_header_each_and_the_servers_own_headers_are_left_out():
    headers = {
        "Set-Cookie": ["a=b", "c=d"],
        "X-Yes": True,
        "X-Number": 1.5,
        "Content-Length": "999",
        "Transfer-Encoding": "chunked",
        "Connection": "close",
    }
    answer = of_result(".http", Status.SUCCESS, {"headers": headers, "body": "x"})
    cookies = (("Set-Cookie", "a=b"), ("Set-Cookie", "c=d"))
    assert answer == Answer(200, b"x", HTML, (*cookies, ("X-Yes", "true"), ("X-Number", "1.5")))


@pytest.mark.parametrize(
    ("extension", "error", "expected"),
    [
        (".http", "it went wrong", NO_HTTP),
        (".http", {"statusCode": 418, "body": "teapot"}, (418, HTML, b"teapot")),
        (".http", {"body": "no code"}, (200, HTML, b"no code")),
        (".json", "it went wrong", (400, "Response is not valid 'application/json'.")),
        (".json", [1], (200, JSON, b"[1]")),
        (".text", "it went wrong", (200, PLAIN, b"it went wrong")),
        (".text", None, (200, PLAIN, b"null")),
        (".html", {"html": "<b>"}, (200, HTML, b"<b>")),
    ],
)
def test_an_application_error_is_answered_by_its_error(extension, error, expected):
    assert shown(extension, {"error": error}, Status.APPLICATION_ERROR) == expected


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_what_the_caller_cannot_help_is_told_without_detail(extension):
    expected = (400, "There was an error processing your request.")
    for status in (Status.DEVELOPER_ERROR, Status.INTERNAL_ERROR):
        assert shown(extension, {"error": "secret"}, status) == expected


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_an_array_breaks_as_it_does_in_openwhisk(extension):
    with pytest.raises(Broken):
        of_result(extension, Status.SUCCESS, [1])


texts = st.text('aZ0 ä☃\r\n\0:;/={"', max_size=4)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e9, 1e9) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(list(EXTENSIONS)), st.dictionaries(st.sampled_from(["body", "headers", "x"]), json_values))
def test_whatever_comes_is_answered_or_refused(extension, result):
    answer = shown(extension, result)
    assert 200 <= answer[0] <= 599
