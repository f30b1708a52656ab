"""A turn of a flow on a platform: what it writes into its log, and what it hands on to the next one."""

import json
from contextlib import suppress
from itertools import pairwise

from fnkit import compose
from fnkit.compose.machine import LIMIT
from fnkit.compose.nodes import to_json
from fnkit.compose.program import Flow
from fnkit.compose.trace import events, told
from fnkit.compose.turn import TOGETHER, Here, conductor
from fnkit.core.entities import Activation
from fnkit.local.logs import LONGEST


def conducting(flow):
    functions = {place: one.code.live for place, one in flow.node.walk() if one.type == "function"}
    return conductor(json.dumps(to_json(flow.node, "0")), functions, "/_/join")


def played(turn, given, answer, capsys):
    """The result of a flow whose actions all answer `answer`, and for each of its turns its answer and its log."""
    turns, said = [], turn(dict(given))
    turns.append((said, capsys.readouterr().out.splitlines()))
    while "action" in said:
        said = turn({**answer, **json.loads(json.dumps(said["state"]))})
        turns.append((said, capsys.readouterr().out.splitlines()))
    return said, turns


def heard(answer, log):
    """What the record of a turn tells."""
    record = {"name": "flow", "activationId": "1", "namespace": "guest", "start": 1, "logs": log}
    response = {"status": "success", "success": True, "result": answer}
    return [(one.event, one.node) for one in told(Activation.from_json({**record, "response": response}))]


def test_a_turn_tells_what_happened_beside_its_state_and_the_last_one_in_its_log(capsys):
    turn = conducting(compose.sequence("one", "two"))
    said, turns = played(turn, {}, {"n": 1}, capsys)
    assert said == {"params": {"n": 1}}
    assert [len(log) for _, log in turns] == [0, 0, 1]
    assert [heard(*one) for one in turns] == [
        [("enter", "0"), ("enter", "0.0"), ("call", "0.0")],
        [("leave", "0.0"), ("enter", "0.1"), ("call", "0.1")],
        [("leave", "0.1"), ("leave", "0")],
    ]


def test_what_is_long_goes_into_the_log(capsys):
    """A flow may use nearly all of the mebibyte that an answer may have."""

    def fails(given):
        raise ValueError("\N{GRINNING FACE}" * 1000)

    turn = conducting(
        compose.sequence(*[compose.attempt(fails, lambda given: {"text": "x" * (LIMIT - 400)})] * 2, "one")
    )
    _, turns = played(turn, {}, {}, capsys)
    assert len(turns[0][1]) == 2
    assert "told" not in turns[0][0]["state"]["$fnkit"]
    assert len(json.dumps(turns[0][0])) < 1024 * 1024
    assert heard(*turns[0])[-1] == ("call", "0.2")


def test_a_turn_in_which_much_happens_writes_lines_that_no_platform_cuts(capsys):
    def fails(given):
        raise ValueError("\N{GRINNING FACE}" * 1000)

    tried = compose.attempt(fails, lambda given: {"n": 1})
    turn = conducting(compose.sequence(*[tried] * 20))
    said, [(_, lines)] = played(turn, {}, {}, capsys)
    assert said == {"params": {"n": 1}}
    assert max(len(line.encode()) for line in lines) < LONGEST
    assert len(list(events(lines))) > 4 * TOGETHER
    found = [(one.event, one.node) for one in events(lines)]
    assert all(("enter", place) in found and ("leave", place) in found for place in ("0", "0.0", "0.19.handler"))
    assert all(found.index(("enter", a)) < found.index(("enter", b)) for a, b in pairwise(["0", "0.0", "0.1"]))


def test_an_error_that_ends_many_nodes_writes_no_line_that_a_platform_cuts(capsys):
    flow = compose.sequence("one", "two")
    for _ in range(2 * TOGETHER):
        flow = compose.sequence(flow, "two")
    said, [_, (_, lines)] = played(conducting(flow), {}, {"error": "\N{GRINNING FACE}" * 1000}, capsys)
    assert "error" in said
    assert max(len(line.encode()) for line in lines) < LONGEST
    found = [(one.event, one.node) for one in events(lines)]
    assert [event for event, _ in found].count("error") == 2 * TOGETHER + 2
    assert found[-1] == ("error", "0")


def test_what_happened_is_in_the_log_where_an_inline_function_ends_the_turn(capsys):
    def leaves(given):
        raise SystemExit(3)

    turn = conducting(compose.sequence(leaves, "one"))
    with suppress(SystemExit):
        turn({})
    assert [(one.event, one.node) for one in events(capsys.readouterr().out.splitlines())] == [
        ("enter", "0"),
        ("enter", "0.0"),
    ]


def test_a_branch_that_was_started_is_in_the_log_at_once(capsys):
    """A turn that is killed after it leaves a record of the log alone."""
    here = Here(Flow(to_json(compose.parallel("one", "two").node, "0"), {}))
    here.say({"event": "enter", "node": "0"})
    assert capsys.readouterr().out == ""
    here.say({"event": "branch", "node": "0", "index": 0, "activation": "a" * 32})
    assert [one.event for one in events(capsys.readouterr().out.splitlines())] == ["enter", "branch"]
