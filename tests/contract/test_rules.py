"""/namespaces/{ns}/rules, on any OpenWhisk."""

import pytest

from tests.contract.test_actions import ELSEWHERE, EXISTS, MISSING, says
from tests.contract.test_packages import MALFORMED
from tests.contract.test_triggers import SHOW, fire


@pytest.fixture
def parts(trigger, action):
    """A trigger `ct-t` and an action `ct-a`."""
    trigger("ct-t")
    action("ct-a", SHOW)


def status(platform, name, wanted=None):
    """The rule's status; with `wanted` it is set first."""
    if wanted:
        answer = platform.call("POST", f"rules/{name}", json={"status": wanted})
        assert (answer.status_code, answer.text) == (200, "OK")
        assert answer.headers["content-type"] == "text/plain; charset=UTF-8"
    return platform.call("GET", f"rules/{name}").json()["status"]


def test_put_get_list_delete(platform, parts, rule, namespace):
    made = rule("ct-r", "ct-t", "ct-a", annotations=[{"key": "n", "value": 1}])
    assert {**made, "updated": None} == {
        "namespace": namespace,
        "name": "ct-r",
        "status": "active",
        "trigger": {"path": namespace, "name": "ct-t"},
        "action": {"path": namespace, "name": "ct-a"},
        "version": "0.0.1",
        "publish": False,
        "annotations": [{"key": "n", "value": 1}],
        "updated": None,
    }
    assert platform.call("GET", "rules/ct-r").json() == made
    listed = platform.call("GET", "rules?limit=1").json()[0]
    assert {**listed, "status": "active"} == made
    assert "status" not in listed
    link = {"action": {"path": namespace, "name": "ct-a"}, "status": "active"}
    assert platform.call("GET", "triggers/ct-t").json()["rules"] == {f"{namespace}/ct-r": link}
    says(platform.call("PUT", "rules/ct-r", json={"trigger": "/_/ct-t", "action": "/_/ct-a"}), 409, EXISTS)
    assert platform.call("DELETE", "rules/ct-r").json() == {**made, "status": "inactive"}
    assert platform.call("GET", "triggers/ct-t").json()["rules"] == {}
    says(platform.call("GET", "rules/ct-r"), 404, MISSING)
    says(platform.call("DELETE", "rules/ct-r"), 404, MISSING)


def test_a_link_is_no_new_version_of_the_trigger(platform, trigger, action, rule):
    before = trigger("ct-t")
    action("ct-a")
    rule("ct-r", "ct-t", "ct-a")
    after = platform.call("GET", "triggers/ct-t").json()
    assert {**after, "rules": {}} == {**before, "rules": {}}
    assert trigger("ct-t")["rules"] == after["rules"]


def test_enable_and_disable(platform, parts, rule):
    rule("ct-r", "ct-t", "ct-a")
    assert status(platform, "ct-r", "inactive") == "inactive"
    assert status(platform, "ct-r", "inactive") == "inactive"
    assert rule("ct-r", "ct-t", "ct-a", publish=True)["status"] == "inactive"
    assert status(platform, "ct-r", "active") == "active"
    assert platform.call("GET", "rules/ct-r").json()["version"] == "0.0.2"


NO_STATUS = [
    ({}, "key not found: status"),
    ({"status": 1}, "1 (of class spray.json.JsNumber)"),
    ({"status": True}, "true (of class spray.json.JsTrue$)"),
    ({"status": {}}, "{} (of class spray.json.JsObject)"),
    ({"status": "paused"}, "requirement failed: paused is not a recognized rule state"),
]


def test_another_status_is_refused(platform, parts, rule):
    rule("ct-r", "ct-t", "ct-a")
    for body, text in NO_STATUS:
        says(platform.call("POST", "rules/ct-r", json=body), 400, f"{MALFORMED}{text}")
    says(platform.call("POST", "rules/ct-none", json={"status": "active"}), 404, MISSING)


def test_a_rule_outlives_its_parts(platform, parts, trigger, rule):
    rule("ct-r", "ct-t", "ct-a")
    platform.call("DELETE", "actions/ct-a")
    assert status(platform, "ct-r") == "active"
    assert list(platform.call("DELETE", "triggers/ct-t").json()["rules"])
    assert status(platform, "ct-r", "inactive") == "inactive"
    text = "Only rules with existing triggers can be activated"
    says(platform.call("POST", "rules/ct-r", json={"status": "active"}), 404, text)
    assert "rules" not in trigger("ct-t")
    assert status(platform, "ct-r") == "inactive"
    assert status(platform, "ct-r", "active") == "active"
    assert platform.call("DELETE", "rules/ct-r").status_code == 200


