"""Actions of kind `sequence`, on any OpenWhisk."""

import pytest

from tests.contract.conftest import SLOW
from tests.contract.test_actions import MISSING, says

ADD = "def main(args):\n    return {'n': args.get('n', 0) + args.get('by', 1)}\n"
FAIL = "def main(args):\n    return {'error': 'it went wrong', 'other': 1}\n"
SHOW = "def main(args):\n    return {'got': args}\n"
NO_COMPONENT = "Sequence component does not exist."
TOO_LONG = "Too many actions in the sequence."


@pytest.fixture
def sequence(platform, clean):
    def make(name, *components, **fields):
        clean.append(f"actions/{name}")
        answer = put(platform, name, *components, **fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return make


def put(platform, name, *components, **fields):
    body = {"exec": {"kind": "sequence", "components": list(components)}, **fields}
    return platform.call("PUT", f"actions/{name}?overwrite=true", json=body)


def invoke(platform, name, arguments=None, query="blocking=true"):
    return platform.call("POST", f"actions/{name}?{query}", json=arguments or {})


def notes_of(record):
    return {pair["key"]: pair["value"] for pair in record["annotations"]}


def test_put_and_get(platform, action, sequence, namespace):
    action("ct-add", ADD)
    made = sequence("ct-seq", "/_/ct-add", f"/{namespace}/ct-add", parameters=[{"key": "mine", "value": 1}])
    paths = [f"/{namespace}/ct-add"] * 2
    assert made["exec"] == {"kind": "sequence", "components": paths}
    assert made["parameters"] == [{"key": "_actions", "value": paths}]
    assert notes_of(made) == {"provide-api-key": False, "exec": "sequence"}
    assert platform.call("GET", "actions/ct-seq").json() == made
    assert platform.call("GET", "actions/ct-seq?code=false").json() == made
    items = platform.call("GET", "actions").json()
    assert next(item for item in items if item["name"] == "ct-seq")["exec"] == {"binary": False}


def test_an_update_keeps_actions_as_the_one_parameter_until_there_is_code(platform, action, sequence):
    action("ct-add", ADD)
    made = sequence("ct-seq", "/_/ct-add")
    changed = platform.call(
        "PUT", "actions/ct-seq?overwrite=true", json={"parameters": [{"key": "a", "value": 1}]}
    )
    assert changed.json()["parameters"] == made["parameters"]
    assert changed.json()["version"] == "0.0.2"
    assert action("ct-seq", ADD)["parameters"] == []
    assert invoke(platform, "ct-seq", {"n": 1}, "blocking=true&result=true").json() == {"n": 2}
    assert sequence("ct-seq", "/_/ct-add")["exec"].get("code") is None


def test_a_run_hands_each_answer_on(platform, action, sequence, namespace):
    action("ct-add", ADD, limits={"memory": 128})
    action("ct-more", ADD, parameters=[{"key": "by", "value": 10}], limits={"timeout": 5000})
    made = sequence("ct-seq", "/_/ct-add", "/_/ct-more")
    answer = invoke(platform, "ct-seq", {"n": 1, "by": 5})
    record = answer.json()
    assert answer.status_code == 200
    assert record["response"] == {"status": "success", "success": True, "result": {"n": 16}, "size": 10}
    assert len(record["logs"]) == 2
    notes = notes_of(record)
    assert notes.pop("waitTime") >= 0
    assert notes == {
        "topmost": True,
        "path": f"{namespace}/ct-seq",
        "kind": "sequence",
        "limits": {**made["limits"], "memory": 256},
    }
    assert "cause" not in record
    steps = [platform.record(step) for step in record["logs"]]
    assert [step["name"] for step in steps] == ["ct-add", "ct-more"]
    assert record["duration"] == sum(step["duration"] for step in steps)
    for step in steps:
        assert step["cause"] == record["activationId"]
        assert notes_of(step)["causedBy"] == "sequence"
    assert platform.record(record["activationId"]) == record
    logs = platform.call("GET", f"activations/{record['activationId']}/logs").json()
    assert logs == {"logs": record["logs"]}


def test_a_call_that_does_not_block_ends_as_a_record(platform, action, sequence):
    action("ct-add", ADD)
    sequence("ct-seq", "/_/ct-add", "/_/ct-add")
    answer = invoke(platform, "ct-seq", {"n": 1}, "")
    assert answer.status_code == 202
    assert platform.record(answer.json()["activationId"])["response"]["result"] == {"n": 3}


def test_a_call_that_waits_in_vain_goes_on(platform, action, sequence):
    action("ct-slow", SLOW)
    action("ct-show", SHOW)
    sequence("ct-seq", "/_/ct-slow", "/_/ct-show")
    answer = invoke(platform, "ct-seq", {"s": 1}, "blocking=true&timeout=100")
    assert answer.status_code == 202
    record = platform.record(answer.json()["activationId"])
    assert record["response"]["result"] == {"got": {"took": 1}}


def test_an_error_stops_it(platform, action, sequence):
    action("ct-echo")
    action("ct-fail", FAIL)
    sequence("ct-seq", "/_/ct-echo", "/_/ct-fail", "/_/ct-echo")
    answer = invoke(platform, "ct-seq")
    assert answer.status_code == 502
    assert answer.json()["response"]["status"] == "application error"
    assert answer.json()["response"]["result"] == {"error": "it went wrong"}
    assert len(answer.json()["logs"]) == 2


def test_an_error_among_the_first_arguments_reaches_the_first_step(platform, action, sequence):
    action("ct-show", SHOW)
    sequence("ct-seq", "/_/ct-show", "/_/ct-show")
    result = invoke(platform, "ct-seq", {"error": "given"}, "blocking=true&result=true")
    assert result.json() == {"got": {"got": {"error": "given"}}}


def test_an_array_goes_from_step_to_step_without_parameters(platform, action, sequence):
    action("ct-list", "def main(args):\n    return [1, 2]\n")
    action("ct-len", "def main(args):\n    return {'is': args}\n", parameters=[{"key": "unused", "value": True}])
    sequence("ct-seq", "/_/ct-list", "/_/ct-len")
    assert invoke(platform, "ct-seq", {}, "blocking=true&result=true").json() == {"is": [1, 2]}
    sequence("ct-seq", "/_/ct-list")
    assert invoke(platform, "ct-seq").json() == [1, 2]


def test_a_step_that_was_deleted(platform, action, sequence):
    action("ct-echo")
    action("ct-gone")
    sequence("ct-seq", "/_/ct-echo", "/_/ct-gone")
    platform.call("DELETE", "actions/ct-gone")
    answer = invoke(platform, "ct-seq")
    assert answer.status_code == 502
    response = {"status": "application error", "success": False, "result": {"error": NO_COMPONENT}}
    assert answer.json()["response"] == response
    assert len(answer.json()["logs"]) == 1


def test_an_inner_sequence_has_a_record_of_its_own(platform, action, sequence):
    action("ct-add", ADD)
    sequence("ct-inner", "/_/ct-add", "/_/ct-add")
    sequence("ct-seq", "/_/ct-inner", "/_/ct-add")
    record = invoke(platform, "ct-seq", {"n": 1}).json()
    assert record["response"]["result"] == {"n": 4}
    inner, last = (platform.record(step) for step in record["logs"])
    assert (inner["name"], last["name"]) == ("ct-inner", "ct-add")
    assert inner["cause"] == record["activationId"]
    assert (notes_of(inner)["topmost"], notes_of(inner)["causedBy"]) == (False, "sequence")
    assert len(inner["logs"]) == 2
    assert all(platform.record(step)["cause"] == inner["activationId"] for step in inner["logs"])


def test_through_a_binding(platform, action, package, sequence, namespace):
    package("ct-p", parameters=[{"key": "by", "value": 3}])
    action("ct-p/add", ADD)
    sequence("ct-p/seq", f"/{namespace}/ct-p/add")
    package("ct-b", binding={"namespace": "_", "name": "ct-p"}, parameters=[{"key": "by", "value": 5}])
    sequence("ct-seq", "/_/ct-b/add", "/_/ct-b/seq")
    record = invoke(platform, "ct-seq", {"n": 1}).json()
    assert record["response"]["result"] == {"n": 9}
    step, inner = (platform.record(one) for one in record["logs"])
    assert notes_of(step)["path"] == f"{namespace}/ct-p/add"
    assert notes_of(step)["binding"] == notes_of(inner)["binding"] == f"{namespace}/ct-b"
    shown = platform.call("GET", "actions/ct-b/seq").json()
    assert {pair["key"] for pair in shown["parameters"]} == {"by", "_actions"}


@pytest.mark.parametrize(
    ("components", "refusal"),
    [
        (["/_/ct-nothing"], (400, NO_COMPONENT)),
        ([], (400, "No component specified for the sequence.")),
        (["/_/ct-echo"] * 51, (400, TOO_LONG)),
        (["/_/ct-no-package/one"], (404, MISSING)),
        (["/somebody-else/one"], (403, "The supplied authentication is not authorized to access")),
        (["/_/ct-p"], (409, "Resource by this name exists but is not in this collection.")),
        (None, (400, "'components' must be defined for sequence kind")),
        ("text", (400, "'components' must be an array")),
        ([5], (400, "fully qualified name malformed")),
        (["ct-echo"], (400, "must contain at least the namespace and the name of the entity.")),
    ],
)
def test_refused_components(platform, action, package, clean, components, refusal):
    action("ct-echo")
    package("ct-p")
    clean.append("actions/ct-seq")
    body = {"exec": {"kind": "sequence", "components": components}}
    answer = platform.call("PUT", "actions/ct-seq", json=body)
    assert answer.status_code == refusal[0]
    assert refusal[1] in answer.json()["error"]


def test_inner_steps_count_and_a_sequence_may_not_hold_itself(platform, action, sequence):
    action("ct-echo")
    sequence("ct-inner", *["/_/ct-echo"] * 25)
    sequence("ct-seq", "/_/ct-inner", "/_/ct-inner")
    says(put(platform, "ct-other", "/_/ct-inner", "/_/ct-inner", "/_/ct-echo"), 400, TOO_LONG)
    says(put(platform, "ct-inner", "/_/ct-seq"), 400, "Sequence may not refer to itself.")
    record = invoke(platform, "ct-seq", {"a": 1}).json()
    assert record["response"]["result"] == {"a": 1}


def test_what_grew_too_long_since_stops_while_it_runs(platform, action, sequence):
    action("ct-echo")
    sequence("ct-inner", "/_/ct-echo")
    sequence("ct-seq", "/_/ct-inner", "/_/ct-inner")
    sequence("ct-inner", *["/_/ct-echo"] * 26)
    answer = invoke(platform, "ct-seq", {"a": 1})
    assert answer.status_code == 502
    assert answer.json()["response"]["result"] == {"error": TOO_LONG}


def test_final_parameters_of_steps_do_not_stop_a_sequence(platform, action, sequence):
    action("ct-final", SHOW, parameters=[{"key": "a", "value": 1}], annotations=[{"key": "final", "value": True}])
    sequence("ct-seq", "/_/ct-final")
    assert invoke(platform, "ct-seq", {"a": 2}, "blocking=true&result=true").json() == {"got": {"a": 2}}
