"""Several namespaces: who may do what in another's, who is throttled, and what the operator may."""

import re
import stat

import pytest
import requests

from tests.conftest import fresh_platform
from tests.contract.conftest import SLOW, auth_of, new_user, operator
from tests.contract.test_actions import says
from tests.contract.test_rejections import INVALID, NONE

MISSING = "The requested resource does not exist."
DENIED = "The supplied authentication is not authorized to access '{}'."


def at(namespace, path):
    return f"/api/v1/namespaces/{namespace}/{path}"


@pytest.fixture
def mine(platform, namespace, action, package):
    """An action, a private and a public package with an action each, and a binding to the public one."""
    action("ct-mine")
    package("ct-private")
    package("ct-public", publish=True, parameters=[{"key": "from", "value": "package"}])
    action("ct-private/a")
    action("ct-public/a", "import os\ndef main(args):\n    return {**args, 'ns': os.environ['__OW_NAMESPACE']}\n")
    package("ct-bound", publish=True, binding={"namespace": namespace, "name": "ct-public"})
    return namespace


def test_each_key_has_a_namespace_of_its_own(platform, other, namespace):
    theirs = other.call("GET", "/api/v1/namespaces").json()
    assert len(theirs) == 1
    assert theirs != [namespace]
    assert other.call("GET", "limits").status_code == 200


@pytest.mark.parametrize(
    ("verb", "path", "named"),
    [
        ("GET", "actions", ""),
        ("GET", "activations", ""),
        ("GET", "limits", ""),
        ("GET", "actions/ct-mine", "/ct-mine"),
        ("POST", "actions/ct-mine", "/ct-mine"),
        ("DELETE", "actions/ct-mine", "/ct-mine"),
        ("GET", "actions/ct-none", "/ct-none"),
        ("GET", "packages/ct-private", "/ct-private"),
        ("GET", "packages/ct-none", "/ct-none"),
        ("GET", "packages/ct-bound", "/ct-bound"),
        ("PUT", "packages/ct-public?overwrite=true", "/ct-public"),
        ("DELETE", "packages/ct-public", "/ct-public"),
        ("DELETE", "actions/ct-public/a", "/ct-public/a"),
        ("GET", "activations/0123456789abcdef0123456789abcdef", "/0123456789abcdef0123456789abcdef"),
    ],
)
def test_what_is_anothers_is_forbidden_whether_it_is_there_or_not(other, mine, verb, path, named):
    says(
        other.call(verb, at(mine, path), json={} if verb in ("PUT", "POST") else None),
        403,
        DENIED.format(mine + named),
    )


@pytest.mark.parametrize("verb", ["GET", "POST"])
@pytest.mark.parametrize("package_name", ["ct-private", "ct-none", "ct-bound"])
def test_actions_in_what_is_not_public_are_forbidden(other, mine, package_name, verb):
    answer = other.call(verb, at(mine, f"actions/{package_name}/a"), json={} if verb == "POST" else None)
    assert answer.status_code == 403


def test_the_owner_is_told_what_is_missing(platform, mine):
    says(platform.call("GET", at(mine, "actions/ct-none")), 404, MISSING)


def test_only_public_packages_are_listed(other, mine):
    names = [one["name"] for one in other.call("GET", at(mine, "packages")).json()]
    assert names == ["ct-public"]
    shown = other.call("GET", at(mine, "packages/ct-public")).json()
    assert [one["name"] for one in shown["actions"]] == ["a"]


def test_an_action_of_a_public_package_runs_in_the_callers_namespace(platform, other, mine):
    theirs = other.call("GET", "/api/v1/namespaces").json()[0]
    answer = other.call("POST", at(mine, "actions/ct-public/a?blocking=true"), json={"x": 1})
    record = answer.json()
    assert record["response"]["result"] == {"from": "package", "x": 1, "ns": theirs}
    assert (record["namespace"], record["subject"]) == (theirs, theirs)
    assert {"key": "path", "value": f"{mine}/ct-public/a"} in record["annotations"]
    assert other.record(record["activationId"])["activationId"] == record["activationId"]
    assert platform.call("GET", f"activations/{record['activationId']}").status_code == 404


