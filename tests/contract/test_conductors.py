"""Actions with the annotation `conductor`, on any OpenWhisk."""

import pytest

from tests.contract.test_sequences import notes_of, sequence  # noqa: F401

TODO = """
def main(args):
    todo = args.pop('todo', None)
    if todo:
        return {'action': todo[0], 'params': args, 'state': {'todo': todo[1:]}}
    return {'params': args}
"""
ANSWER = "def main(args):\n    return args['answer'] if 'answer' in args else {'params': args}\n"
ADD = "def main(args):\n    return {'n': args.get('n', 0) + args.get('by', 1)}\n"
FAIL = "def main(args):\n    return {'error': 'it went wrong', 'other': 1}\n"
ENDLESS = "def main(args):\n    return {'action': 'ct-add', 'params': args}\n"


@pytest.fixture
def conductor(action):
    def make(name, code=TODO, **fields):
        return action(name, code, annotations=[{"key": "conductor", "value": True}], **fields)

    return make


def invoke(platform, name, arguments, query="blocking=true"):
    return platform.call("POST", f"actions/{name}?{query}", json=arguments)


def result(platform, name, arguments):
    return invoke(platform, name, arguments, "blocking=true&result=true").json()


def test_a_composition_runs_what_its_conductor_says(platform, action, conductor, namespace):
    made = conductor("ct-c", limits={"memory": 128})
    action("ct-add", ADD)
    answer = invoke(platform, "ct-c", {"todo": ["ct-add", "/_/ct-add", f"/{namespace}/ct-add"], "n": 1})
    record = answer.json()
    assert answer.status_code == 200
    assert record["response"] == {"status": "success", "success": True, "result": {"n": 4}}
    steps = [platform.record(step) for step in record["logs"]]
    assert [step["name"] for step in steps] == ["ct-c", "ct-add"] * 3 + ["ct-c"]
    assert all(step["cause"] == record["activationId"] for step in steps)
    assert all(notes_of(step)["causedBy"] == "sequence" for step in steps)
    assert record["duration"] == sum(step["duration"] for step in steps)
    notes = notes_of(record)
    assert notes.pop("waitTime") >= 0
    assert notes == {
        "topmost": True,
        "path": f"{namespace}/ct-c",
        "kind": "sequence",
        "conductor": True,
        "limits": {**made["limits"], "memory": 256},
    }
    assert platform.record(record["activationId"]) == record


def test_a_sequence_and_a_composition_as_components(platform, action, conductor, sequence):  # noqa: F811
    conductor("ct-c")
    conductor("ct-inner", "def main(args):\n    return {'action': 'ct-add'} if 'n' not in args else args\n")
    action("ct-add", ADD)
    sequence("ct-seq", "/_/ct-add", "/_/ct-inner")
    record = invoke(platform, "ct-c", {"todo": ["ct-seq", "ct-inner"]}).json()
    assert record["response"]["result"] == {"n": 1}
    steps = [platform.record(step) for step in record["logs"]]
    assert [step["name"] for step in steps] == ["ct-c", "ct-seq", "ct-c", "ct-inner", "ct-c"]
    through = platform.record(steps[1]["logs"][1])
    assert (notes_of(through)["conductor"], notes_of(through)["topmost"]) == (True, False)
    assert (steps[1]["cause"], through["cause"]) == (record["activationId"], steps[1]["activationId"])


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("ct-none", "Failed to resolve action with name '{ns}/ct-none'"),
        ("ct-p", "Failed to resolve action with name '{ns}/ct-p'"),
        ("ct-p/none", "Failed to resolve action with name '{ns}/ct-p/none'"),
        ("ct-nopack/one", "Failed entitlement check for action with name '{ns}/ct-nopack/one'"),
        ("/nobody/one", "Failed entitlement check for action with name 'nobody/one'"),
        ("/one", 'Failed to parse action name from json value "/one"'),
        ("", 'Failed to parse action name from json value ""'),
        ("/a/b/c/d", 'Failed to parse action name from json value "/a/b/c/d"'),
        ("bad$name", 'Failed to parse action name from json value "bad$name"'),
        (5, "Failed to parse action name from json value 5"),
    ],
)
def test_the_conductor_hears_what_may_not_run(platform, package, conductor, namespace, name, fault):
    package("ct-p")
    conductor("ct-c")
    assert result(platform, "ct-c", {"todo": [name]}) == {
        "error": f"{fault.format(ns=namespace)} during composition."
    }


def test_a_components_error_is_not_the_end(platform, action, conductor):
    conductor("ct-c", "def main(args):\n    return {'saw': args} if 'error' in args else {'action': 'ct-fail'}\n")
    action("ct-fail", FAIL)
    answer = invoke(platform, "ct-c", {})
    assert answer.status_code == 200
    assert answer.json()["response"]["result"] == {"saw": {"error": "it went wrong"}}


def test_the_conductors_own_error_is(platform, conductor):
    conductor("ct-c", "def main(args):\n    raise ValueError('boom')\n")
    answer = invoke(platform, "ct-c", {})
    assert answer.status_code == 502
    assert answer.json()["response"]["result"] == {"error": "boom"}
    assert "size" not in answer.json()["response"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"params": {"a": 1}, "other": 2}, {"a": 1}),
        ({"params": None}, {"value": None}),
        ({"state": {"s": 1}}, {"state": {"s": 1}}),
        ({"error": "stop", "params": {"a": 1}}, {"error": "stop"}),
        ({"action": "ct-fail", "params": "text", "state": 5}, {"error": "it went wrong", "state": 5}),
        (
            {"action": None, "params": {"a": 1}},
            {"error": "Failed to parse action name from json value null during composition."},
        ),
    ],
)
def test_what_an_answer_means(platform, action, conductor, given, expected):
    conductor("ct-c", ANSWER)
    action("ct-fail", FAIL)
    assert result(platform, "ct-c", {"answer": given}) == expected


def test_an_array_from_a_conductor_is_an_internal_error(platform, conductor):
    conductor("ct-c", ANSWER)
    answer = invoke(platform, "ct-c", {"answer": [1, 2]})
    assert (answer.status_code, answer.json()["error"]) == (500, "There was an internal server error.")


def test_a_composition_has_an_end(platform, action, conductor):
    conductor("ct-c", ENDLESS)
    action("ct-add", ADD)
    answer = invoke(platform, "ct-c", {"n": 0})
    assert answer.status_code == 502
    assert answer.json()["response"]["result"] == {"error": "Too many actions in the composition."}
    assert len(answer.json()["logs"]) == 151


def test_without_the_annotation_it_is_an_action_as_any(platform, action):
    action("ct-c", TODO, annotations=[{"key": "conductor", "value": False}])
    given = {"action": "ct-none", "params": {}, "state": {"todo": []}}
    assert result(platform, "ct-c", {"todo": ["ct-none"]}) == given
