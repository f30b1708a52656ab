"""/namespaces/{ns}/triggers, on any OpenWhisk."""

import json

import pytest

from tests.contract.test_actions import ELSEWHERE, EXISTS, MISSING, says
from tests.contract.test_packages import MALFORMED, as_dict

SHOW = "def main(args):\n    return {'got': args}\n"


def fire(platform, name, payload=None, **options):
    """The firing's record, and what its rules said."""
    answer = platform.call("POST", f"triggers/{name}", json=payload or {}, **options)
    assert answer.status_code == 202, answer.text
    activation_id = answer.json()["activationId"]
    assert answer.headers["x-openwhisk-activation-id"] == activation_id
    record = platform.record(activation_id)
    return record, [json.loads(line) for line in record["logs"]]


def test_put_get_list_delete(platform, trigger, namespace):
    made = trigger("ct-t", parameters=[{"key": "a", "value": 1}], annotations=[{"key": "n", "value": 1}])
    assert {**made, "updated": None} == {
        "namespace": namespace,
        "name": "ct-t",
        "version": "0.0.1",
        "publish": False,
        "parameters": [{"key": "a", "value": 1}],
        "annotations": [{"key": "n", "value": 1}],
        "limits": {},
        "updated": None,
    }
    assert platform.call("GET", "triggers/ct-t").json() == made
    listed = {key: made[key] for key in ("namespace", "name", "version", "publish", "annotations", "updated")}
    assert platform.call("GET", "triggers?limit=1").json() == [listed]
    count = platform.call("GET", "triggers?count=true").json()["triggers"]
    assert platform.call("GET", f"triggers?count=true&skip={count - 1}").json() == {"triggers": 1}
    says(platform.call("PUT", "triggers/ct-t", json={}), 409, EXISTS)
    assert platform.call("DELETE", "triggers/ct-t").json() == made
    for verb in ("GET", "DELETE", "POST"):
        says(platform.call(verb, "triggers/ct-t"), 404, MISSING)


def test_an_update_replaces_what_it_names_and_keeps_the_rest(trigger):
    trigger("ct-t", parameters=[{"key": "a", "value": 1}], annotations=[{"key": "n", "value": 1}], publish=True)
    changed = trigger("ct-t", annotations=[{"key": "m", "value": 2}], limits={"timeout": 5}, rules={"x": 1})
    assert (changed["version"], changed["publish"], changed["limits"]) == ("0.0.2", True, {})
    assert as_dict(changed["annotations"]) == {"m": 2}
    assert as_dict(changed["parameters"]) == {"a": 1}
    assert "rules" not in changed


@pytest.mark.parametrize("feed", ["bad$feed", "", 5, "/", None])
def test_a_feed_without_a_proper_name_is_refused_on_create_only(platform, trigger, feed):
    body = {"annotations": [{"key": "feed", "value": feed}]}
    says(platform.call("PUT", "triggers/ct-t", json=body), 400, "Feed name is not valid")
    for name in ("one", "/_/package/feed"):
        trigger("ct-t", annotations=[{"key": "feed", "value": name}])
    assert as_dict(trigger("ct-t", **body)["annotations"]) == {"feed": feed}


REFUSED = [
    ([], 400, f"{MALFORMED}Object expected in field 'parameters'"),
    ({"parameters": {"a": 1}}, 400, f"{MALFORMED}parameters malformed!"),
    ({"annotations": 5}, 400, f"{MALFORMED}parameters malformed!"),
    ({"limits": 5}, 400, f"{MALFORMED}Object expected"),
    ({"version": "zero"}, 400, f"{MALFORMED}semantic version malformed"),
    ({"publish": "yes"}, 400, f'{MALFORMED}Expected JsBoolean, but got "yes"'),
]


def test_what_is_no_trigger_is_refused(platform):
    for body, status, text in REFUSED:
        says(platform.call("PUT", "triggers/ct-none", json=body), status, text)
    says(platform.call("GET", "triggers/ct-none"), 404, MISSING)


def test_a_name_belongs_to_one_kind(platform, trigger, action):
    trigger("ct-t")
    action("ct-a")
    for verb in ("GET", "DELETE", "POST", "PUT"):
        says(platform.call(verb, "triggers/ct-a", json={}), 409, ELSEWHERE)
        if verb != "PUT":
            says(platform.call(verb, "rules/ct-t", json={"status": "active"}), 409, ELSEWHERE)


