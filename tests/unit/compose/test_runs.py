"""The tree of a session from its records alone."""

import random

import pytest

from fnkit.compose import runs
from fnkit.compose.trace import Event, events
from tests.unit.compose.records import by_id, calls, compound, leaf, turn

ROOT = f"{1:032x}"


def names(run):
    return [(one.action, one.state) for one in run.runs]


def test_a_sequence_is_its_steps_in_order_each_with_the_answer_of_the_one_before():
    steps = [leaf("a", 2, cause=ROOT), leaf("p/b", 3, cause=ROOT)]
    run = runs.tree(ROOT, by_id(*steps, compound("seq", 1, steps)))
    assert (run.action, run.state, run.compound) == ("seq", "done", True)
    assert names(run) == [("a", "done"), ("p/b", "done")]
    assert [one.input for one in run.runs] == [None, {"n": 2}]
    assert run.runs[1].output == {"n": 3}


def test_a_sequence_within_a_sequence_is_a_tree_within_the_tree():
    inner = [leaf("a", 3), leaf("b", 4)]
    steps = [compound("inner", 2, inner, {"n": 4}, cause=ROOT), leaf("c", 5, cause=ROOT)]
    run = runs.tree(ROOT, by_id(*inner, *steps, compound("outer", 1, steps)))
    assert names(run) == [("inner", "done"), ("c", "done")]
    assert names(run.runs[0]) == [("a", "done"), ("b", "done")]
    assert run.runs[1].input == {"n": 4}
    assert [one.id for one in run.all()] == [f"{n:032x}" for n in (1, 2, 3, 4, 5)]


def test_what_failed_says_why():
    steps = [leaf("a", 2), leaf("b", 3, {"error": "no film"})]
    run = runs.tree(ROOT, by_id(*steps, compound("seq", 1, steps, {"error": "no film"})))
    assert (run.state, run.error) == ("failed", "no film")
    assert [one.state for one in run.runs] == ["done", "failed"]


def test_a_conductor_and_its_steps_are_told_apart_and_know_what_they_were_given():
    steps = [
        leaf("flow", 2, calls("0.0", "p/a")),
        leaf("p/a", 3, {"n": 1, "kept": "mine"}),
        leaf("flow", 4, {"params": {"n": 1}}),
    ]
    run = runs.tree(ROOT, by_id(*steps, compound("flow", 1, steps, conductor=True)))
    assert [(one.action, one.own) for one in run.runs] == [("flow", True), ("p/a", False), ("flow", True)]
    assert run.runs[1].input == {"asked": "0.0"}
    assert run.runs[2].input == {"n": 1, "kept": "0.0"}


def test_parameters_that_are_no_object_are_boxed_as_the_platform_boxes_them():
    steps = [leaf("flow", 2, {"action": "a", "params": 7}), leaf("a", 3), leaf("flow", 4, {})]
    run = runs.tree(ROOT, by_id(*steps, compound("flow", 1, steps, conductor=True)))
    assert run.runs[1].input == {"value": 7}


def test_what_the_platform_refused_to_run_is_a_step_that_failed():
    steps = [leaf("flow", 2, calls("0", "nowhere")), leaf("flow", 3, {"params": {}})]
    run = runs.tree(ROOT, by_id(*steps, compound("flow", 1, steps, conductor=True)))
    assert names(run) == [("flow", "done"), ("nowhere", "failed"), ("flow", "done")]
    assert run.runs[1].error == "the platform did not run it"


def test_a_composition_that_calls_itself_is_a_step_of_itself():
    inner = [leaf("flow", 4, {"params": {}})]
    steps = [
        leaf("flow", 2, calls("0", "flow")),
        compound("flow", 3, inner, conductor=True),
        leaf("flow", 5, {"params": {}}),
    ]
    run = runs.tree(ROOT, by_id(*inner, *steps, compound("flow", 1, steps, conductor=True)))
    assert [(one.own, len(one.runs)) for one in run.runs] == [(True, 0), (False, 1), (True, 0)]


def test_what_is_not_over_yet_is_known_by_its_steps():
    steps = [leaf("flow", 2, calls("0.0", "a"), cause=ROOT), leaf("a", 3, cause=ROOT)]
    run = runs.tree(ROOT, by_id(*steps))
    assert (run.action, run.state) == ("flow", "running")
    assert names(run) == [("flow", "done"), ("a", "done")]


def test_the_step_that_runs_is_what_the_conductor_asked_for():
    run = runs.tree(ROOT, by_id(leaf("flow", 2, calls("0.0", "a"), cause=ROOT)))
    assert names(run) == [("flow", "done"), ("a", "running")]
    assert run.runs[1].input == {"asked": "0.0"}


def test_a_sequence_that_is_not_over_yet_has_no_name():
    run = runs.tree(ROOT, by_id(leaf("a", 2, cause=ROOT)))
    assert (run.action, run.state, names(run)) == ("", "running", [("a", "done")])


def test_a_step_whose_record_is_late_runs_for_all_that_is_known():
    steps = [leaf("a", 2), leaf("b", 3)]
    run = runs.tree(ROOT, by_id(steps[0], compound("seq", 1, steps)))
    assert [one.state for one in run.runs] == ["done", "running"]
    assert run.runs[1].id == steps[1].id


