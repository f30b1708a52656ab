"""Branches: in batches, under a namespace's limits, without a deadlock however deep they lie."""

import json
from dataclasses import dataclass, field

import pytest

from fnkit import compose
from fnkit.compose.fork import BATCH
from fnkit.compose.machine import KEY, Run
from fnkit.compose.moves import Call, Done, Unstarted
from fnkit.compose.nodes import to_json
from fnkit.compose.program import Flow


@dataclass
class Cluster:
    """A world where at most `slots` branches are there at a time, started and not joined."""

    flow: Flow
    slots: int
    taken: int = 0
    most: int = 0
    started: list = field(default_factory=list)
    joined: dict = field(default_factory=dict)
    trouble: str = ""
    after: int = 0
    """Branches that are started before there is trouble."""

    def say(self, event):
        pass

    def raised(self, error):
        raise error

    def left(self):
        return 60.0

    def start(self, action, arguments):
        if self.trouble and len(self.started) == self.after:
            self.after = -1
            raise Unstarted(self.trouble)
        if self.taken >= self.slots:
            return None
        self.taken += 1
        self.most = max(self.most, self.taken)
        name = f"b{len(self.started)}"
        self.started.append((action, json.loads(json.dumps(arguments))))
        if action is not None:
            self.joined[name] = self.act(arguments)
        else:
            kept = self.started[-1][1][KEY]
            self.joined[name] = self.drive(*Run.again(self.flow, self, kept, None))
        return name

    def act(self, arguments):
        return {"error": "odd"} if arguments.get("value") == "bad" else {"did": arguments.get("value")}

    def drive(self, run, outcome):
        while isinstance(outcome, Call):
            if outcome.joins:
                self.taken -= len(outcome.value["ids"])
                answer = {"results": {one: self.joined[one] for one in outcome.value["ids"]}}
            else:
                answer = self.act(outcome.value)
            run, outcome = Run.again(self.flow, self, json.loads(json.dumps(run.state())), answer)
        assert isinstance(outcome, Done)
        return outcome.value


def run(made, given, slots=10_000, trouble="", after=0):
    flow = Flow(to_json(made.node, "0"), {})
    cluster = Cluster(flow, slots, trouble=trouble, after=after)
    fresh = Run.fresh(flow, cluster, "s")
    return cluster.drive(fresh, fresh.begin(given)), cluster


def test_a_thousand_items_go_out_in_batches_and_come_back_in_their_order():
    result, cluster = run(compose.map("act"), {"value": list(range(1000))})
    assert result == {"value": [{"did": n} for n in range(1000)]}
    assert len(cluster.started) == 1000
    assert cluster.most == BATCH


def test_many_items_go_out_in_larger_batches():
    """A composition may call 50 actions, and each join is one."""
    result, cluster = run(compose.map("act"), {"value": list(range(4000))})
    assert len(result["value"]) == 4000
    assert cluster.most == 200


@pytest.mark.parametrize("slots", [1, 3, 30])
def test_no_more_are_started_than_the_limits_allow_and_none_is_lost(slots):
    result, cluster = run(compose.map("act"), {"value": list(range(100))}, slots)
    assert result == {"value": [{"did": n} for n in range(100)]}
    assert cluster.most <= slots


@pytest.mark.parametrize("slots", [0, 1, 2, 5])
def test_fan_out_within_fan_out_goes_on_where_nothing_may_be_started(slots):
    inner = compose.parallel("act", compose.sequence("act", compose.parallel("act", "act")), "act")
    result, cluster = run(compose.parallel(inner, compose.sequence(inner), inner), {"value": 1}, slots)
    free, _ = run(compose.parallel(inner, compose.sequence(inner), inner), {"value": 1})
    assert result == free
    assert cluster.most <= slots


def test_a_failure_stands_in_its_place_or_is_the_whole():
    items = {"value": [1, "bad", 3]}
    assert run(compose.map("act"), items)[0]["value"][1] == {"error": "odd"}
    assert run(compose.map("act", errors="fail"), items)[0] == {"error": "0 (map): odd"}


def test_what_cannot_be_started_names_the_node():
    flow = compose.parallel("act", "act", errors="fail")
    result, _ = run(flow, {}, trouble="/_/act: 404 The requested resource does not exist.")
    assert result == {
        "error": "0 (parallel) could not start branch 0: /_/act: 404 The requested resource does not exist."
    }


def test_a_branch_that_cannot_be_started_has_its_error_in_its_place_and_no_other_is_lost():
    wrong = {"error": "0 (map) could not start branch 150: it does not answer"}
    result, cluster = run(
        compose.map("act"), {"value": list(range(1000))}, trouble="it does not answer", after=150
    )
    assert result == {"value": [wrong if n == 150 else {"did": n} for n in range(1000)]}
    assert len(cluster.started) == 999


def test_a_branch_of_one_action_is_that_action_and_any_other_a_run_of_the_flow():
    _, cluster = run(compose.let({"n": 1}, compose.parallel("act", compose.sequence("act", "act"))), {"value": 1})
    (first, given), (second, state) = cluster.started
    assert (first, given, second) == ("/_/act", {"value": 1}, None)
    assert state[KEY]["stack"][0] == {"node": "", "let": {"n": 1}}
