"""Node.js actions, on any OpenWhisk that has them."""

import pytest

from fnkit.local.engines import find_engine

GREETS = "function main(params) {\n  return { greeting: `Hello, ${params.name || 'stranger'}!` }\n}\n"


@pytest.fixture
def node(platform, clean):
    """Makes a Node.js action; skipped by name where the platform has none."""

    def make(code, **fields):
        clean.append("actions/ct-js")
        executable = {"kind": "nodejs:default", "code": code}
        answer = platform.call("PUT", "actions/ct-js?overwrite=true", json={"exec": executable, **fields})
        if answer.status_code == 400 and "is not supported by this platform" in answer.json()["error"]:
            pytest.skip("this platform has no Node.js")
        assert answer.status_code == 200, answer.text
        return answer.json()

    return make


def invoke(platform, arguments=None):
    return platform.call("POST", "actions/ct-js?blocking=true", json=arguments or {})


def test_its_kind_is_concrete(platform, node):
    made = node(GREETS)
    kind = made["exec"]["kind"]
    assert kind.startswith("nodejs:")
    assert kind != "nodejs:default"
    assert {"key": "exec", "value": kind} in made["annotations"]
    assert made["exec"]["binary"] is False


def test_a_call(platform, node):
    node(GREETS)
    response = invoke(platform, {"name": "Ann"}).json()["response"]
    assert response == {
        **{"result": {"greeting": "Hello, Ann!"}, "size": 26, "status": "success", "success": True},
    }


@pytest.mark.parametrize(
    ("body", "status", "result", "size"),
    [
        ("throw new Error('boom')", "action developer error", "An error has occurred: Error: boom", 46),
        ("return 'just text'", "action developer error", "The action did not return a dictionary.", 51),
        ("return Promise.reject('no')", "application error", "no", 14),
        ("return Promise.reject({ code: 7 })", "application error", {"code": 7}, 20),
    ],
)
def test_errors(platform, node, body, status, result, size):
    node(f"function main(params) {{\n  {body}\n}}\n")
    answer = invoke(platform)
    assert answer.status_code == 502
    response = answer.json()["response"]
    assert response == {"result": {"error": result}, "size": size, "status": status, "success": False}


def test_logs(platform, node):
    node("async function main() {\n  console.log('out', { a: 1 })\n  console.error('err')\n  return {}\n}\n")
    record = platform.record(invoke(platform).json()["activationId"])
    assert sorted(line.split(" ", 1)[1].strip() for line in record["logs"]) == [
        *("stderr: err", "stdout: out { a: 1 }"),
    ]


@pytest.mark.parametrize("kind", ["blackbox", "nodejs:6"])
def test_a_kind_that_this_machine_cannot_run(platform, kind):
    if not platform.embedded:
        pytest.skip("another platform may run it")
    if kind == "blackbox" and find_engine():
        pytest.skip("a container engine works here: images run")
    executable = {"kind": kind, "code": GREETS, "image": "none"}
    answer = platform.call("PUT", "actions/ct-js-none", json={"exec": executable})
    assert answer.status_code == 400
    text = answer.json()["error"]
    assert text.startswith(f"The request content was malformed:\nThe specified runtime '{kind}' is not supported")
    assert " It needs " in text
