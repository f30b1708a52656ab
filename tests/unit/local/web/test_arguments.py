"""A request as a web action's arguments, by what was sent."""

import base64

import pytest

from fnkit.local.rejected import Rejected
from fnkit.local.web.arguments import NOT_ALLOWED, Asked, arguments, asked_headers, raw_arguments

JSON = "application/json"


def asked(content_type=None, body=b"", query="", user=None, path="", **headers):
    sent = [*headers.items(), *([("Content-Type", content_type)] if content_type else [])]
    seen, media_type = asked_headers(sent, body)
    return Asked("POST", seen, path, query, media_type, body, user)


def own(given):
    """What is not of the request itself."""
    metadata = ("__ow_method", "__ow_headers", "__ow_path", "__ow_user")
    return {key: value for key, value in given.items() if key not in metadata}


def test_the_request_is_told():
    given = arguments(asked(user="guest", path="/a%20b/", Accept="*/*", Cookie="a=b"), frozenset())
    assert given == {
        "__ow_method": "post",
        "__ow_headers": {"accept": "*/*", "cookie": "a=b"},
        "__ow_path": "/a%20b/",
        "__ow_user": "guest",
    }
    assert "__ow_user" not in arguments(asked(), frozenset())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a=1&b=x%20y", {"a": "1", "b": "x y"}),
        ("a=1&a=2", {"a": "2"}),
        ("flag&b=&c=+", {"flag": "", "b": "", "c": " "}),
        ("%C3%A4=%E2%98%83", {"ä": "☃"}),
    ],
)
def test_a_query_is_text(query, expected):
    assert own(arguments(asked(query=query), frozenset())) == expected


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        (None, b"", {}),
        (JSON, b"", {}),
        (JSON, b'{"a": [1], "b": null}', {"a": [1], "b": None}),
        ("application/json; charset=utf-8", b'{"a": 1}', {"a": 1}),
        ("application/vnd.mine+json", b'{"a": 1}', {"a": 1}),
        (JSON, b"[1, 2]", {"__ow_body": [1, 2]}),
        (JSON, b"null", {"__ow_body": None}),
        ("application/x-www-form-urlencoded", b"a=1&b=x+y&a=2", {"a": "2", "b": "x y"}),
        ("application/x-www-form-urlencoded", b"", {}),
        ("text/plain", b"", {"__ow_body": ""}),
        ("text/plain", "ä".encode(), {"__ow_body": "ä"}),
        ("text/plain; charset=iso-8859-1", b"\xe4", {"__ow_body": "�"}),
        ("application/xml", b"<a/>", {"__ow_body": "<a/>"}),
        ("image/png", b"\x89PNG", {"__ow_body": "iVBORw=="}),
        ("text/javascript", b"1", {"__ow_body": "MQ=="}),
        ("multipart/form-data; boundary=x", b"--x", {"__ow_body": "LS14"}),
        ("nonsense", b"x", {"__ow_body": "eA=="}),
        (None, b"x", {"__ow_body": "eA=="}),
    ],
)
def test_a_body_is_read_by_its_type(content_type, body, expected):
    assert own(arguments(asked(content_type, body), frozenset())) == expected


def test_the_body_wins_over_the_query():
    given = own(arguments(asked(JSON, b'{"b": "body"}', "a=query&b=query"), frozenset()))
    assert given == {"a": "query", "b": "body"}


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("__ow_method=x", b""),
        ("", b'{"__ow_body": 1}'),
        ("fixed=1", b""),
        ("", b'{"fixed": null}'),
    ],
)
def test_reserved_and_final_names_are_refused(query, body):
    with pytest.raises(Rejected) as refused:
        arguments(asked(JSON, body, query), frozenset({"fixed"}))
    assert (refused.value.status, refused.value.text, refused.value.cors) == (400, NOT_ALLOWED, True)


def test_a_body_that_is_no_json_is_refused_before_any_handler():
    with pytest.raises(Rejected) as refused:
        arguments(asked(JSON, b"{"), frozenset())
    assert (refused.value.status, refused.value.cors) == (400, False)
    assert refused.value.text.startswith("The request content was malformed:\nUnexpected end-of-input")


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        (None, b"", ""),
        (JSON, b"{", base64.b64encode(b"{").decode()),
        ("application/json; charset=utf-8", b"{}", "e30="),
        ("text/plain", b"x", "x"),
        ("application/x-www-form-urlencoded", b"a=1", "a=1"),
        ("application/vnd.mine+json", b"{}", "e30="),
        ("application/problem+json", b"{}", "{}"),
        ("image/png", b"\0", "AA=="),
    ],
)
def test_a_raw_action_reads_body_and_query_itself(content_type, body, expected):
    given = own(raw_arguments(asked(content_type, body, "a=1&__ow_path=x")))
    assert given == {"__ow_query": "a=1&__ow_path=x", "__ow_body": expected}


@pytest.mark.parametrize(
    ("sent", "written"),
    [("", ""), ("flag&b=", "flag&b="), ("a=x%20y%2Bz", "a=x+y%2Bz"), ("a=/?:@&b=%26", "a=/?:@&b=%26")],
)
def test_a_raw_query_is_written_again(sent, written):
    assert raw_arguments(asked(query=sent))["__ow_query"] == written


@pytest.mark.parametrize(
    ("content_type", "seen"),
    [
        ("Text/Plain;charset=iso-8859-1", "text/plain; charset=ISO-8859-1"),
        ("application/json; charset=utf-8", "application/json"),
        ("multipart/form-data; boundary=cut", "multipart/form-data; boundary=cut"),
        ("nonsense", "application/octet-stream"),
    ],
)
def test_a_content_type_comes_back_as_it_was_read(content_type, seen):
    headers, _ = asked_headers([("Content-Type", content_type), ("Content-Length", "1")], b"x")
    assert headers == {"content-type": seen}
