"""What each combinator means, in dry runs: the machine that also runs on a platform."""

import pytest

from fnkit import compose
from fnkit.compose.dry import play
from fnkit.core.errors import BadArgument

ACTIONS = {
    "add": lambda params: {**params, "n": params["n"] + 1},
    "fails": {"error": "no"},
    "takes": lambda n, by=1: {"n": n + by},
    "odd": lambda params: {"value": params["n"] % 2 == 1},
    "shows": lambda params: {"saw": params},
    "lists": lambda params: [1],
    "counts": lambda params: 1,
    "gives-none": lambda params: None,
    "raises": lambda params: 1 // 0,
}


def run(flow, **given):
    return flow.run(given, ACTIONS)


def test_a_sequence_hands_on_and_stops_at_an_error():
    assert run(compose.sequence("add", "add"), n=1) == {"n": 3}
    assert run(compose.sequence("add", "fails", "add"), n=1) == {"error": "0.1 (fails): no"}
    assert run(compose.sequence(), n=1) == {"n": 1}
    assert run(compose.task("add") >> "add" >> (lambda r: {"m": r["n"]}), n=1) == {"m": 3}
    assert run("add" >> compose.sequence("add"), n=1) == {"n": 3}


def test_a_function_gives_an_object_a_value_or_what_it_changed():
    assert run(compose.function(lambda r: r["n"] * 2), n=4) == {"value": 8}

    def mark(r):
        r["seen"] = True

    assert run(compose.function(mark), n=1) == {"n": 1, "seen": True}
    assert run(compose.function(lambda: {"n": 0}), n=1) == {"n": 0}
    assert "(lambda r: {1, 2}): TypeError" in run(compose.function(lambda r: {1, 2}))["error"]
    assert "NaN" not in str(run(compose.function(lambda r: {"x": float("nan")})))


def test_a_function_cannot_change_what_is_kept_for_later():
    spoil = compose.function(lambda r: r["list"].append(1))
    assert run(compose.retain(spoil), list=[]) == {"params": {"list": []}, "result": {"list": [1]}}


def test_conditions():
    flow = compose.when("odd", "add", lambda r: {"even": r["n"]})
    assert run(flow, n=1) == {"n": 2}
    assert run(flow, n=2) == {"even": 2}
    assert run(compose.when("odd", "add"), n=2) == {"n": 2}
    assert run(compose.if_nosave("odd", "shows"), n=1) == {"saw": {"value": True}}
    assert run(compose.if_nosave("odd", "shows"), n=2) == {"value": False}
    assert run(compose.when(lambda r: r["list"], "add"), n=1, list=[]) == {"n": 1, "list": []}
    raising = run(compose.when(lambda r: r["score"] > 1, "add"), n=1)
    assert raising == {"error": "0.test (lambda r: r[\"score\"] > 1): KeyError: 'score'"}


def test_loops():
    assert run(compose.loop(lambda r: r["n"] < 5, "add"), n=1) == {"n": 5}
    assert run(compose.loop(lambda r: False, "add"), n=1) == {"n": 1}
    assert run(compose.loop_until("add", lambda r: r["n"] < 5), n=7) == {"n": 8}
    assert run(compose.while_nosave(lambda r: {"n": r["n"], "value": r["n"] < 3}, "add"), n=1)["n"] == 3
    assert run(compose.dowhile_nosave("add", lambda r: {"n": r["n"], "value": r["n"] < 3}), n=1)["n"] == 3
    assert run(compose.repeat(3, "add", "add"), n=0) == {"n": 6}
    assert run(compose.repeat(0, "add"), n=0) == {"n": 0}


def test_errors_are_handled():
    handler = compose.attempt(compose.sequence("add", "fails"), lambda r: {"caught": r["error"]})
    assert run(handler, n=1) == {"caught": "no"}
    assert run(compose.attempt("add", "shows"), n=1) == {"n": 2}
    assert run(compose.ensure("fails", lambda r: {"after": r}), n=1) == {"after": {"error": "no"}}
    assert run(compose.ensure("add", lambda r: {"after": r}), n=1) == {"after": {"n": 2}}
    assert run(compose.retain_catch("fails"), n=1) == {"params": {"n": 1}, "result": {"error": "no"}}
    assert run(compose.merge(lambda r: {"m": r["n"]}), n=1) == {"n": 1, "m": 1}
    assert run(compose.attempt("fails", "fails"), n=1) == {"error": "0.handler (fails): no"}


