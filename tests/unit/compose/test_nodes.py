"""A flow as values: ids, labels, and Composer's JSON both ways."""

import json

import pytest

from fnkit import compose
from fnkit.compose.nodes import SHAPES, from_json, full_name, to_json
from fnkit.core.errors import BadArgument

EVERYTHING = compose.sequence(
    "a",
    compose.when("/whisk.system/utils/echo", "b", otherwise=None),
    compose.when("a", "b", otherwise="c"),
    compose.if_nosave("a", "b"),
    compose.loop("a", "b"),
    compose.while_nosave("a", "b"),
    compose.loop_until("a", "b"),
    compose.dowhile_nosave("a", "b"),
    compose.repeat(2, "a"),
    compose.retry(2, "a", "b"),
    compose.attempt("a", "b"),
    compose.ensure("a", "b"),
    compose.retain("a"),
    compose.retain_catch("a"),
    compose.merge("a"),
    compose.let({"n": 1}, compose.mask("a")),
    compose.literal({"a": [1, None]}),
    compose.parallel("a", "b", errors="fail"),
    compose.map("a"),
    compose.async_("a"),
    compose.dynamic(),
    compose.empty(),
    lambda r: r,
)


def test_everything_goes_to_json_and_back():
    document = json.loads(json.dumps(EVERYTHING.to_json()))
    assert {node["type"] for node in document["components"]} | {"sequence", "action", "mask"} == set(SHAPES)
    assert compose.Flow.from_json(document).to_json() == document


def test_ids_say_where_a_node_lies():
    ids = dict(EVERYTHING.node.walk())
    assert ids["0"].type == "sequence"
    assert ids["0.2.alternate"].label == "c"
    assert ids["0.15.0"].type == "mask"
    noted = to_json(EVERYTHING.node, "0")
    assert noted["components"][2]["alternate"] == {
        "type": "action",
        "name": "/_/c",
        "id": "0.2.alternate",
        "label": "c",
    }
    assert from_json(noted) == from_json(EVERYTHING.to_json())


def test_labels_are_what_a_person_knows_a_node_by():
    def crop_it(r):
        return r

    long = compose.function(lambda r: {"sum": r["first"] + r["second"] + r["third"] + r["fourth"]})
    flows = [
        compose.task("p/a"),
        compose.task(crop_it),
        compose.task(lambda r: r["n"]),
        compose.retry(3, "a"),
        long,
    ]
    assert [flow.node.label for flow in flows] == [
        "p/a",
        "crop_it",
        'lambda r: r["n"]',
        "retry 3",
        'lambda r: {"sum": r["first"] + r["secon…',
    ]


def test_what_compose_of_npm_gives_is_read():
    """Its AST, as `compose` prints it beside the lowered composition."""
    ast = {
        "type": "if",
        "test": {"type": "action", "name": "/_/isEven"},
        "consequent": {
            "type": "let",
            "declarations": {"n": 2},
            "components": [
                {
                    "type": "function",
                    "function": {"exec": {"kind": "nodejs:default", "code": "p => ({n: p.n / n})"}},
                }
            ],
        },
        "alternate": {"type": "retry", "count": 1, "components": [{"type": "action", "name": "/_/odd"}]},
    }
    flow = compose.Flow.from_json({"ast": ast, "composition": {"type": "let"}, "version": "0.12.0"})
    assert flow.to_json() == ast
    assert [node.label for _, node in flow.node.walk()][3] == "p => ({n: p.n / n})"
    drawn = flow.picture().mermaid
    assert all(said in drawn for said in ("isEven", "p =#62; ({n: p.n / n})", "odd", "up to 1 retries"))


def test_a_flow_that_did_not_run_has_its_picture(tmp_path):
    drawn = EVERYTHING.picture("everything")
    for name in ("flow.svg", "flow.png", "flow.mmd"):
        assert drawn.save(tmp_path / name).stat().st_size > 1000
    assert "the flow everything" in (tmp_path / "flow.svg").read_text()
    assert not {"taken", "skipped", "failed"} & set(drawn.mermaid.replace(":::", " ").split())


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (3, "node 0: it is no object with a type"),
        (
            {"type": "seqence", "components": []},
            "node 0: there is no combinator 'seqence'. Did you mean sequence?",
        ),
        (
            {"type": "sequence", "components": [{"type": "if", "test": {}}]},
            r"node 0.0 \(if\): it has no consequent",
        ),
        ({"type": "function", "function": {}}, r"node 0 \(function\): it has no exec with code"),
        ({"type": "retry", "components": []}, "it has no count"),
    ],
)
def test_what_is_no_flow_names_the_node(document, said):
    with pytest.raises(BadArgument, match=said):
        compose.Flow.from_json(document)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: compose.sequence("a", 3), r"sequence, 1: Composing 3: a int is no step"),
        (lambda: compose.when("a", compose.repeat(-1, "b")), "-1 is no number of times"),
        (lambda: compose.parallel("a/b/c/d"), "parallel, 0: .*not of the form"),
        (lambda: compose.let([1], "a"), "its variables are no mapping"),
        (lambda: compose.literal({1, 2}), "its value is no JSON"),
        (lambda: compose.function(len), "no function with source"),
        (lambda: compose.function(lambda a, b, c: a), "it takes 3 parameters"),
        (lambda: compose.action("a", lambda r: r), "not made with def"),
        (lambda: compose.map("a", errors="ignore"), "neither collect nor fail"),
    ],
)
def test_what_cannot_be_composed_is_said_at_once(made, said):
    with pytest.raises(BadArgument, match=said):
        made()


def test_names_are_full():
    assert [full_name(name) for name in ("a", "p/a", "/ns/a", "/ns/p/a", " a ")] == [
        "/_/a",
        "/_/p/a",
        "/ns/a",
        "/ns/p/a",
        "/_/a",
    ]
