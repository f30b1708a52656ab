"""The picture of a session: each node in the colour of what happened to it."""

import pytest

from fnkit.compose import cards, drawing, nodes, runs
from fnkit.compose.chart import Chart
from fnkit.compose.facts import facts
from fnkit.compose.session import Session
from fnkit.pictures.blocks import Fork, Frame, Guard, Loop, Stack, While
from fnkit.pictures.blocks import cards as cards_of
from tests.unit.compose.records import by_id, calls, compound, leaf, turn

ROOT = f"{1:032x}"


def action(name):
    return {"type": "action", "name": f"/_/{name}"}


def function(text):
    return {"type": "function", "function": {"exec": {"kind": "python:3", "code": text}}}


def enter(node):
    return {"event": "enter", "node": node}


def leave(node):
    return {"event": "leave", "node": node}


def drawn(flow, *told, steps=(), over=True, failed=False):
    """The block of a flow whose first turn told all this, with the activations of `steps` by their nodes."""
    answer = {"error": "no"} if failed else {"params": {}} if over else calls("0.1", "b")
    turns = [turn("flow", 2, told, answer, cause=ROOT)]
    result = {"error": "no"} if failed else {}
    records = [compound("flow", 1, turns, result, conductor=True)] if over else []
    run = runs.tree(ROOT, by_id(*turns, *records))
    run = runs.replace(run, runs=(*run.runs, *steps))
    node = nodes.from_json(flow)
    return Chart(facts(run, node)).block(node, nodes.ROOT)


def step(node, name="a", number=9, result=None, **more):
    return runs.replace(runs.tree(f"{number:032x}", by_id(leaf(name, number, result, **more))), node=node)


def states(block):
    return {card.title: card.state for card in cards_of(block)}


CHOICE = {
    "type": "if",
    "test": function("lambda r: r['score'] >= 61"),
    "consequent": action("crop"),
    "alternate": action("back"),
}


@pytest.mark.parametrize(("taken", "crop", "back"), [(True, "taken", "skipped"), (False, "skipped", "taken")])
def test_the_way_that_was_taken_is_blue_and_the_other_one_grey(taken, crop, back):
    end = "0.consequent" if taken else "0.alternate"
    told = [enter("0"), enter("0.test"), leave("0.test"), {"event": "choice", "node": "0", "taken": taken}]
    told += [enter(end), leave(end), leave("0")]
    block = drawn(CHOICE, *told)
    assert isinstance(block, Fork)
    assert [way.state for way in block.ways] == [crop, back]
    assert states(block) == {"r['score'] >= 61": "taken", "crop": crop, "back": back}


def test_a_test_of_several_steps_ends_in_a_point_at_which_it_is_decided():
    flow = {**CHOICE, "test": {"type": "sequence", "components": [action("a"), action("b")]}}
    block = Chart().block(nodes.from_json(flow), "0")
    assert [card.form for card in cards_of(block.head)] == ["action", "action", "decision"]


def test_an_if_without_an_else_has_a_way_past_it():
    flow = {key: value for key, value in CHOICE.items() if key != "alternate"}
    assert Chart().block(nodes.from_json(flow), "0").ways[1].body == Stack()


def test_a_loop_says_how_often():
    flow = {"type": "while", "test": function("lambda r: r['n'] < 3"), "body": action("a")}
    told = [enter("0")]
    for _ in range(3):
        told += [enter("0.test"), leave("0.test"), {"event": "choice", "node": "0", "taken": True}]
        told += [enter("0.body"), leave("0.body")]
    told += [enter("0.test"), leave("0.test"), {"event": "choice", "node": "0", "taken": False}, leave("0")]
    block = drawn(flow, *told, steps=[step("0.body", number=n) for n in (5, 6, 7)])
    assert isinstance(block, While)
    assert (block.label, block.body.state, block.leave.state) == ("3 times", "taken", "taken")
    assert {card.title: card.count for card in cards_of(block)} == {"r['n'] < 3": 4, "a": 3}


def test_a_loop_that_was_left_at_once_has_a_grey_body():
    flow = {"type": "while", "test": function("lambda r: False"), "body": action("a")}
    block = drawn(
        flow, enter("0"), enter("0.test"), leave("0.test"), {"event": "choice", "node": "0", "taken": False}
    )
    assert (block.body.state, block.leave.state, block.label) == ("skipped", "taken", "")


