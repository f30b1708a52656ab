"""A turn of a flow on a platform: what it writes into its log, and what it hands on to the next one."""

import json
from contextlib import suppress
from itertools import pairwise

from fnkit import compose
from fnkit.compose.nodes import to_json
from fnkit.compose.trace import events
from fnkit.compose.turn import TOGETHER, conductor
from fnkit.local.logs import LONGEST


def conducting(flow):
    functions = {place: one.code.live for place, one in flow.node.walk() if one.type == "function"}
    return conductor(json.dumps(to_json(flow.node, "0")), functions, "/_/join")


def played(turn, given, answer, capsys):
    """The result of a flow whose actions all answer `answer`, and the lines of each of its turns."""
    lines, said = [], turn(dict(given))
    lines.append(capsys.readouterr().out.splitlines())
    while "action" in said:
        said = turn({**answer, **json.loads(json.dumps(said["state"]))})
        lines.append(capsys.readouterr().out.splitlines())
    return said, lines


def test_a_turn_writes_one_line_with_all_that_happened_in_it(capsys):
    turn = conducting(compose.sequence("one", "two"))
    said, lines = played(turn, {}, {"n": 1}, capsys)
    assert said == {"params": {"n": 1}}
    assert [len(one) for one in lines] == [1, 1, 1]
    told = [[(one.event, one.node) for one in events(each)] for each in lines]
    assert told == [
        [("enter", "0"), ("enter", "0.0"), ("call", "0.0")],
        [("leave", "0.0"), ("enter", "0.1"), ("call", "0.1")],
        [("leave", "0.1"), ("leave", "0")],
    ]


def test_a_turn_in_which_much_happens_writes_lines_that_no_platform_cuts(capsys):
    def fails(given):
        raise ValueError("\N{GRINNING FACE}" * 1000)

    tried = compose.attempt(fails, lambda given: {"n": 1})
    turn = conducting(compose.sequence(*[tried] * 20))
    said, [lines] = played(turn, {}, {}, capsys)
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
    said, [_, lines] = played(conducting(flow), {}, {"error": "\N{GRINNING FACE}" * 1000}, capsys)
    assert "error" in said
    assert max(len(line.encode()) for line in lines) < LONGEST
    told = [(one.event, one.node) for one in events(lines)]
    assert [event for event, _ in told].count("error") == 2 * TOGETHER + 2
    assert told[-1] == ("error", "0")


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
