"""/namespaces/{ns}/activations, on any OpenWhisk."""

import pytest

from tests.contract.test_actions import MISSING, says


@pytest.fixture
def ran(platform, action):
    """The ids of three runs of `ct-list`, the newest first; their records are there."""
    action("ct-list", "def main(args):\n    print('ran')\n    return args\n")
    calls = [platform.call("POST", "actions/ct-list?blocking=true", json={"n": n}).json() for n in range(3)]
    return [platform.record(call["activationId"])["activationId"] for call in reversed(calls)]


def test_a_record_its_result_and_its_logs(platform, ran):
    record = platform.record(ran[0])
    response = record["response"]
    assert platform.call("GET", f"activations/{ran[0]}/").json() == record
    assert platform.call("GET", f"activations/{ran[0]}/result").json() == response
    assert platform.call("GET", f"activations/{ran[0]}/logs").json() == {"logs": record["logs"]}
    assert response["result"] == {"n": 2}


def test_lists_are_newest_first_and_short(platform, ran):
    listed = platform.call("GET", "activations?name=ct-list&limit=3").json()
    assert [item["activationId"] for item in listed] == ran
    assert listed[0]["statusCode"] == 0
    assert not {"response", "logs", "subject"} & listed[0].keys()
    assert platform.call("GET", "activations?name=ct-list&limit=1&skip=1").json() == listed[1:2]
    full = platform.call("GET", "activations?name=ct-list&limit=1&docs=true").json()
    assert full == [platform.record(ran[0])]


def test_lists_are_narrowed_by_name_and_time(platform, ran):
    starts = [platform.record(one)["start"] for one in ran]
    assert platform.call("GET", "activations?name=ct-never").json() == []
    assert platform.call("GET", "activations?name=ct-list/ct-list").json() == []
    since = platform.call("GET", f"activations?name=ct-list&since={starts[0]}").json()
    assert ran[0] in [item["activationId"] for item in since]
    assert all(item["start"] >= starts[0] for item in since)
    upto = platform.call("GET", f"activations?name=ct-list&upto={starts[2] - 1}").json()
    assert not {item["activationId"] for item in upto} & set(ran)
    count = platform.call("GET", f"activations?name=ct-list&since={starts[2]}&count=true").json()
    assert count == {"activations": 3}


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("0123456789abcdef0123456789abcdef", 404, MISSING),
        ("0123456789abcdef0123456789abcdef/logs", 404, MISSING),
        ("abc", 400, "Activation id length is 3 but must be 32."),
        ("0123456789ABCDEF0123456789ABCDEF", 400, "The activation id is not valid."),
    ],
)
def test_what_is_not_there_is_said(platform, path, status, text):
    says(platform.call("GET", f"activations/{path}"), status, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (
            "since=99999999999999999999",
            "'since' was malformed:\nParameter is not a valid value for epoch seconds: 99999999999999999999",
        ),
        ("skip=99999999999", "'skip' was malformed:\nThe value '99999999999' is not an integer for activations."),
        ("since=soon", "'since' was malformed:\nParameter is not a valid value for epoch seconds: soon"),
        (
            "name=a/b/c",
            "'name' was malformed:\nParameter may be a 'simple' name or 'package-name/simple' name: a/b/c",
        ),
        ("limit=201", "'limit' was malformed:\nThe value '201' is not in the range of 0 to 200 for activations."),
    ],
)
def test_a_malformed_query_is_refused(platform, query, text):
    says(platform.call("GET", f"activations?{query}"), 400, f"The query parameter {text}")
