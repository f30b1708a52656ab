"""What is refused before a handler is reached, on any OpenWhisk."""

import pytest
import requests

from tests.contract.test_actions import says

NO_ROUTE = "The requested resource could not be found."
INVALID = "The supplied authentication is invalid"
NONE = "The resource requires authentication, which was not supplied with the request"
CORS = "Access-Control-Allow-Origin"


def test_ping_root_and_api_need_no_key(platform):
    assert platform.call("GET", "/ping", auth=None).text == "pong"
    assert platform.call("GET", "/", auth=None).json()["description"] == "OpenWhisk"
    assert platform.call("GET", "/api/v1", auth=None).json()["api_version_path"] == "v1"


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda user, key: None, NONE),
        (lambda user, key: (user, "x" * 64), INVALID),
        (lambda user, key: (user, key[:-1]), INVALID),
        (lambda user, key: (user, f"{key}:more"), INVALID),
        (lambda user, key: (user, ""), INVALID),
        (lambda user, key: ("00000000-0000-4000-8000-000000000000", key), INVALID),
    ],
    ids=["none", "wrong", "short", "extra", "no key", "unknown"],
)
@pytest.mark.parametrize("path", ["/api/v1/namespaces", "/api/v1/nothing"])
def test_only_the_key_opens(platform, path, make, text):
    user, _, key = platform.auth.partition(":")
    answer = requests.get(platform.apihost + path, auth=make(user, key), timeout=30)
    says(answer, 401, text)
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="OpenWhisk secure realm",charset=UTF-8'
    assert CORS not in answer.headers


@pytest.mark.parametrize("value", ["Bearer abc", "Basic", "Basic %%%", "Basic /w==", "", "Basic " + "A" * 4000])
def test_unreadable_credentials_are_refused(platform, value):
    answer = requests.get(f"{platform.apihost}/api/v1/namespaces", headers={"Authorization": value}, timeout=30)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("POST", "/api/v1/namespaces"),
        ("PUT", "actions"),
        ("PATCH", "actions/ct"),
        ("POST", "packages/ct"),
        ("DELETE", "activations/0123456789abcdef0123456789abcdef"),
        ("GET", "/api/v1/namespaces/_"),
        ("GET", "actions/a/b/c"),
        ("GET", "nothing"),
        ("GET", "packages/ct/inner"),
    ],
)
def test_a_wrong_verb_or_path_is_404(platform, verb, path):
    answer = platform.call(verb, path, json={})
    says(answer, 404, NO_ROUTE)
    assert CORS not in answer.headers


@pytest.mark.parametrize(
    ("verb", "path", "allow"), [("GET", "/nothing", "OPTIONS"), ("POST", "/ping", "GET, OPTIONS")]
)
def test_outside_the_api_it_is_405(platform, verb, path, allow):
    answer = platform.call(verb, path, auth=None)
    says(answer, 405, f"HTTP method not allowed, supported methods: {allow}")
    assert answer.headers["Allow"] == allow


@pytest.mark.parametrize("path", ["actions", "actions/some", "/api/v1/nothing", "/ping"])
def test_options_are_answered_to_everybody(platform, path):
    answer = platform.call("OPTIONS", path, auth=None)
    assert (answer.status_code, answer.text, answer.headers[CORS]) == (200, "OK", "*")


@pytest.mark.parametrize(
    ("headers", "body", "status", "text"),
    [
        (
            {"Content-Type": "text/plain"},
            "{}",
            415,
            "The request's Content-Type [text/plain] is not supported. Expected:\napplication/json",
        ),
        (
            {},
            None,
            400,
            "The request content was malformed:\nUnexpected end-of-input at input index 0 (line 1, position 1),"
            " expected JSON Value:\n\n^\n",
        ),
        (
            {"Content-Type": "application/json"},
            "[]",
            400,
            "The request content was malformed:\nObject expected in field 'exec'",
        ),
    ],
    ids=["text", "nothing", "array"],
)
def test_a_body_that_is_none_is_refused(platform, headers, body, status, text):
    answer = platform.call("PUT", "actions/ct-media", headers=headers, data=body)
    says(answer, status, text)
    assert CORS not in answer.headers


def test_an_answer_is_json_or_nothing(platform):
    text = "Resource representation is only available with these types:\napplication/json"
    says(platform.call("GET", "/api/v1/namespaces", headers={"Accept": "text/html"}), 406, text)
    for accept in ("*/*", "application/*", "text/html, application/json;q=0.5"):
        assert platform.call("GET", "/api/v1/namespaces", headers={"Accept": accept}).status_code == 200


def test_the_request_id_is_the_clients_own(platform):
    assert platform.call("GET", "actions/ct-none", headers={"X-Request-ID": "mine"}).json()["code"] == "mine"
    made = platform.call("GET", "actions/ct-none", headers={"X-Request-ID": "sid_x"}).json()["code"]
    assert len(made) == 32
    assert made.isalnum()


def test_what_is_anothers_is_forbidden(platform):
    text = "The supplied authentication is not authorized to access '{}'."
    for path, named in (
        ("actions", "ct-other"),
        ("limits", "ct-other"),
        ("actions/one", "ct-other/one"),
        ("packages/p", "ct-other/p"),
    ):
        says(platform.call("GET", f"/api/v1/namespaces/ct-other/{path}"), 403, text.format(named))
    assert platform.call("GET", "/api/v1/namespaces/ct-other/packages").json() == []


def test_limits_say_what_is_allowed(platform):
    limits = platform.call("GET", "limits").json()
    assert limits["minActionMemory"] == 128
    assert limits["maxActionTimeout"] == 300_000
    assert limits["maxParameterSize"] == "1048576 B"
    text = "Inner entity level routes for limits are not yet implemented."
    says(platform.call("GET", "limits/more"), 400, text)
