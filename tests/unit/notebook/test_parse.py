"""What a line asks of a verb: the verbs' own table, one-line usage errors, did you mean."""

from dataclasses import replace

import pytest
from IPython.core.error import UsageError

from fnkit import verbs
from fnkit.notebook import parse, twin
from fnkit.notebook.words import read
from fnkit.verbs import deploying
from fnkit.verbs.table import verb

VERBS = {one.name: one for one in verbs.table()}


def cell_deploy():
    whole = verb(deploying.deploy)
    return replace(whole, parameters=tuple(p for p in whole.parameters if p.name != "source"))


def parsed(name, line, **namespace):
    asked = cell_deploy() if name == "%%deploy_action" else VERBS[name]
    return parse.parse(asked, read(line, namespace), name)


def test_the_name_comes_first_and_everything_else_is_an_option():
    call = parsed("%%deploy_action", "hello --memory 256 --test name=Ada --test size=3 --dry-run")
    assert call.typed["name"] == "hello"
    assert call.typed["memory"] == 256
    assert call.typed["dry_run"] is True
    assert call.typed["test"] == ["name=Ada", "size=3"]


def test_objects_of_the_notebook_arrive_as_they_are():
    sample, photo = {"image": "x"}, object()
    call = parsed("%%deploy_action", "hello --test $sample --param photo $photo", sample=sample, photo=photo)
    assert call.values()["test"] == [sample]
    assert call.values()["param"] == [{"photo": photo}]


def test_an_empty_test_is_one():
    assert parsed("%%deploy_action", "hello --test {}").typed["test"] == ["{}"]


def test_arguments_may_stand_before_and_after_options():
    call = parsed("invoke", "hello a=1 --no-wait b=2")
    assert call.typed["arguments"] == ["a=1", "b=2"]
    assert call.typed["blocking"] is False


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("%%deploy_action", "hello --memroy 5", r"no option --memroy\. Did you mean --memory\? Usage"),
        ("%%deploy_action", "hello --mem 5", "no option --mem"),
        ("%%deploy_action", "hello --memory much", "invalid int value: 'much'"),
        (
            "%%deploy_action",
            "hello --test",
            r"Reading --test: its value is missing\..*or \{\} for none at all\. Usage",
        ),
        ("%%deploy_action", "", "required: NAME"),
        ("%%deploy_action", "hello again", "'again' is one argument too many"),
        ("%%deploy_action", "hello --out 2x", "not a name that a variable can have"),
        ("%%deploy_action", "hello --test $sample", "sample is not a dict"),
    ],
)
def test_a_wrong_line_is_one_line_of_plain_usage_error(name, line, said):
    with pytest.raises(UsageError, match=said) as caught:
        parsed(name, line, sample=3)
    assert caught.type is UsageError, "IPython shortens this exact type only"
    assert "\n" not in str(caught.value)
    assert "Usage: %%deploy_action" in str(caught.value)


def test_help_lists_every_option_of_the_table():
    for one in VERBS.values():
        text = parse.help_text(one, f"%fnkit {one.name}")
        assert one.help.splitlines()[0].split()[0] in text
        assert all(parameter.option in text for parameter in one.parameters)


def test_options_are_those_of_the_table_and_of_magics():
    known = parse.options(cell_deploy())
    assert {"--memory", "--test", "--dry-run", "--out", "--no-run", "--show-code", "--debug"} <= set(known)


@pytest.mark.parametrize(
    ("name", "line", "code"),
    [
        ("invoke", "hello name=Ada size=3", "fnkit.invoke('hello', {'name': 'Ada', 'size': 3})"),
        ("invoke", "hello image=$photo --no-wait", "fnkit.invoke('hello', {'image': photo}, blocking=False)"),
        ("invoke", "hello $sample", "fnkit.invoke('hello', {**sample})"),
        ("get", "hello", "fnkit.get(name='hello')"),
        ("models list", "", "fnkit.verbs.models_list()"),
        ("rule create", "a b c", "fnkit.verbs.rule_create(name='a', trigger='b', action='c')"),
    ],
)
def test_show_code_gives_the_python_twin(name, line, code):
    assert twin.python(parsed(name, line, photo=1, sample={"a": 1})) == code