def test_branches_have_no_cause_and_are_known_by_what_the_conductor_told():
    left, inner = leaf("a", 5), [turn("flow", 7, [{"event": "enter", "node": "0.0.1"}], {"params": {}})]
    right = compound("flow", 6, inner, conductor=True)
    told = [
        {"event": "branch", "node": "0.0", "index": 0, "activation": left.id, "action": "/_/a"},
        {"event": "branch", "node": "0.0", "index": 1, "activation": right.id, "action": ""},
        {"event": "call", "node": "0.0", "action": "join"},
    ]
    join = compound("fnkit/join", 3, [left, right])
    steps = [turn("flow", 2, told, calls("0.0", "fnkit/join")), join, leaf("flow", 8, {"params": {}})]
    records = by_id(left, right, *inner, *steps, compound("flow", 1, steps, conductor=True))
    run = runs.tree(ROOT, records)
    found = [(one.action, one.node, one.index, one.own) for one in run.runs]
    assert found == [
        ("flow", "", None, True),
        ("a", "0.0", 0, False),
        ("flow", "0.0", 1, False),
        ("fnkit/join", "0.0", None, True),
        ("flow", "", None, True),
    ]
    ids = [one.id for one in run.all()]
    assert len(ids) == len(set(ids)), "a join names its branches once more"


def test_a_branch_that_was_started_and_has_no_record_runs():
    told = [{"event": "branch", "node": "0", "index": 3, "activation": "b" * 32, "action": "/guest/p/a"}]
    run = runs.tree(ROOT, by_id(turn("flow", 2, told, calls("0", "fnkit/join"), cause=ROOT)))
    branch = run.runs[1]
    assert (branch.action, branch.state, branch.index, branch.id) == ("p/a", "running", 3, "b" * 32)


def test_cold_starts_and_costs_are_counted_where_code_ran():
    steps = [leaf("a", 2, init=100, memory=512, duration=2000), leaf("b", 3, memory=128, duration=500)]
    run = runs.tree(ROOT, by_id(*steps, compound("seq", 1, steps, duration=2500)))
    assert [one.began for one in run.runs] == ["cold", "warm"]
    assert [one.cold for one in run.all()] == [False, True, False]
    assert run.cost == pytest.approx(512 / 1024 * 2 + 128 / 1024 * 0.5)


def test_the_platform_may_know_better_how_an_instance_began():
    step = leaf("a", 2, init=3)
    run = runs.tree(ROOT, by_id(step, compound("seq", 1, [step])), {step.id: "forked"})
    assert run.runs[0].began == "forked"


def test_the_order_in_which_records_arrive_means_nothing():
    steps = [leaf("flow", 2, calls("0", "a"), cause=ROOT), leaf("a", 3, cause=ROOT), leaf("flow", 4, cause=ROOT)]
    records = [*steps]
    expected = runs.tree(ROOT, by_id(*records))
    random.Random(4).shuffle(records)
    assert runs.tree(ROOT, by_id(*records)) == expected


def test_an_action_that_was_called_alone_is_a_session_of_one_run():
    run = runs.tree(ROOT, by_id(leaf("a", 1)))
    assert (run.action, run.state, run.runs) == ("a", "done", ())


@pytest.mark.parametrize(
    "line",
    [
        'fnkit-flow {"event": "enter", "node": "0.1"}',
        '2026-01-01T00:00:00.000000001Z stdout: fnkit-flow {"event": "enter", "node": "0.1"}',
        '2026-01-01T00:00:00.000000001Z fnkit-flow {"event": "enter", "node": "0.1"} ',
    ],
)
def test_a_line_of_the_trace_is_read_with_or_without_what_stands_before_it(line):
    assert list(events([line])) == [Event("enter", "0.1")]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "stdout: hello",
        "stdout: fnkit-flow {not json}",
        "stdout: fnkit-flow []",
        'stdout: fnkit-flow {"node": "0"}',
        'stdout: fnkit-flow {"event": 7, "node": "0"}',
        'stdout: fnkit-flow {"event": "enter", "no',
        'stdout: my-fnkit-flow {"event": "enter", "node": "0"}',
    ],
)
def test_anybody_may_print_anything(line):
    assert list(events([line])) == []


def test_a_line_is_a_list_of_events_or_one_as_older_conductors_wrote_it():
    several = 'fnkit-flow [{"event": "enter", "node": "0"}, 7, {"event": "leave", "node": "0"}]'
    cut = 'fnkit-flow [{"event": "enter", "node": "0"}, {"eve'
    assert [
        (one.event, one.node) for one in events([several, cut, 'fnkit-flow {"event": "enter", "node": "1"}'])
    ] == [
        ("enter", "0"),
        ("leave", "0"),
        ("enter", "1"),
    ]


def test_fields_of_another_type_are_as_if_they_were_not_there():
    line = 'fnkit-flow {"event": "choice", "node": 7, "taken": "yes", "index": "0"}'
    assert list(events([line])) == [Event("choice", "7")]