def test_a_trigger_without_an_active_rule_does_nothing(platform, trigger, action, rule):
    trigger("ct-idle")
    action("ct-a")

    def fired():
        answer = platform.call("POST", "triggers/ct-idle", json={"n": 1})
        return answer.status_code, answer.content, "x-openwhisk-activation-id" in answer.headers

    assert fired() == (204, b"", False)
    rule("ct-r", "ct-idle", "ct-a")
    platform.call("POST", "rules/ct-r", json={"status": "inactive"})
    assert fired() == (204, b"", False)
    platform.call("DELETE", "rules/ct-r")
    assert fired() == (204, b"", False)
    assert platform.call("GET", "activations?name=ct-idle").json() == []


def test_a_fired_trigger_starts_the_actions_of_its_active_rules(platform, trigger, action, rule, namespace):
    trigger("ct-t", parameters=[{"key": "a", "value": "trigger"}, {"key": "b", "value": "trigger"}])
    action("ct-a", SHOW, parameters=[{"key": "a", "value": "action"}, {"key": "c", "value": "action"}])
    action("ct-b", SHOW)
    rule("ct-r", "ct-t", "ct-a")
    rule("ct-off", "ct-t", "ct-b")
    platform.call("POST", "rules/ct-off", json={"status": "inactive"})
    record, lines = fire(platform, "ct-t", {"b": "call"}, headers={"X-Mine": "yes"})
    fields = "namespace name version publish annotations subject activationId start response logs"
    assert sorted(record) == sorted(fields.split())
    assert record["response"] == {"result": {"b": "call"}, "status": "success", "success": True}
    assert (record["namespace"], record["name"], record["version"]) == (namespace, "ct-t", "0.0.1")
    done = next(line for line in lines if line["success"])
    assert {**done, "activationId": ""} == {
        "statusCode": 0,
        "success": True,
        "activationId": "",
        "rule": f"{namespace}/ct-r",
        "action": f"{namespace}/ct-a",
    }
    assert [line for line in lines if line is not done] == [
        {
            "statusCode": 1,
            "success": False,
            "rule": f"{namespace}/ct-off",
            "error": f"Rule '{namespace}/ct-off' is inactive, action '{namespace}/ct-b' was not activated.",
            "action": f"{namespace}/ct-b",
        }
    ]
    got = platform.record(done["activationId"])["response"]["result"]["got"]
    assert got["__ow_headers"]["x-mine"] == "yes"
    assert {key: got[key] for key in "abc"} == {"a": "trigger", "b": "call", "c": "action"}
    listed = platform.call("GET", "activations?name=ct-t").json()[0]
    assert listed["activationId"] == record["activationId"]
    assert "end" not in listed
    assert platform.call("GET", f"activations/{record['activationId']}/logs").json()["logs"] == record["logs"]


def test_a_rule_that_cannot_start_its_action_says_why(platform, trigger, action, rule, namespace):
    trigger("ct-t")
    action("ct-a", SHOW, parameters=[{"key": "fixed", "value": 1}], annotations=[{"key": "final", "value": True}])
    action("ct-b", SHOW)
    rule("ct-r", "ct-t", "ct-a")
    rule("ct-r2", "ct-t", "ct-b")
    platform.call("DELETE", "actions/ct-b")
    record, lines = fire(platform, "ct-t", {"fixed": 2})
    assert record["response"]["success"] is True
    assert {(line["rule"], line["statusCode"], line["error"]) for line in lines} == {
        (
            f"{namespace}/ct-r",
            1,
            "Request defines parameters that are not allowed (e.g., reserved properties).",
        ),
        (f"{namespace}/ct-r2", 1, MISSING),
    }


def test_a_payload_is_an_object_of_a_mebibyte_at_most(platform, trigger):
    trigger("ct-t")
    says(platform.call("POST", "triggers/ct-t", json=[1]), 400, f"{MALFORMED}JSON object expected")
    answer = platform.call("POST", "triggers/ct-t", json={"a": "x" * 1048576})
    assert answer.status_code == 413


def test_the_progress_of_a_firing_is_told(embedded, trigger, action, rule):
    trigger("ct-t")
    action("ct-a", SHOW)
    rule("ct-r", "ct-t", "ct-a")
    record, _ = fire(embedded, "ct-t")
    progress = embedded.call("GET", f"/fnkit/v1/activations/{record['activationId']}").json()
    assert (progress["state"], progress["run"]) == ("done", None)
