"""`/whisk.system`: what every key finds there. OpenWhisk has it where its catalog was installed."""

import re

import pytest

from tests.contract.test_packages import as_dict
from tests.contract.test_triggers import fire

SYSTEM = "/api/v1/namespaces/whisk.system"
OFFERED = {
    "utils": {"echo", "cat", "smash", "split", "sort", "head", "date", "namespace"},
    "samples": {"greeting", "helloWorld", "wordCount"},
}
ACTIONS = [f"{package}/{name}" for package in sorted(OFFERED) for name in sorted(OFFERED[package])]


@pytest.fixture(autouse=True)
def catalog(platform):
    if platform.call("GET", f"{SYSTEM}/packages/utils").status_code != 200:
        pytest.skip("this OpenWhisk has no catalog installed")


def result(platform, name, arguments):
    answer = platform.call("POST", f"{SYSTEM}/actions/{name}?blocking=true&result=true", json=arguments)
    return answer.json()


def test_the_packages_are_public_and_list_their_actions(platform):
    listed = platform.call("GET", f"{SYSTEM}/packages").json()
    assert {"utils", "samples"} <= {item["name"] for item in listed if item["publish"]}
    for package, names in OFFERED.items():
        shown = platform.call("GET", f"{SYSTEM}/packages/{package}").json()
        assert names <= {item["name"] for item in shown["actions"]}
        assert as_dict(shown["annotations"])["description"]


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_answers_as_its_sample_says(platform, namespace, name):
    document = platform.call("GET", f"{SYSTEM}/actions/{name}").json()
    notes = as_dict(document["annotations"])
    assert notes["description"]
    answer = result(platform, name, notes.get("sampleInput", {}))
    if name == "utils/date":
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer["date"])
    elif name == "utils/namespace":
        assert answer == {"namespace": namespace}
    else:
        assert answer.items() >= notes["sampleOutput"].items()


def test_edges(platform):
    assert result(platform, "utils/split", {"payload": "a\r\nb\nc"})["lines"] == ["a", "b", "c"]
    assert result(platform, "utils/sort", {"lines": ["b", "B", "10", "9"]})["lines"] == ["10", "9", "B", "b"]
    assert result(platform, "utils/cat", {}) == {"lines": [], "payload": ""}
    assert result(platform, "utils/smash", {"a": 1}) == {
        "error": "Expected an argument '$fieldName' of type 'string'."
    }
    assert result(platform, "samples/greeting", {}) == {"payload": "Hello, stranger from somewhere!"}


def test_the_record_is_the_callers(platform, namespace):
    record = platform.call("POST", f"{SYSTEM}/actions/utils/echo?blocking=true", json={"a": 1}).json()
    assert (record["namespace"], record["response"]["result"]) == (namespace, {"a": 1})
    assert as_dict(record["annotations"])["path"] == "whisk.system/utils/echo"


def test_nobody_changes_it(platform):
    forbidden = (
        ("PUT", "packages/utils?overwrite=true"),
        ("DELETE", "packages/utils"),
        ("PUT", "actions/utils/echo?overwrite=true"),
        ("DELETE", "actions/utils/echo"),
        ("GET", "actions"),
        ("GET", "triggers"),
    )
    for verb, path in forbidden:
        assert platform.call(verb, f"{SYSTEM}/{path}", json={}).status_code == 403


def test_a_binding_and_a_rule_reach_it(platform, package, trigger, clean):
    package("ct-u", binding={"namespace": "whisk.system", "name": "utils"}, parameters=[{"key": "b", "value": 2}])
    echoed = platform.call("POST", "actions/ct-u/echo?blocking=true&result=true", json={"a": 1})
    assert echoed.json() == {"a": 1, "b": 2}
    trigger("ct-t")
    clean.append("rules/ct-r")
    body = {"trigger": "/_/ct-t", "action": "/whisk.system/utils/echo"}
    made = platform.call("PUT", "rules/ct-r", json=body).json()
    assert made["action"] == {"path": "whisk.system/utils", "name": "echo"}
    record, lines = fire(platform, "ct-t", {"a": 1})
    assert [line["action"] for line in lines] == ["whisk.system/utils/echo"]
    started = platform.record(lines[0]["activationId"])
    assert (started["namespace"], started["response"]["result"]["a"]) == (record["namespace"], 1)