def test_a_public_package_can_be_bound_and_what_is_private_again_cannot_be_reached(platform, other, mine):
    binding = {"binding": {"namespace": mine, "name": "ct-public"}, "parameters": [{"key": "from", "value": "me"}]}
    try:
        assert other.call("PUT", "packages/ct-b?overwrite=true", json=binding).status_code == 200
        answer = other.call("POST", "actions/ct-b/a?blocking=true&result=true", json={})
        assert answer.json()["from"] == "me"
        platform.call("PUT", "packages/ct-public?overwrite=true", json={"publish": False})
        says(other.call("POST", "actions/ct-b/a", json={}), 403, DENIED.format(f"{mine}/ct-public"))
        says(other.call("GET", "packages/ct-b"), 403, DENIED.format(f"{mine}/ct-public"))
    finally:
        other.call("DELETE", "packages/ct-b")


def test_so_many_calls_a_minute_and_no_more(embedded, action):
    with new_user(embedded, "ct-few", invocationsPerMinute=3) as few:
        limits = few.call("GET", "limits").json()
        assert (limits["invocationsPerMinute"], limits["concurrentInvocations"]) == (3, 1000)
        # A throttle is told before it is told that there is no such action. The minute may end in between.
        answers = [few.call("POST", "actions/ct-none", json={}) for _ in range(8)]
        assert {one.status_code for one in answers} == {404, 429}
        assert [one.status_code for one in answers].count(404) in (3, 4, 5, 6)
        texts = [one.json()["error"] for one in answers if one.status_code == 429]
        assert texts[0] == "Too many requests in the last minute (count: 4, allowed: 3)."
        assert few.call("GET", "actions").status_code == 200


def test_none_at_all_where_the_limit_is_0(embedded, mine):
    with new_user(embedded, "ct-zero", invocationsPerMinute=0) as zero:
        text = "Too many requests in the last minute (count: 1, allowed: 0)."
        says(zero.call("POST", at(mine, "actions/ct-public/a"), json={}), 429, text)


def test_so_many_at_a_time_and_no_more(embedded, mine, action):
    action("ct-public/slow", SLOW)
    with new_user(embedded, "ct-one", concurrentInvocations=1) as one:
        path = at(mine, "actions/ct-public/slow")
        first = one.call("POST", path, json={"s": 3})
        assert first.status_code == 202
        text = "Too many concurrent requests in flight (count: 1, allowed: 1)."
        says(one.call("POST", path, json={"s": 0}), 429, text)
        one.record(first.json()["activationId"])
        assert one.call("POST", f"{path}?blocking=true", json={"s": 0}).status_code == 200
        put = {"exec": {"kind": "python:default", "code": "def main(a): return a"}, "limits": {"instances": 2}}
        text = "Max action instance concurrency must not exceed your namespace concurrency of 1."
        says(one.call("PUT", "actions/ct-i", json=put), 400, text)


def test_a_change_holds_from_the_next_call_on(embedded):
    with new_user(embedded, "ct-block") as user:
        path = "/ct-block"
        assert user.call("GET", "actions").status_code == 200
        assert operator(embedded, "POST", path, json={"blocked": True}).json()["blocked"] is True
        says(user.call("GET", "actions"), 401, INVALID)
        assert operator(embedded, "POST", path, json={"blocked": False}).status_code == 200
        assert user.call("GET", "actions").status_code == 200
        limits = {"limits": {"firesPerMinute": 7}}
        assert operator(embedded, "POST", path, json=limits).json()["limits"]["firesPerMinute"] == 7
        assert user.call("GET", "limits").json()["firesPerMinute"] == 7
    says(user.call("GET", "actions"), 401, INVALID)


