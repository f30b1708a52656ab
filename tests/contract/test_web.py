"""Web actions, on any OpenWhisk."""

import base64

import pytest

JSON = {"key": "web-export", "value": True}
RESPOND = "def main(args):\n    return args.get('respond', {})\n"
ERROR = "def main(args):\n    return {'error': args.get('why', 'it went wrong')}\n"
OWN = (
    "def main(args):\n"
    "    return {'headers': {'x-verb': args['__ow_method'], 'Access-Control-Allow-Origin': 'https://a.example'},\n"
    "            'body': 'own'}\n"
)
MISSING = "The requested resource does not exist."
CLOSED = "Authentication is possible but has failed or not yet been provided."
ALLOWED = "Authorization, Origin, X-Requested-With, Content-Type, Accept, User-Agent"


@pytest.fixture
def web(action):
    """Makes an action that is exported; other annotations by name, with _ for -."""

    def make(name, code="def main(args):\n    return {'body': args}\n", parameters=None, **notes):
        pairs = [{"key": key.replace("_", "-"), "value": value} for key, value in notes.items()]
        return action(name, code, annotations=[JSON, *pairs], parameters=parameters or [])

    return make


@pytest.fixture
def visit(platform, namespace):
    """One request without a key."""

    def request(path, verb="GET", **options):
        options = {"auth": None, "allow_redirects": False, **options}
        return platform.call(verb, f"/api/v1/web/{namespace}/{path}", **options)

    return request


def respond(visit, name, **result):
    return visit(f"default/{name}", "POST", json={"respond": result})


