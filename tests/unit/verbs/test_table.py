"""One table for every parser: complete, documented, the same names everywhere."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypedDict, Unpack

import pytest

import fnkit
from fnkit import verbs
from fnkit.verbs.table import Argument, Option, verb

TABLE = verbs.table()


class More(TypedDict, total=False):
    param: Annotated[Mapping[str, Any], Option("a parameter", short="-p", pair=True)]
    dry_run: Annotated[bool, Option("send nothing")]


def sample_verb(
    source: Annotated[object, Argument("a file", place=1)],
    name: Annotated[str | None, Argument("a name", typed=True)] = None,
    *,
    size: Annotated[int | None, Option("MB")] = None,
    path: Annotated[Sequence[Path], Option("paths")] = (),
    hidden: int = 7,
    **more: Unpack[More],
) -> dict[str, Any]:
    """Give what was given."""
    return {"source": source, "name": name, "size": size, "path": path, "hidden": hidden, **more}


def test_marks_become_parameters_in_the_order_of_the_line():
    entry = verb(sample_verb)
    assert entry.words == ("sample", "verb")
    assert [p.name for p in entry.parameters if not p.option] == ["name", "source"]
    assert {p.option: (p.type, p.shape) for p in entry.parameters if p.option} == {
        "--size": (int, "word"),
        "--path": (Path, "words"),
        "--param": (str, "assignments"),
        "--dry-run": (bool, "flag"),
    }
    assert [p.name for p in entry.parameters if p.required] == ["name", "source"]


def test_what_was_not_typed_is_left_to_the_function():
    typed = {"name": "n", "source": "s", "size": None, "path": [], "param": ["a=1", {"b": 2}], "dry_run": False}
    assert verb(sample_verb).call(typed) == {
        "source": "s",
        "name": "n",
        "size": None,
        "path": (),
        "hidden": 7,
        "param": {"a": 1, "b": 2},
        "dry_run": False,
    }


def test_two_words_of_a_pair_become_one():
    join, live = verb(sample_verb).join, object()
    assert join(["n", "--param", "k", '{"a": 1}', "--size", "3"]) == ["n", "--param", 'k={"a": 1}', "--size", "3"]
    assert join(["-p", "k", "v", "-p", "j", "w"]) == ["-p", "k=v", "-p", "j=w"]
    assert join(["--param", "k=v", "file"]) == ["--param", "k=v", "file"], "wsk's form is not the only one"
    assert join(["--param", "k", live]) == ["--param", {"k": live}]
    assert join(["--param", "k"]) == ["--param", "k"], "the parser says what is missing"


@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: entry.name)
def test_every_verb_and_every_option_is_documented(entry):
    first = entry.help.partition("\n\n")[0].replace("\n", " ")
    assert first.endswith("."), "the help begins with a sentence"
    assert 20 < len(first) < 160
    for parameter in entry.parameters:
        assert len(parameter.mark.help) > 5, parameter.name
        assert not parameter.mark.help.endswith("."), "the face ends it"


@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: entry.name)
def test_options_are_spelt_once(entry):
    spelt = [word for p in entry.parameters for word in p.options]
    assert len(spelt) == len(set(spelt))
    assert not {"--auth", "--key", "--token", "--password"} & set(spelt), "a key is never typed on a line"
    assert not {"-h", "--help", "--debug", "-o", "--out"} & set(spelt), "the faces have these"


def test_the_verbs_are_those_of_the_package():
    bare = {entry.name for entry in TABLE if len(entry.words) == 1}
    assert bare <= set(dir(fnkit))
    # `fnkit.events` is the room of that name.
    assert all(getattr(fnkit, name) is getattr(verbs, name) for name in bare - {"events"})


def test_names_come_first():
    for entry in TABLE:
        arguments = [p for p in entry.parameters if not p.option]
        if any(p.name == "name" for p in arguments):
            assert arguments[0].name == "name", entry.name


def test_no_module_of_the_room_hides_a_verb():
    """A module that was imported is an attribute of its package: a verb is looked for where there is none."""
    modules = {path.stem for path in Path(verbs.__file__).parent.glob("*.py")}
    assert not modules & {"_".join(entry.words) for entry in TABLE}


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (["deploy", "name", "file.py"], ["deploy"]),
        (["rule", "list", "--limit", "3"], ["rule list"]),
        (["feeds"], ["feeds run"]),
        (["namespace", "lst"], ["namespace list", "namespace limits"]),
        (["rule_list"], [entry.name for entry in TABLE]),
        (["--help"], [entry.name for entry in TABLE]),
        ([], [entry.name for entry in TABLE]),
    ],
)
def test_a_line_means_one_verb_those_of_its_noun_or_any(line, names):
    assert [entry.name for entry in verbs.meant(line)] == names