def test_a_blocked_users_objects_are_shut_too(embedded):
    with new_user(embedded, "ct-objects") as user:
        shown = user.call("PUT", "/fnkit/v1/objects/a", data=b"x").json()
        assert requests.get(shown["url"], timeout=30).status_code == 200
        operator(embedded, "POST", "/ct-objects", json={"blocked": True})
        assert requests.get(shown["url"], timeout=30).status_code == 404
        operator(embedded, "POST", "/ct-objects", json={"blocked": False})
        assert user.call("DELETE", "/fnkit/v1/objects/a").status_code == 200


def test_only_the_operators_key_administers(embedded):
    for auth, text in (
        (None, NONE),
        (tuple(embedded.auth.split(":")), INVALID),
        (("operator", "x" * 64), INVALID),
    ):
        for verb, path in (
            ("GET", ""),
            ("GET", "/guest"),
            ("PUT", "/ct-x"),
            ("POST", "/guest"),
            ("DELETE", "/guest"),
        ):
            says(operator(embedded, verb, path, auth=auth), 401, text)
    user, _, key = auth_of(embedded.data / ".wskadmin").partition(":")
    says(embedded.call("GET", "actions", auth=(user, key)), 401, INVALID)


def test_no_answer_holds_a_key_and_its_file_is_for_its_owner_only(embedded):
    with new_user(embedded, "ct-quiet") as user:
        for answer in (operator(embedded, "GET", ""), operator(embedded, "GET", "/ct-quiet")):
            assert user.auth.partition(":")[2] not in answer.text
        path = embedded.data / "users" / "ct-quiet.wskprops"
        for file in (path, embedded.data / ".wskadmin"):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not path.exists()


@pytest.mark.parametrize(
    ("verb", "path", "body", "status"),
    [
        ("PUT", "/guest", {}, 409),
        ("PUT", "/GUEST", {}, 409),
        ("PUT", "/..%2fx", {}, 404),
        ("PUT", "/-x", {}, 400),
        ("PUT", "/" + "x" * 201, {}, 400),
        ("PUT", "/ct-x", {"limits": {"perHour": 1}}, 400),
        ("PUT", "/ct-x", {"limits": {"firesPerMinute": -1}}, 400),
        ("PUT", "/ct-x", {"limits": {"firesPerMinute": 1.5}}, 400),
        ("PUT", "/ct-x", {"limits": {"firesPerMinute": True}}, 400),
        ("PUT", "/ct-x", {"limits": []}, 400),
        ("PUT", "/ct-x", [], 400),
        ("PUT", "/ct-x", {"key": "mine"}, 400),
        ("POST", "/ct-x", {"blocked": True}, 404),
        ("POST", "/guest", {"blocked": "yes"}, 400),
        ("GET", "/ct-x", None, 404),
        ("DELETE", "/ct-x", None, 404),
        ("DELETE", "/guest", None, 409),
        ("PATCH", "/guest", {}, 405),
    ],
)
def test_what_makes_no_user_is_refused_and_changes_nothing(embedded, verb, path, body, status):
    before = operator(embedded, "GET", "").json()
    answer = operator(embedded, verb, path, json=body)
    assert (answer.status_code, "error" in answer.json()) == (status, True), answer.text
    assert operator(embedded, "GET", "").json() == before


