"""Views: one line of text, one small table, facts for programs; nothing that runs, nothing from elsewhere."""

import json
import re

import pytest

from fnkit.action.spec import Origin
from fnkit.core.entities import Activation, Limits, Split
from fnkit.delivery.invocation import Invocation
from fnkit.notebook import show
from fnkit.notebook.markup import block, facts
from fnkit.verbs.answers import ActionFile, Fired, KnownModel, Setting, Status
from fnkit.whisk.activations import Summary
from fnkit.whisk.documents import Action, Package, Parameter
from fnkit.whisk.rules import Rule
from fnkit.whisk.triggers import Linked, Trigger

ID = "0123456789abcdef0123456789abcdef"
EVIL = "<script>alert(1)</script>"


def call(status="success", result=None, logs=(), init=800, began="cold"):
    notes = {"waitTime": 12, "path": "guest/hello"} | ({"initTime": init} if init is not None else {})
    record = Activation(
        ID, "hello", "guest", "0.0.1", 0, 900, 850, status, result, logs=tuple(logs), annotations=notes
    )
    return Invocation("hello", ID, "done", Split.of(record), began, record, (Origin(1, 9, "In [3]", 2),))


def action(**more):
    entry = {
        "parameters": [
            {"name": "image", "required": True},
            {"name": "upper", "required": False, "default": "eyes"},
        ]
    }
    notes = {"fnkit": {"digest": "ab" * 32, "entry": entry, "notebook": "01.ipynb", **more}}
    return Action("guest", None, "crop", "0.0.2", "python:3", Limits(), notes)


PACKAGE = Package("guest", "tools", "0.0.1", True, {}, (Parameter("sign", EVIL),), (EVIL,), "guest/other")
RULES = {"guest/ring": Linked("guest/hello", True), "guest/off": Linked(EVIL, False)}
TRIGGER = Trigger("guest", "bell", "0.0.1", False, {"feed": EVIL}, (Parameter("name", EVIL),), RULES)
RULE = Rule("guest", "ring", "0.0.1", "guest/bell", EVIL, {}, True)

RESULTS = [
    call(),
    call("application error", {"error": EVIL}, began=None),
    Invocation("hello", ID, "running"),
    action(),
    (action(), action()),
    (
        Summary(ID, EVIL, "guest/x", "0.0.1", 0, 30, "success", 2, None),
        Summary(ID, "y", "g/y", "0.0.1", 0, None, None, None, None),
    ),
    Status(
        "127.0.0.1:3233",
        "FNKIT_APIHOST",
        True,
        {"fnkit": "0.1.0", "sandbox": {"rung": "bubblewrap", "stops": [EVIL]}},
    ),
    Status("nowhere", EVIL, False, trouble="nobody answers"),
    ActionFile("hello", f"print({EVIL!r})"),
    (Setting("apihost", EVIL, "an argument"),),
    (KnownModel("movenet", "pose", "Apache-2.0", 4_700_000),),
    ("2026-11-23T05:49:00.1Z stdout: " + EVIL,),
    PACKAGE,
    (PACKAGE, PACKAGE),
    TRIGGER,
    (TRIGGER,),
    RULE,
    (RULE, RULE),
    Fired("bell", ID),
]


@pytest.mark.parametrize(
    "result", RESULTS, ids=lambda one: type(one[0] if isinstance(one, tuple) else one).__name__
)
def test_a_view_runs_nothing_fetches_nothing_and_says_all_of_it_as_text(result):
    bundle = show.view(result).bundle()
    kinds = set(bundle) - {"text/plain", "text/html"}
    assert len(kinds) == 1
    assert re.fullmatch(r"application/vnd\.fnkit\.\w+\+json", kinds.pop())
    assert "application/json" not in bundle, "JupyterLab would prefer it to the table"
    page = bundle["text/html"]
    assert "<script" not in page
    assert not re.search(r"(src|href)=.https?:", page)
    assert "var(--jp-ui-font-color1, #" in page, "light and dark, with a fallback"
    json.dumps(bundle)


