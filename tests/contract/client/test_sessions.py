"""Sessions as a client puts them back together: sequences, compositions, flows; on ours and on any OpenWhisk."""

import json

import pytest

from fnkit import compose
from fnkit.compose import overview, session
from fnkit.core.errors import Missing, Rejected
from fnkit.core.names import ActionName
from fnkit.whisk.documents import Draft, sequence
from tests.plugins.gate import WAITS

ADD = "def main(args):\n    print('adding')\n    return {**args, 'n': args.get('n', 0) + 1}\n"
FAIL = "def main(args):\n    return {'error': 'no film'}\n"
TODO = (
    "def main(args):\n"
    "    todo = args.pop('todo', None)\n"
    "    if todo:\n"
    "        return {'action': todo[0], 'params': args, 'state': {'todo': todo[1:]}}\n"
    "    return {'params': args}\n"
)


@pytest.fixture
def make(client):
    """Makes actions, sequences and flows, which are gone after the test."""
    made = {}

    def make(name, what, **annotations):
        parsed = ActionName.parse(name)
        execution = what if isinstance(what, dict) else {"kind": "python:default", "code": what}
        client.actions.put(parsed, Draft(exec=execution, annotations=annotations), True)
        made[parsed] = None

    yield make
    for name in reversed(list(made)):
        client.actions.delete(name)


def of(*names):
    return sequence([ActionName.parse(name) for name in names])


def ran(client, name, arguments=None):
    call = client.actions.call(ActionName.parse(name), arguments or {})
    return session.find(client, call.activation_id)


def going_on(embedded):
    return embedded.call("GET", "/fnkit/v1/sessions").json()["sessions"]


def told(run):
    return [(one.action, one.state) for one in run.runs if not one.own]


def test_a_sequence_is_put_back_together(client, make):
    make("se-add", ADD)
    make("se-two", of("se-add", "se-add"))
    make("se-three", of("se-two", "se-add"))
    found = ran(client, "se-three", {"n": 4})
    assert (found.name, found.state, found.result) == ("se-three", "done", {"n": 7})
    assert told(found.run) == [("se-two", "done"), ("se-add", "done")]
    assert told(found.run.runs[0]) == [("se-add", "done"), ("se-add", "done")]
    assert found.run.runs[1].input == {"n": 6}
    assert all(step.logs[0].endswith("adding") for step in found.steps)
    assert len(found.steps) == 3
    assert found.cold <= 1, "one instance runs all three; the platform may have started it ahead"
    assert found.cost == pytest.approx(sum(step.cost for step in found.steps))
    assert found.started > 0


def test_what_was_not_reached_is_in_the_picture(client, make):
    make("se-add", ADD)
    make("se-fail", FAIL)
    make("se-broken", of("se-add", "se-fail", "se-add"))
    found = ran(client, "se-broken")
    assert (found.state, found.run.error) == ("failed", "no film")
    assert told(found.run) == [("se-add", "done"), ("se-fail", "failed")]
    assert [line.partition(":::")[2] for line in found.flow().mermaid.splitlines() if ":::" in line] == [
        "taken",
        "taken",
        "failed",
        "skipped",
        "skipped",
    ]


def test_any_composition_is_put_back_together(client, make):
    make("se-add", ADD)
    make("se-todo", TODO, conductor=True)
    found = ran(client, "se-todo", {"todo": ["se-add", "se-nowhere", "/_/se-add"]})
    assert told(found.run) == [("se-add", "done"), ("se-nowhere", "failed"), ("se-add", "failed")]
    assert found.steps[0].input == {}
    assert "Failed to resolve" in json.dumps(found.steps[2].input)
    assert sum(one.own for one in found.run.runs) == 4


def test_a_flow_shows_the_way_that_it_took(client, make):
    make("se-add", ADD)
    flow = compose.sequence("se-add", compose.when(lambda r: r["n"] > 2, "se-add", "se-never"))
    make("se-never", FAIL)
    flow.deploy("se-flow", context=Held(client))
    try:
        found = ran(client, "se-flow", {"n": 4})
        assert [(one.action, one.node) for one in found.steps] == [("se-add", "0.0"), ("se-add", "0.1.consequent")]
        lines = found.flow().mermaid.splitlines()
        assert any("se-never" in line and line.endswith(":::skipped") for line in lines)
        assert found.refresh().run == found.run
    finally:
        client.actions.delete(ActionName.parse("se-flow"))


def test_branches_are_found_and_are_no_sessions_of_their_own(client, make):
    make("se-add", ADD)
    flow = compose.parallel("se-add", compose.sequence("se-add", "se-add"), "se-add")
    flow.deploy("se-wide", context=Held(client))
    try:
        found = ran(client, "se-wide", {"n": 1}).wait(60)
        assert [(one.action, one.node, one.index) for one in found.run.runs if not one.own] == [
            ("se-add", "0", 0),
            ("se-wide", "0", 1),
            ("se-add", "0", 2),
        ]
        assert len(found.steps) == 4
        assert [one.id for one in overview.sessions(client, "se-wide")] == [found.id]
    finally:
        client.actions.delete(ActionName.parse("se-wide"))