def test_a_retry_begins_each_time_with_the_same_input():
    def flaky(r, v):
        v["left"] -= 1
        return {"error": f"{v['left']} of {r['n']}"} if v["left"] else {"n": r["n"] + 1}

    flow = compose.let({"left": 3}, compose.retry(2, "add", flaky))
    assert run(flow, n=1) == {"n": 3}
    short = run(compose.let({"left": 3}, compose.retry(1, flaky)), n=1)["error"]
    assert short.endswith(": 1 of 1")


def test_variables_are_seen_where_they_are_not_masked():
    count = lambda r, v: v.update(n=v["n"] + 1)  # noqa: E731
    assert run(compose.let({"n": 0}, count, count, lambda r, v: {"n": v["n"]})) == {"n": 2}
    inner = compose.let({"n": 10}, count, compose.mask(count), lambda r, v: {"inner": v["n"]})
    assert run(compose.let({"n": 0}, compose.merge(inner), lambda r, v: {**r, "outer": v["n"]})) == {
        "inner": 11,
        "outer": 1,
    }
    assert "KeyError" in run(compose.let({"n": 0}, compose.mask(lambda r, v: v["n"])))["error"]


def test_literals_and_dynamic():
    assert run(compose.literal({"a": 1})) == {"a": 1}
    assert run(compose.value([1])) == {"value": [1]}
    assert run(compose.dynamic(), type="action", name="add", params={"n": 1}) == {"n": 2}
    assert "wants" in run(compose.dynamic(), n=1)["error"]


def test_branches():
    both = compose.parallel("add", compose.sequence("add", "add"), lambda r: {"m": r["n"]}, "fails")
    assert run(both, n=1) == {"value": [{"n": 2}, {"n": 3}, {"m": 1}, {"error": "no"}]}
    assert run(compose.parallel(), n=1) == {"value": []}
    each = compose.map("add", lambda r: {"n": r["n"] * 10})
    assert run(each, value=[{"n": 1}, {"n": 2}]) == {"value": [{"n": 20}, {"n": 30}]}
    assert run(compose.map(lambda r: r["value"] + 1), value=[1, 2]) == {"value": [{"value": 2}, {"value": 3}]}
    assert run(compose.map("add")) == {"value": []}
    assert run(compose.map("add"), value=3)["error"] == "0 (map) wants a list as `value`, not 3"
    failing = compose.map(compose.when(lambda r: r["value"] == 2, "fails"), errors="fail")
    assert run(failing, value=[1, 2, 3]) == {"error": "0 (map): no"}


def test_a_branch_has_its_own_variables():
    count = lambda r, v: v.update(n=v["n"] + 1) or {"n": v["n"]}  # noqa: E731
    inside = compose.parallel(count, compose.sequence(count, count))
    assert run(compose.let({"n": 0}, inside)) == {"value": [{"n": 1}, {"n": 2}]}
    outside = compose.parallel(compose.sequence("shows", count), compose.sequence("shows", count))
    after = lambda r, v: {**r, "n": v["n"]}  # noqa: E731
    assert run(compose.let({"n": 0}, outside, after)) == {"value": [{"n": 1}, {"n": 1}], "n": 0}


def test_fan_out_within_fan_out():
    inner = compose.map("add")
    flow = compose.map(lambda r: {"value": [{"n": r["value"]}] * r["value"]}, inner)
    assert run(flow, value=[1, 2]) == {"value": [{"value": [{"n": 2}]}, {"value": [{"n": 3}, {"n": 3}]}]}


def test_async_gives_an_id():
    assert run(compose.async_("add"), n=1) == {"method": "async", "activationId": "branch-0", "sessionId": "dry"}