def test_what_is_not_ours_is_left_alone():
    assert show.view((1, 2)) is None
    assert show.view(()) is None
    assert show.view("text") is None
    assert show.view((call(), 3)) is None


def test_a_cold_call_says_so_at_a_glance_with_its_time():
    view = show.view(call(result={"greeting": "Hello"}))
    assert view.line == f"hello {ID}: success, cold, wait 12 + init 800 + run 50 = 862 ms"
    assert ">cold</span>" in view.html
    assert "data:image/svg+xml;base64," in view.html
    assert "Hello" in view.html
    assert view.data["init"] == 800


def test_a_warm_call_has_no_init():
    view = show.view(call(init=None, began=None))
    assert ">warm</span>" in view.html
    assert "init" not in view.line


def test_a_call_that_is_not_done_shows_its_state_and_no_picture():
    view = show.view(Invocation("hello", ID, "pending or running"))
    assert view.line == f"hello {ID}: pending or running"
    assert "<img" not in view.html


def test_the_ways_in_which_instances_began_are_explained_where_they_are_shown():
    both = show.side_by_side(call(began="forked"), call(init=None, began="warm")).html
    assert both.count("one made of a process that was ready") == both.count("one used again") == 1
    assert "a new instance" not in both
    assert "one made before the call" in show.side_by_side(call(init=None, began="prewarmed")).html


def test_cold_and_warm_side_by_side_share_one_scale():
    view = show.side_by_side(call(), call(init=None, began="warm"), names=["first", "next"])
    assert view.line.splitlines() == [
        "first: cold, wait 12 + init 800 + run 50 = 862 ms",
        "next: warm, wait 12 + run 850 = 862 ms",
    ]
    assert view.html.count("<img") == 2


def test_a_listed_activation_can_stand_beside_a_call():
    listed = Summary(ID, "hello", "guest/hello", "0.0.1", 0, 850, "success", 12, 800)
    assert show.side_by_side(listed).line == "01234567: cold, wait 12 + init 800 + run 50 = 862 ms"


def test_names_must_be_as_many_as_calls():
    with pytest.raises(ValueError, match="argument"):
        show.side_by_side(call(), names=["one", "two"])


def test_an_action_says_how_it_is_called():
    assert "image, upper=&#x27;eyes&#x27;" in show.view(action()).html


def test_a_failed_call_shows_the_error_and_the_cell_that_it_came_from():
    trace = [
        "2026-11-23T05:49:00.123456789Z stderr: Traceback (most recent call last):",
        '2026-11-23T05:49:00.123456789Z stderr:   File "__main__.py", line 3, in main',
        "2026-11-23T05:49:00.123456789Z stderr:     return 1 / 0",
        "2026-11-23T05:49:00.123456789Z stderr: ZeroDivisionError: division by zero",
    ]
    failed = call("action developer error", {"error": "An error occurred"}, trace)
    page = show.view(failed).html
    assert "In [3]" in page
    assert "ZeroDivisionError" in page


def test_facts_leave_out_what_is_empty_and_blocks_cut_what_is_long():
    assert "model" not in facts([("model", ""), ("size", 0)])
    assert "(5,000 characters)" in block("x" * 5000)


def test_secrets_are_not_in_a_view_of_a_package_or_a_trigger():
    hidden = (Parameter("password", "hunter22"), Parameter("PIN", "1234-secret", init=True))
    for one in (
        Package("guest", "tools", "0.0.1", False, {}, hidden),
        Trigger("guest", "bell", "0.0.1", False, {}, hidden),
    ):
        said = json.dumps(show.view(one).bundle())
        assert "hunter22" not in said
        assert "1234-secret" not in said


def test_a_trigger_says_which_of_its_rules_are_active():
    html = show.view(TRIGGER).html
    assert html.index("guest/ring") < html.index(">active<") < html.index("guest/off") < html.index(">inactive<")
