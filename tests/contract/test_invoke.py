"""POST on an action, on any OpenWhisk."""

import pytest

from tests.contract.conftest import SLOW

FINAL = "Request defines parameters that are not allowed (e.g., reserved properties)."
RAISE = "def main(args):\n    raise ValueError('boom')\n"
EXIT = "import sys\ndef main(args):\n    sys.exit(3)\n"
ENVIRONMENT = "import os\ndef main(args):\n    return {name: os.environ.get(name) for name in args['names']}\n"


def invoke(platform, name, arguments=None, query="blocking=true"):
    return platform.call("POST", f"actions/{name}?{query}", json=arguments or {})


def test_a_blocking_call_answers_the_record_without_logs(platform, action, namespace):
    made = action("ct-i", "def main(args):\n    print('hello')\n    return {'n': args['n'] + 1}\n")
    answer = invoke(platform, "ct-i", {"n": 1})
    record = answer.json()
    assert answer.status_code == 200
    assert answer.headers["x-openwhisk-activation-id"] == record["activationId"]
    assert record["response"] == {"status": "success", "success": True, "result": {"n": 2}, "size": 9}
    assert (record["namespace"], record["subject"], record["name"]) == (namespace, namespace, "ct-i")
    assert (record["version"], record["logs"], record["publish"]) == (made["version"], [], False)
    assert record["duration"] == record["end"] - record["start"]
    notes = {pair["key"]: pair["value"] for pair in record["annotations"]}
    assert notes["path"] == f"{namespace}/ct-i"
    assert notes["kind"] == made["exec"]["kind"]
    assert notes["limits"] == made["limits"]
    assert notes["timeout"] is False
    assert notes["waitTime"] >= 0
    kept = platform.record(record["activationId"])
    assert [line.split(" ", 1)[1].strip() for line in kept["logs"]] == ["stdout: hello"]


def test_a_call_that_does_not_block_answers_the_id(platform, action):
    action("ct-i")
    answer = invoke(platform, "ct-i", {"n": 1}, "result=true")
    assert answer.status_code == 202
    assert list(answer.json()) == ["activationId"]
    assert platform.record(answer.json()["activationId"])["response"]["result"] == {"n": 1}


def test_a_call_that_waits_in_vain_answers_the_id_and_ends_later(platform, action):
    action("ct-slow", SLOW)
    answer = invoke(platform, "ct-slow", {"s": 1}, "blocking=true&timeout=100")
    assert answer.status_code == 202
    assert platform.record(answer.json()["activationId"])["response"]["result"] == {"took": 1}


@pytest.mark.parametrize("timeout", ["0", "60001", "-1", "soon"])
def test_a_wait_out_of_range_is_refused(platform, action, timeout):
    action("ct-i")
    answer = invoke(platform, "ct-i", {}, f"timeout={timeout}")
    assert answer.status_code == 400
    assert "'timeout' was malformed:" in answer.json()["error"]


def test_failures_are_502_and_say_whose_they_are(platform, action):
    action("ct-raise", RAISE)
    action("ct-exit", EXIT)
    answer = invoke(platform, "ct-raise")
    assert (answer.status_code, answer.json()["response"]["status"]) == (502, "application error")
    assert answer.json()["response"]["result"] == {"error": "boom"}
    assert any("ValueError" in line for line in platform.record(answer.json()["activationId"])["logs"])
    answer = invoke(platform, "ct-exit")
    assert (answer.status_code, answer.json()["response"]["status"]) == (502, "action developer error")
    assert invoke(platform, "ct-raise", {}, "blocking=true&result=true").json() == {"error": "boom"}


def test_a_time_out_is_told_and_the_next_call_runs(platform, action):
    action("ct-t", SLOW, limits={"timeout": 1000})
    answer = invoke(platform, "ct-t", {"s": 20})
    response = answer.json()["response"]
    assert answer.status_code == 502
    assert response["result"] == {"error": "The action exceeded its time limits of 1000 milliseconds."}
    assert {"key": "timeout", "value": True} in answer.json()["annotations"]
    assert invoke(platform, "ct-t", {"s": 0}).status_code == 200


def test_arguments_win_over_parameters_unless_final(platform, action):
    parameters = [{"key": "a", "value": 1}, {"key": "n", "value": None}]
    action("ct-i", parameters=parameters)
    assert invoke(platform, "ct-i", {"a": 2}, "blocking=true&result=true").json() == {"a": 2, "n": None}
    action("ct-f", parameters=parameters, annotations=[{"key": "final", "value": True}])
    answer = invoke(platform, "ct-f", {"a": 2})
    assert (answer.status_code, answer.json()["error"]) == (400, FINAL)
    assert invoke(platform, "ct-f", {"n": 2}, "blocking=true&result=true").json() == {"a": 1, "n": 2}


def test_init_parameters_are_environment(platform, action):
    names = {"key": "names", "value": ["TEXT", "OBJ", "NIL", "PLAIN", "__OW_NAMESPACE", "__OW_API_KEY"]}
    init = [
        {"key": key, "value": value, "init": True}
        for key, value in (("TEXT", "x"), ("OBJ", {"a": 1}), ("NIL", None))
    ]
    action("ct-env", ENVIRONMENT, parameters=[*init, names, {"key": "PLAIN", "value": 1}])
    found = invoke(platform, "ct-env", {}, "blocking=true&result=true").json()
    assert (found["TEXT"], found["OBJ"], found["NIL"], found["PLAIN"]) == ("x", '{"a":1}', "", None)
    assert found["__OW_API_KEY"] is None


def test_the_key_is_given_to_an_action_that_asks(platform, action):
    action("ct-env", ENVIRONMENT, annotations=[{"key": "provide-api-key", "value": True}])
    found = invoke(
        platform, "ct-env", {"names": ["__OW_API_KEY", "__OW_API_HOST"]}, "blocking=true&result=true"
    ).json()
    assert found["__OW_API_KEY"] == platform.auth
    assert found["__OW_API_HOST"]


def test_an_array_is_answered_bare(platform, action):
    action("ct-array", "def main(args):\n    return [1, {'two': 2}]\n")
    assert invoke(platform, "ct-array").json() == [1, {"two": 2}]
    assert invoke(platform, "ct-array", {}, "blocking=true&result=true").json() == [1, {"two": 2}]


def test_a_body_over_the_limit_is_refused_with_its_size(platform, action):
    action("ct-i")
    answer = platform.call(
        "POST",
        "actions/ct-i?blocking=true",
        data=b'{"text":"' + b"x" * 1_048_576 + b'"}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 413
    assert answer.json()["error"] == "Request larger than allowed: 1048587 > 1048576 bytes."


@pytest.mark.parametrize("text", ["☃ ä \U0001f600", 'a\nb\t"q" \\ \0', "x" * 500_000])
def test_text_comes_back_as_it_went(platform, action, text):
    action("ct-i")
    assert invoke(platform, "ct-i", {"text": text}, "blocking=true&result=true").json() == {"text": text}