def test_an_update_moves_the_rule_to_another_trigger_or_action(platform, parts, trigger, action, rule, namespace):
    rule("ct-r", "ct-t", "ct-a")
    trigger("ct-t2")
    action("ct-b", SHOW)
    status(platform, "ct-r", "inactive")
    moved = platform.call("PUT", "rules/ct-r?overwrite=true", json={"trigger": "/_/ct-t2"}).json()
    assert (moved["status"], moved["version"], moved["action"]["name"]) == ("inactive", "0.0.2", "ct-a")
    assert platform.call("GET", "triggers/ct-t").json()["rules"] == {}
    assert list(platform.call("GET", "triggers/ct-t2").json()["rules"]) == [f"{namespace}/ct-r"]
    status(platform, "ct-r", "active")
    body = {"action": {"path": namespace, "name": "ct-b"}}
    assert platform.call("PUT", "rules/ct-r?overwrite=true", json=body).json()["action"]["name"] == "ct-b"
    _, lines = fire(platform, "ct-t2")
    assert [line["action"] for line in lines] == [f"{namespace}/ct-b"]


def test_an_action_in_a_package_and_through_a_binding(platform, trigger, package, action, rule, namespace):
    trigger("ct-t")
    package("ct-p", parameters=[{"key": "a", "value": "package"}])
    package("ct-b", binding={"namespace": "_", "name": "ct-p"}, parameters=[{"key": "a", "value": "binding"}])
    action("ct-p/one", SHOW)
    for name, place, expected in (("ct-r", "ct-p", "package"), ("ct-r2", "ct-b", "binding")):
        made = rule(name, "ct-t", f"{place}/one")
        assert made["action"] == {"path": f"{namespace}/{place}", "name": "one"}
        _, lines = fire(platform, "ct-t")
        record = platform.record(lines[0]["activationId"])
        assert record["response"]["result"]["got"]["a"] == expected
        platform.call("DELETE", f"rules/{name}")


CLASS = "class org.apache.openwhisk.core.entity."
TOO_SHORT = (
    "The fully qualified name of the entity must contain at least the namespace and the name of the entity."
)
REFUSED = [
    ([], 400, f"{MALFORMED}Object expected in field 'trigger'"),
    ({}, 400, "rule requires a valid trigger and a valid action"),
    ({"trigger": "/_/ct-t"}, 400, "rule requires a valid trigger and a valid action"),
    ({"trigger": "/_/ct-t", "action": "ct-a"}, 400, f"{MALFORMED}requirement failed: {TOO_SHORT}"),
    ({"trigger": 5, "action": "/_/ct-a"}, 400, f"{MALFORMED}fully qualified name malformed"),
    ({"trigger": "/_/ct-none", "action": "/_/ct-a"}, 400, "trigger /{ns}/ct-none does not exist"),
    ({"trigger": "/_/ct-t", "action": "/_/ct-none"}, 400, "action /{ns}/ct-none does not exist"),
    ({"trigger": "/_/ct-t", "action": "/_/ct-none/one"}, 404, MISSING),
    (
        {"trigger": "/_/ct-t", "action": "/_/ct-p"},
        400,
        f"document type {CLASS}WhiskPackage did not match expected type {CLASS}WhiskActionMetaData.",
    ),
]


def test_what_is_no_rule_is_refused(platform, parts, package, namespace):
    package("ct-p")
    for body, code, text in REFUSED:
        answer = platform.call("PUT", "rules/ct-r", json=body)
        says(answer, code, text.replace("{ns}", namespace))
    for body in ({"trigger": "/other/t", "action": "/_/ct-a"}, {"trigger": "/_/ct-t", "action": "/other/a"}):
        assert platform.call("PUT", "rules/ct-r", json=body).status_code == 403
    says(platform.call("GET", "rules/ct-r"), 404, MISSING)
    assert "rules" not in platform.call("GET", "triggers/ct-t").json()
    says(platform.call("PUT", "rules/ct-t", json={"trigger": "/_/ct-t", "action": "/_/ct-a"}), 409, ELSEWHERE)