def test_many_items_are_found_beyond_one_page_of_records(client, make):
    make("se-add", ADD)
    flow = compose.map("se-add")
    flow.deploy("se-many", context=Held(client))
    try:
        found = ran(client, "se-many", {"value": [{"n": n} for n in range(210)]}).wait(60)
        assert sum(one.index is not None for one in found.run.runs) == 210
        assert {one.index for one in found.run.runs if one.index is not None} == set(range(210))
    finally:
        client.actions.delete(ActionName.parse("se-many"))


def test_a_session_is_followed_to_its_end(client, make, gate):
    make("se-add", ADD)
    make("se-waits", WAITS)
    make("se-slow", of("se-add", "se-waits", "se-add"))
    started = client.actions.start(ActionName.parse("se-slow"), {"gate": gate.url})
    assert gate.reached.wait(60)
    running = session.find(client, started)
    assert running.state == "running" and not running.done
    assert told(running.run)[0] == ("se-add", "done")
    assert started in [one.id for one in overview.sessions(client) if one.state == "running"]
    seen = running.follow()
    assert next(seen) is running
    gate.open()
    *_, last = seen
    assert (last.state, last.result["n"]) == ("done", 2)
    assert told(last.run) == [("se-add", "done"), ("se-waits", "done"), ("se-add", "done")]


def test_the_platform_tells_which_step_runs(embedded, client, make, gate):
    make("se-add", ADD)
    make("se-waits", WAITS)
    make("se-slow", of("se-waits", "se-add"))
    started = client.actions.start(ActionName.parse("se-slow"), {"gate": gate.url})
    assert gate.reached.wait(60)
    running = session.find(client, started)
    assert (running.name, told(running.run)) == ("se-slow", [("se-waits", "running")])
    states = [line.partition(":::")[2] for line in running.flow().mermaid.splitlines() if ":::" in line]
    assert states == ["taken", "running", "skipped", "skipped"]
    (listed,) = [one for one in going_on(embedded) if one["activationId"] == started]
    assert (listed["steps"], listed["state"]) == ([], "running")
    assert listed["action"].endswith("/se-slow") and len(listed["step"]) == 32
    gate.open()
    assert running.wait(60).state == "done"
    assert started not in [one["activationId"] for one in going_on(embedded)]


def test_any_openwhisk_has_all_that_it_takes(plain, make, gate):
    make("se-add", ADD)
    make("se-waits", WAITS)
    make("se-todo", TODO, conductor=True)
    todo = ["se-add", "se-waits", "se-add"]
    started = plain.actions.start(ActionName.parse("se-todo"), {"todo": todo, "gate": gate.url})
    assert gate.reached.wait(60)
    running = session.find(plain, started)
    assert (running.name, running.state) == ("se-todo", "running")
    assert told(running.run) == [("se-add", "done"), ("se-waits", "running")]
    assert started in [one.id for one in overview.sessions(plain)]
    gate.open()
    over = running.wait(60)
    assert told(over.run) == [("se-add", "done"), ("se-waits", "done"), ("se-add", "done")]
    assert plain.embedded is None


def test_a_flow_that_was_deployed_anew_is_drawn_by_what_ran(client, make):
    make("se-add", ADD)
    make("se-two", of("se-add", "se-add"))
    found = ran(client, "se-two")
    make("se-two", of("se-add", "se-add", "se-add"))
    again = found.refresh()
    assert again.action is not None, "what is known already is not asked for again"
    fresh = session.find(client, found.id)
    assert fresh.action is None
    assert "se-add" in fresh.flow().svg


def test_what_is_not_there_is_missing(client, plain):
    with pytest.raises(Missing):
        session.find(client, "0" * 32)
    with pytest.raises(Missing):
        session.find(plain, "0" * 32)
    with pytest.raises(Rejected):
        session.find(client, "no-id")


def test_sessions_are_listed_the_newest_first(client, make):
    make("se-add", ADD)
    make("se-one", of("se-add"))
    make("se-two", of("se-one", "se-add"))
    ids = [ran(client, name).id for name in ("se-one", "se-two", "se-one")]
    listed = [one for one in overview.sessions(client) if one.id in ids]
    assert [one.id for one in listed] == ids[::-1]
    assert [(one.name, one.state, len(one.steps)) for one in listed] == [
        ("se-one", "done", 1),
        ("se-two", "done", 2),
        ("se-one", "done", 1),
    ]
    assert [one.id for one in overview.sessions(client, "se-two") if one.id in ids] == [ids[1]]
    assert [one.id for one in overview.sessions(client, limit=1)] == [ids[2]]
    assert listed[0].refresh().run.id == ids[2]


class Held:
    """A context that holds this client."""

    def __init__(self, client):
        from fnkit.context import Program

        self.client, self.props, self.face = client, client.props, Program()