@pytest.mark.parametrize(
    ("times", "label", "again"), [(1, "up to 2 retries", "skipped"), (3, "2 of 2 retries", "taken")]
)
def test_a_retry_says_how_often_it_had_to(times, label, again):
    flow = {"type": "retry", "count": 2, "components": [action("a")]}
    told = [enter("0")]
    for n in range(times):
        last = n == times - 1
        told += [enter("0.0"), leave("0.0") if last else {"event": "error", "node": "0.0", "error": "not yet"}]
        told += [] if last else [{"event": "choice", "node": "0", "taken": True}]
    block = drawn(flow, *told, leave("0"))
    assert isinstance(block, Loop)
    assert (block.label, block.again) == (label, again)
    assert states(block) == {"a": "taken"}


def test_what_failed_is_red_and_what_came_after_it_grey():
    flow = {"type": "sequence", "components": [action("a"), function("lambda r: 1 / 0"), action("b")]}
    error = "0.1 (lambda r: 1 / 0): ZeroDivisionError: division by zero"
    told = [enter("0"), enter("0.0"), leave("0.0"), enter("0.1")]
    told += [{"event": "error", "node": one, "error": error} for one in ("0.1", "0")]
    block = drawn(flow, *told, failed=True)
    assert states(block) == {"a": "taken", "1 / 0": "failed", "b": "skipped"}
    assert (
        next(card.note for card in cards_of(block) if card.state == "failed")
        == "ZeroDivisionError: division by zero"
    )


def test_an_error_that_was_caught_leads_to_its_handler():
    flow = {"type": "try", "body": action("a"), "handler": action("b")}
    told = [enter("0"), enter("0.body"), {"event": "error", "node": "0.body", "error": "no"}]
    told += [enter("0.handler"), leave("0.handler"), leave("0")]
    block = drawn(flow, *told)
    assert isinstance(block, Guard)
    assert (block.frame.state, block.handler.state, block.leave) == ("failed", "taken", "skipped")


def test_where_nothing_failed_the_handler_is_grey():
    flow = {"type": "try", "body": action("a"), "handler": action("b")}
    block = drawn(flow, enter("0"), enter("0.body"), leave("0.body"), leave("0"))
    assert (block.frame.state, block.handler.state, block.leave) == ("taken", "skipped", "taken")


def test_what_runs_is_marked_and_what_comes_is_grey():
    flow = {"type": "sequence", "components": [action("a"), action("b"), action("c")]}
    block = drawn(flow, enter("0"), enter("0.0"), leave("0.0"), enter("0.1"), over=False)
    assert states(block) == {"a": "taken", "b": "running", "c": "skipped"}


def test_what_was_open_when_a_session_ended_has_failed():
    flow = {"type": "sequence", "components": [action("a"), action("b")]}
    block = drawn(flow, enter("0"), enter("0.0"), failed=True)
    assert states(block) == {"a": "failed", "b": "skipped"}


def test_few_branches_have_lines_and_many_stand_in_a_frame():
    def block(count):
        told = [enter("0"), leave("0")]
        flow = {"type": "parallel", "components": [action(f"b{n}") for n in range(count)]}
        done = [runs.replace(step("0", f"b{n}", 20 + n), index=n) for n in range(count)]
        done[-1] = runs.replace(step("0", "x", 99, {"error": "no"}), index=count - 1)
        return drawn(flow, *told, steps=done)

    few, many = block(3), block(20)
    assert isinstance(few, Fork) and len(few.ways) == 3
    assert isinstance(many, Frame) and many.note == "20 branches · 19 done · 1 failed"
    assert states(many) == {**{f"b{n}": "taken" for n in range(19)}, "b19": "failed"}


def test_the_items_of_a_map_are_one_card_with_a_count():
    flow = {"type": "map", "components": [action("a")]}
    done = [runs.replace(step("0", "a", 20 + n), index=n) for n in range(100)]
    block = drawn(flow, enter("0"), leave("0"), steps=done)
    assert (block.pile, block.note) == (True, "100 items · 100 done")
    (card,) = cards_of(block)
    assert (card.count, card.note) == (100, "400 ms · warm")


def test_branches_of_several_steps_tell_of_themselves():
    flow = {
        "type": "parallel",
        "components": [{"type": "sequence", "components": [action("a"), action("b")]}, action("c")],
    }
    told = [enter("0.0"), enter("0.0.0"), leave("0.0.0"), {"event": "error", "node": "0.0", "error": "x"}]
    inner = turn("flow", 31, told, {"error": "x"})
    whole = compound("flow", 30, [inner], {"error": "x"}, conductor=True)
    branch = runs.replace(runs.tree(whole.id, by_id(whole, inner)), node="0", index=0)
    block = drawn(flow, enter("0"), leave("0"), steps=[branch])
    assert states(block) == {"a": "taken", "b": "skipped", "c": "skipped"}