def test_users_outlive_a_kill_and_openwhisks_limits_can_be_set(tmp_path):
    platform = fresh_platform(tmp_path / "data", "--limits", "openwhisk")
    try:
        made = operator(platform, "PUT", "/ann", json={"limits": {"concurrentInvocations": 5}}).json()
        usual = {"invocationsPerMinute": 60, "firesPerMinute": 60, "concurrentInvocations": 5}
        assert made["limits"] == usual
        operator(platform, "PUT", "/bob", json={})
        operator(platform, "POST", "/bob", json={"blocked": True})
        secret = auth_of(platform.data / "users" / "ann.wskprops")
        operator_key = auth_of(platform.data / ".wskadmin")
        platform.kill()
        platform.start()
        users = operator(platform, "GET", "").json()["users"]
        assert [(one["name"], one["blocked"]) for one in users] == [
            ("ann", False),
            ("bob", True),
            ("guest", False),
        ]
        assert users[0]["limits"] == usual
        assert auth_of(platform.data / "users" / "ann.wskprops") == secret
        assert auth_of(platform.data / ".wskadmin") != operator_key
        says_so = platform.call("GET", "/", auth=None).json()["limits"]
        assert (says_so["actions_per_minute"], says_so["concurrent_actions"]) == (60, 30)
        statuses = [platform.call("POST", "actions/none", json={}).status_code for _ in range(61)]
        assert 429 in statuses or statuses.count(404) == 61  # the minute may end in between
        if 429 not in statuses:
            assert 429 in [platform.call("POST", "actions/none", json={}).status_code for _ in range(61)]
    finally:
        platform.kill()


def test_fires_are_counted_and_what_a_rule_starts_counts_as_a_call(embedded):
    with new_user(embedded, "ct-fires", firesPerMinute=500, invocationsPerMinute=0) as user:
        put = {"exec": {"kind": "python:default", "code": "def main(args):\n    return args\n"}}
        assert user.call("PUT", "actions/a", json=put).status_code == 200
        assert user.call("PUT", "triggers/t", json={}).status_code == 200
        rule = {"trigger": "/_/t", "action": "/_/a"}
        assert user.call("PUT", "rules/r", json=rule).status_code == 200
        fired = user.call("POST", "triggers/t", json={})
        assert fired.status_code == 202
        (line,) = user.record(fired.json()["activationId"])["logs"]
        assert "Too many requests in the last minute (count: 1, allowed: 0)." in line
        operator(embedded, "POST", "/ct-fires", json={"limits": {"firesPerMinute": 0}})
        answer = user.call("POST", "triggers/none", json={})
        assert answer.status_code == 429
        assert re.search(r"last minute \(count: \d, allowed: 0\)\.$", answer.json()["error"])
        for path in ("rules/r", "triggers/t", "actions/a"):
            assert user.call("DELETE", path).status_code == 200


def test_a_sequence_is_one_call_whatever_it_has_of_steps(embedded):
    with new_user(embedded, "ct-steps", invocationsPerMinute=500, concurrentInvocations=1) as user:
        put = {"exec": {"kind": "python:default", "code": "def main(args):\n    return args\n"}}
        user.call("PUT", "actions/a", json=put)
        user.call("PUT", "actions/s", json={"exec": {"kind": "sequence", "components": ["/_/a"] * 3}})
        answers = [user.call("POST", "actions/s?blocking=true&result=true", json={"n": n}) for n in range(3)]
        assert [(one.status_code, one.json()) for one in answers] == [(200, {"n": n}) for n in range(3)]
        for path in ("actions/s", "actions/a"):
            user.call("DELETE", path)


def test_a_web_action_is_charged_to_its_owner_and_gone_while_the_owner_is_blocked(embedded):
    with new_user(embedded, "ct-web", invocationsPerMinute=500) as user:
        code = "def main(args):\n    return {'body': 'hello'}\n"
        put = {
            "exec": {"kind": "python:default", "code": code},
            "annotations": [{"key": "web-export", "value": True}],
        }
        user.call("PUT", "actions/w", json=put)
        path = "/api/v1/web/ct-web/default/w.http"
        assert embedded.call("GET", path, auth=None).text == "hello"
        operator(embedded, "POST", "/ct-web", json={"blocked": True})
        says(embedded.call("GET", path, auth=None), 404, MISSING)
        operator(embedded, "POST", "/ct-web", json={"blocked": False, "limits": {"invocationsPerMinute": 0}})
        answer = embedded.call("GET", path, auth=None)
        assert (answer.status_code, "allowed: 0" in answer.json()["error"]) == (429, True)
        user.call("DELETE", "actions/w")