def test_actions_are_called_as_the_platform_would():
    assert run(compose.task("takes"), n=1, other=2) == {"n": 2}
    assert "parameter 'n' is missing" in run(compose.task("takes"))["error"]
    listed = run(compose.task("lists"))["error"]
    assert listed.startswith(
        "0 (lists): Failed to resolve action with name '_/lists' during composition. It is not"
    )
    assert run(compose.parallel("lists", "counts")) == {
        "value": [{"value": [1]}, {"error": "The action did not return a dictionary or array."}]
    }
    assert "valid JSON or JSON Array response: null" in run(compose.task("gives-none"))["error"]
    assert run(compose.task("raises")) == {"error": "0 (raises): integer division or modulo by zero"}


def double(n: int):
    return {"n": n * 2}


def test_an_action_that_is_brought_along_needs_no_answer():
    flow = compose.sequence(compose.action("double", double), "double")
    assert flow.run(n=3) == {"n": 12}
    assert flow.run({"n": 3}, {"double": {"n": 0}}) == {"n": 0}


def test_an_action_that_nobody_knows_is_named():
    with pytest.raises(BadArgument, match=r"node 0\.1 \(pkg/there\).*flow\.run"):
        compose.sequence(lambda r: r, "pkg/there").run()


def test_too_many_actions_end_a_run():
    endless = compose.loop(lambda r: True, compose.attempt("add", lambda r: {"n": 0}))
    assert run(endless, n=0) == {"error": "0.body.body (add): Too many actions in the composition."}


def test_a_state_that_is_too_large_names_the_node_and_can_be_handled():
    flow = compose.sequence(lambda r: {"n": 1, "text": "x" * 600_000}, compose.retain("add"))
    assert run(flow)["error"].startswith("0.1.0 (add): its input has 600,")
    handled = compose.attempt(flow, lambda r: {"small": True})
    assert run(handled) == {"small": True}
    assert "the result has" in run(compose.function(lambda r: {"text": "x" * 2_000_000}))["error"]


def test_the_trace_says_which_way_it_went():
    played = play(compose.when("odd", "add", "shows").node, {"n": 2}, ACTIONS)
    told = [(event["event"], event["node"]) for event in played.events]
    assert told == [
        ("enter", "0"),
        ("enter", "0.test"),
        ("call", "0.test"),
        ("leave", "0.test"),
        ("choice", "0"),
        ("enter", "0.alternate"),
        ("call", "0.alternate"),
        ("leave", "0.alternate"),
        ("leave", "0"),
    ]
    failed = play(compose.attempt(compose.sequence("fails"), "shows").node, {}, ACTIONS).events
    assert [event["node"] for event in failed if event["event"] == "error"] == ["0.body.0", "0.body"]


@pytest.mark.parametrize("empty", [[], {}])
def test_what_is_empty_is_false_in_python_and_true_in_composer(empty):
    """A flow is judged as the language in which it was composed; so it is when it was written down and read."""
    answers = {"test": {"value": empty}, "yes": {"said": "yes"}, "no": {"said": "no"}}
    composed = compose.when("test", "yes", otherwise="no")
    assert composed.run({}, answers) == {"said": "no"}
    assert compose.Flow.from_json(composed.to_json()).run({}, answers) == {"said": "no"}
    action = {name: {"type": "action", "name": f"/_/{name}"} for name in answers}
    document = {"type": "if", "test": action["test"], "consequent": action["yes"], "alternate": action["no"]}
    assert compose.Flow.from_json(document).run({}, answers) == {"said": "yes"}
    for falsy in (0, "", None, False):
        assert compose.Flow.from_json(document).run({}, {**answers, "test": {"value": falsy}}) == {"said": "no"}


def test_a_loop_of_composers_goes_on_while_there_is_a_list():
    action = {name: {"type": "action", "name": f"/_/{name}"} for name in ("test", "body")}
    document = {"type": "while", "test": action["test"], "body": action["body"]}
    answers = {"test": lambda n: {"value": [] if n < 3 else 0}, "body": lambda n: {"n": n + 1}}
    assert compose.Flow.from_json(document).run({"n": 1}, answers) == {"n": 3}
    assert compose.loop("test", "body").run({"n": 1}, answers) == {"n": 1}