def test_the_request_reaches_the_action(web, visit, namespace, platform):
    web("ct-w", parameters=[{"key": "p", "value": "action"}])
    answer = visit("default/ct-w.json/a%20b/?q=1&q=2", "PUT", json={"j": [1]}, headers={"X-Mine": "yes"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    given = answer.json()["body"]
    headers = given.pop("__ow_headers")
    assert given == {"p": "action", "q": "2", "j": [1], "__ow_method": "put", "__ow_path": "/a%20b/"}
    assert (headers["x-mine"], headers["content-type"]) == ("yes", "application/json")
    assert "content-length" not in headers
    user, _, key = platform.auth.partition(":")
    assert visit("default/ct-w.json", auth=(user, key)).json()["body"]["__ow_user"] == namespace
    assert "__ow_user" not in visit("default/ct-w.json", auth=(user, "x" * 64)).json()["body"]


def test_it_runs_in_the_owners_name_and_is_recorded(web, visit, namespace, platform):
    web("ct-w")
    record = platform.record(visit("default/ct-w.json").headers["x-openwhisk-activation-id"])
    assert (record["namespace"], record["subject"], record["name"]) == (namespace, namespace, "ct-w")


def test_a_sequence_may_be_for_the_web(web, visit, platform, clean):
    web("ct-w", "def main(args):\n    return {'body': args.get('body', '') + args['__ow_method'] + '!'}\n")
    web("ct-w2", "def main(args):\n    return {'body': args['body'] * 2}\n")
    executable = {"kind": "sequence", "components": ["/_/ct-w", "/_/ct-w2"]}
    clean.append("actions/ct-ws")
    put = platform.call("PUT", "actions/ct-ws?overwrite=true", json={"exec": executable, "annotations": [JSON]})
    assert put.status_code == 200, put.text
    answer = visit("default/ct-ws")
    assert (answer.status_code, answer.text) == (200, "get!get!")


def test_any_page_may_call(web, visit):
    web("ct-w", RESPOND)
    answer = visit("default/ct-w", headers={"Origin": "https://a.example"})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == ALLOWED
    asked = visit("default/ct-w", "OPTIONS", headers={"Access-Control-Request-Headers": "X-One"})
    assert (asked.status_code, asked.content, asked.headers["access-control-allow-headers"]) == (200, b"", "X-One")
    assert "x-openwhisk-activation-id" not in asked.headers


def test_an_action_may_answer_options_itself(web, visit):
    web("ct-own", OWN, web_custom_options=True, require_whisk_auth=True)
    answer = visit("default/ct-own", "OPTIONS")
    assert (answer.status_code, answer.text, answer.headers["x-verb"]) == (200, "own", "options")
    assert answer.headers["access-control-allow-origin"] == "https://a.example"
    closed = visit("default/ct-own")
    assert closed.status_code == 401
    assert "access-control-allow-origin" not in closed.headers


def test_the_result_says_status_headers_and_body(web, visit):
    web("ct-r", RESPOND)
    cookies = ["a=b", "c=d"]
    answer = respond(visit, "ct-r", statusCode=201, headers={"Set-Cookie": cookies, "x-n": 5}, body="<b>hi</b>")
    assert (answer.status_code, answer.text) == (201, "<b>hi</b>")
    assert answer.headers["content-type"].lower() == "text/html; charset=utf-8"
    assert answer.raw.headers.getlist("set-cookie") == cookies
    assert answer.headers["x-n"] == "5"
    moved = respond(visit, "ct-r", statusCode=302, headers={"location": "https://a.example/"})
    assert (moved.status_code, moved.headers["location"], moved.content) == (302, "https://a.example/", b"")
    assert respond(visit, "ct-r", body={"a": 1}).json() == {"a": 1}
    assert respond(visit, "ct-r", statusCode="many").status_code == 400
    split = respond(visit, "ct-r", headers={"x-a": {"b": 1}}, body="x")
    assert split.json()["error"] == "Response is not valid 'message/http'."


def test_the_body_may_be_bytes(web, visit):
    web("ct-r", RESPOND)
    content = bytes(range(256))
    text = base64.b64encode(content).decode()
    answer = respond(visit, "ct-r", headers={"content-type": "image/png"}, body=text)
    assert (answer.content, answer.headers["content-type"]) == (content, "image/png")
    web("ct-w")
    sent = visit("default/ct-w.json", "POST", data=content, headers={"Content-Type": "image/png"})
    assert sent.json()["body"]["__ow_body"] == text


def test_head_has_the_headers_alone(web, visit):
    web("ct-w", "def main(args):\n    return {'body': args['__ow_method']}\n")
    answer = visit("default/ct-w", "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].lower() == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("extension", "content_type", "text"),
    [
        (".html", "text/html; charset=utf-8", "<b>"),
        (".svg", "image/svg+xml", "<svg/>"),
        (".text", "text/plain; charset=utf-8", "x"),
    ],
)
def test_an_extension_picks_its_field(web, visit, extension, content_type, text):
    web("ct-r", "def main(args):\n    return {'html': '<b>', 'svg': '<svg/>', 'text': 'x'}\n")
    answer = visit(f"default/ct-r{extension}")
    assert (answer.status_code, answer.text) == (200, text)
    assert answer.headers["content-type"].lower() == content_type


def test_a_client_that_takes_another_type_hears_so(web, visit):
    web("ct-r", "def main(args):\n    return {'html': '<b>'}\n")
    assert visit("default/ct-r.html", headers={"Accept": "text/*"}).status_code == 200
    answer = visit("default/ct-r.html", headers={"Accept": "application/json"})
    assert answer.status_code == 406
    assert "text/html; charset=UTF-8" in answer.json()["error"]


def test_a_raw_action_reads_the_request_itself(web, visit):
    web("ct-raw", raw_http=True, final=True, parameters=[{"key": "p", "value": 1}])
    answer = visit(
        "default/ct-raw.json?p=2", "POST", data=b'{"p": 3', headers={"Content-Type": "application/json"}
    )
    given = answer.json()["body"]
    assert (given["p"], given["__ow_query"]) == (1, "p=2")
    assert base64.b64decode(given["__ow_body"]) == b'{"p": 3'
    given = visit("default/ct-raw.json").json()["body"]
    assert (given["__ow_query"], given["__ow_body"]) == ("", "")


def test_reserved_and_final_names_are_refused(web, visit):
    web("ct-w", final=True, parameters=[{"key": "p", "value": 1}])
    for path, options in (
        ("?p=2", {}),
        ("?__ow_user=me", {}),
        ("", {"verb": "POST", "json": {"__ow_body": 1}}),
    ):
        answer = visit(f"default/ct-w.json{path}", **options)
        assert answer.status_code == 400
        assert answer.json()["error"].startswith("Request defines parameters that are not allowed")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "x-openwhisk-activation-id" not in answer.headers


@pytest.mark.parametrize("secret", ["s3cret", 12345])
def test_a_secret_opens_an_action(web, visit, platform, secret):
    web("ct-s", RESPOND, require_whisk_auth=secret)
    right = visit("default/ct-s.json", headers={"X-Require-Whisk-Auth": str(secret)})
    assert right.status_code == 200
    user, _, key = platform.auth.partition(":")
    for options in ({}, {"auth": (user, key)}, {"headers": {"X-Require-Whisk-Auth": "other"}}):
        answer = visit("default/ct-s.json", **options)
        assert (answer.status_code, answer.json()["error"]) == (401, CLOSED)


def test_a_key_opens_an_action(web, visit, platform):
    web("ct-k", RESPOND, require_whisk_auth=True)
    user, _, key = platform.auth.partition(":")
    assert visit("default/ct-k.json", auth=(user, key)).status_code == 200
    assert visit("default/ct-k.json").status_code == 401
    assert visit("default/ct-k.json", auth=(user, "x" * 64)).status_code == 401


def test_an_action_is_found_through_its_package_and_a_binding(web, visit, package, platform, namespace):
    package("ct-p", parameters=[{"key": "a", "value": "package"}, {"key": "b", "value": "package"}])
    binding = {"namespace": "_", "name": "ct-p"}
    # A package's annotations are its own.
    package("ct-b", binding=binding, parameters=[{"key": "b", "value": "binding"}], annotations=[JSON])
    web("ct-p/w")
    for name, b in (("ct-p", "package"), ("ct-b", "binding")):
        answer = visit(f"{name}/w.json")
        given = answer.json()["body"]
        assert (given["a"], given["b"]) == ("package", b)
    notes = platform.record(answer.headers["x-openwhisk-activation-id"])["annotations"]
    assert {"key": "binding", "value": f"{namespace}/ct-b"} in notes
    platform.call(
        "PUT", "actions/ct-p/w?overwrite=true", json={"annotations": [{"key": "web-export", "value": False}]}
    )
    assert visit("ct-b/w.json").status_code == 404


def test_what_is_not_for_the_web_is_not_there(web, action, visit, package, platform):
    action("ct-no")
    action("ct-word", annotations=[{"key": "web-export", "value": "true"}])
    package("ct-p", annotations=[JSON])
    web("ct-w")
    user, _, key = platform.auth.partition(":")
    for path in (
        "default/ct-no",
        "default/ct-word.json",
        "default/ct-none",
        "ct-none/x",
        "ct-p/x",
        "default/ct-p",
    ):
        for options in ({}, {"auth": (user, key)}, {"verb": "OPTIONS"}):
            answer = visit(path, **options)
            assert (answer.status_code, answer.json()["error"]) == (404, MISSING)
            assert "access-control-allow-origin" not in answer.headers
    for path in ("default/ct-w.foo", "default/ct-w.JSON"):
        assert visit(path).status_code == 404
    assert platform.call("GET", "/api/v1/web/_/default/ct-w.json").status_code == 404
    assert platform.call("GET", "/api/v1/web/ct-nobody/default/ct-w.json").status_code == 404


def test_paths_without_an_action_are_the_apis(visit, platform):
    for path in ("", "default", "default/"):
        assert visit(path).status_code == 401
        assert visit(path, "OPTIONS").text == "OK"


def test_failures_are_400_and_tell_nothing(web, visit):
    web("ct-x", "import sys\ndef main(args):\n    sys.exit(3)\n")
    answer = visit("default/ct-x.json")
    assert (answer.status_code, answer.json()["error"]) == (400, "There was an error processing your request.")
    assert answer.headers["x-openwhisk-activation-id"]
    assert answer.headers["access-control-allow-origin"] == "*"
    web("ct-e", ERROR)
    assert visit("default/ct-e.text").text == "it went wrong"
    teapot = visit("default/ct-e", "POST", json={"why": {"statusCode": 418, "body": "teapot"}})
    assert (teapot.status_code, teapot.text) == (418, "teapot")


def test_an_array_is_a_server_error(web, visit):
    web("ct-l", "def main(args):\n    return [1]\n")
    answer = visit("default/ct-l.json")
    assert (answer.status_code, answer.text) == (500, "There was an internal server error.")


def test_a_body_over_the_limit_and_a_broken_one_are_refused(web, visit):
    web("ct-w")
    large = visit("default/ct-w.json", "POST", data=b"x" * 1_048_577, headers={"Content-Type": "text/plain"})
    assert large.status_code == 413
    assert large.json()["error"] == "Request larger than allowed: 1048577 > 1048576 bytes."
    broken = visit("default/ct-w.json", "POST", data=b"{", headers={"Content-Type": "application/json"})
    assert broken.status_code == 400
    assert broken.json()["error"].startswith("The request content was malformed:\nUnexpected end-of-input")