def test_a_flow_that_is_not_run_has_no_colours():
    block = Chart().block(nodes.from_json(CHOICE), "0")
    assert set(states(block).values()) == {"idle"}
    assert "the flow crops" in str(drawing.flow(nodes.from_json(CHOICE), "crops"))


@pytest.mark.parametrize("kind", sorted(nodes.SHAPES))
def test_every_combinator_can_be_drawn(kind):
    shape = nodes.SHAPES[kind]
    values = {"count": 2, "declarations": {"x": 1}, "value": {"y": 2}, "name": "/_/a"}
    flow = {"type": kind, **{name: values[name] for name in shape.values}}
    flow |= {name: action(name) for name in (*shape.parts, *shape.optional)}
    flow |= {"components": [action("one"), action("two")]} if shape.components else {}
    flow |= function("lambda r: r") if kind == "function" else {}
    node = nodes.from_json(flow)
    assert drawing.flow(node).svg.startswith("<svg")
    assert drawing.flow(node).mermaid.startswith("flowchart TD")
    titles = {card.title for card in cards_of(Chart().block(node, "0"))}
    assert titles >= {*shape.parts, *shape.optional}


def test_without_a_plan_the_picture_is_what_ran_and_what_was_not_reached():
    inner = [leaf("a", 4), leaf("a", 5)]
    steps = [compound("inner", 3, inner), leaf("b", 6, {"error": "no"})]
    run = runs.tree(ROOT, by_id(*inner, *steps, compound("seq", 1, steps, {"error": "no"})))
    picture = Session(run).flow()
    assert 'n4["b · no"]:::failed' in picture.mermaid.replace("n5", "n4")
    assert "inner" in picture.svg and "×2" in picture.svg


def test_keys_are_masked_wherever_they_stand():
    secret = {"api_key": "k-123", "deep": [{"password": "p-456"}], "shown": "yes"}
    run = step("0", result=secret)
    card = cards.card("0", "a", "action", "taken", [runs.replace(run, input=secret)])
    said = "\n".join([*card.tip, card.detail, str(cards.facts(run)), cards.shortened(secret)])
    assert "k-123" not in said and "p-456" not in said
    assert "yes" in said


def test_a_long_answer_is_cut_under_the_mouse_and_not_after_a_click():
    run = step("0", result={"text": "x" * 3000})
    card = cards.card("0", "a", "action", "taken", [run])
    assert max(map(len, card.tip)) < 200
    assert "x" * 3000 in card.detail
    huge = cards.card("0", "a", "action", "taken", [step("0", result={"text": "x" * 100_000})])
    assert len(huge.detail) < cards.LONG + 100


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (step("0", init=100, duration=140), "140 ms · cold"),
        (step("0", duration=12_340), "12.3 s · warm"),
        (step("0", result={"error": "no\nfilm"}), "no\nfilm"),
    ],
)
def test_a_card_says_how_long_and_how_it_began_or_why_not(run, said):
    assert cards.note("failed" if run.error else "taken", [run]) == said


def test_the_times_of_a_session_stand_on_one_scale():
    steps = [turn("flow", 2, [enter("0")], calls("0", "a")), leaf("a", 3, init=2), leaf("flow", 4, {"params": {}})]
    run = runs.tree(ROOT, by_id(*steps, compound("flow", 1, steps, conductor=True)))
    picture = Session(run).timeline()
    said = [shape.text for shape in picture.scene.shapes if hasattr(shape, "text")]
    assert "flow (conductor)" in said and "a" in said and "4 ms · cold" in said


def test_runs_at_once_have_lanes_of_their_own():
    told = [{"event": "branch", "node": "0", "index": n, "activation": f"{10 + n:032x}"} for n in range(3)]
    branches = [leaf("a", 10 + n, start=1100, end=1150, duration=50) for n in range(3)]
    steps = [turn("flow", 2, told, calls("0", "fnkit/join")), leaf("flow", 4, {"params": {}})]
    run = runs.tree(ROOT, by_id(*steps, *branches, compound("flow", 1, steps, conductor=True)))
    bars = [shape for shape in Session(run).timeline().scene.shapes if getattr(shape, "fill", "") == "run"]
    assert len({bar.y for bar in bars if bar.title == "run 50 ms"}) == 3
