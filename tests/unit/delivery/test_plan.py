"""Create, update or leave alone: decided from what is wanted and what is there."""

from dataclasses import replace
from pathlib import Path

import pytest

from fnkit.action.bundle import Bundle, Layer, LayerFile
from fnkit.action.spec import Origin
from fnkit.action.target import Target
from fnkit.core.entities import Entry, EntryParameter, Limits, ModelFile
from fnkit.core.names import ActionName
from fnkit.delivery import annotation
from fnkit.delivery.order import Settings
from fnkit.delivery.plan import Wanted, next_version, plan
from fnkit.delivery.secrets import Secret
from fnkit.whisk.documents import Action, Parameter

ENTRY = Entry("main", (EntryParameter("name", "string"), EntryParameter("size", "integer", False, 3, (1, 3))))


TARGET = Target("python:3.11", "3.11")
MODEL = ModelFile("tiny", "ab" * 32, 7, Path("tiny.tflite"))


def bundle(text: str = "def main(name): return {}\n", *more: Layer, **changes) -> Bundle:
    code = Layer("code", (LayerFile.of("__main__.py", text.encode()),))
    made = Bundle((code, *more), ENTRY, "main", TARGET, (Origin(1, 2, "In [5]", 1),))
    return replace(made, **changes)


def wanted(settings: Settings | None = None, name: str = "hello", **more) -> Wanted:
    given = {"bundle": bundle(), **more}
    return Wanted(name=ActionName.parse(name), settings=settings or Settings(), **given)


def deployed(wish: Wanted, version: str = "0.0.1", **changes) -> Action:
    """The platform's document after this wish was deployed as it is."""
    draft = replace(plan(wish, None, "host"), version=version).draft("code")
    document = {
        "namespace": f"guest/{wish.name.package}" if wish.name.package else "guest",
        "name": wish.name.name,
        "version": version,
        **draft.to_json(),
    }
    document["annotations"] = [*document["annotations"], {"key": "exec", "value": wish.kind}]
    return replace(Action.from_json(document), **changes)


def test_nothing_is_there():
    made = plan(wanted(), None, "127.0.0.1:3233")
    assert (made.change, made.version) == ("create", "0.0.1")
    assert made.draft("x").to_json()["version"] == "0.0.1"
    assert str(made) == f"create hello ({made.digest[:8]}) at 127.0.0.1:3233: there is no such action yet"


FULL = Settings(
    limits=Limits(memory=512),
    parameters={"upper": "eyes", "list": [1]},
    secrets=(Secret("TOKEN", "hush"),),
    annotations={"fnkit-network": False},
)


@pytest.mark.parametrize("settings", [Settings(), FULL])
@pytest.mark.parametrize("name", ["hello", "tools/hello"])
def test_the_same_is_unchanged(settings, name):
    wish = wanted(settings, name)
    there = deployed(wish, "0.0.7")
    made = plan(wish, there, "host")
    assert (made.change, made.reasons, made.version) == ("unchanged", (), "0.0.7")


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (Settings(), Settings(limits=Limits(memory=512)), "memory: 256 → 512 MB"),
        (Settings(limits=Limits(timeout=1000)), Settings(), "timeout: 1000 → 60000 ms"),
        (Settings(), Settings(parameters={"upper": "eyes"}), "parameter upper: new"),
        (Settings(parameters={"upper": "eyes"}), Settings(), "parameter upper: taken away"),
        (
            Settings(parameters={"upper": "eyes"}),
            Settings(parameters={"upper": "nose"}),
            "parameter upper: 'eyes' → 'nose'",
        ),
        (
            Settings(parameters={"api_key": "hush1"}),
            Settings(parameters={"api_key": "hush2"}),
            "parameter api_key: ••• → •••",
        ),
        (Settings(), Settings(secrets=(Secret("T", "hush"),)), "secret T: new"),
        (
            Settings(secrets=(Secret("T", "hush1"),)),
            Settings(secrets=(Secret("T", "hush2"),)),
            "secret T: another value",
        ),
        (Settings(secrets=(Secret("T", "hush1"),)), Settings(parameters={"T": "x"}), "parameter T: another value"),
        (Settings(), Settings(annotations={"a": 1}), "annotation a: none → 1"),
        (Settings(annotations={"a": 1}), Settings(annotations={"a": 2}), "annotation a: 1 → 2"),
        (Settings(annotations={"a": 1}), Settings(), "annotation a: taken away"),
    ],
)
@pytest.mark.parametrize("name", ["hello", "tools/hello"])
def test_each_setting_that_differs_is_a_reason(before, after, reason, name):
    made = plan(wanted(after, name), deployed(wanted(before, name)), "host")
    assert made.change == "update"
    assert made.reasons == (reason,)
    assert made.version == "0.0.2"
    assert "hush" not in str(made) + repr(made) + repr(made.draft("code"))


def test_other_code():
    wish, there = wanted(bundle=bundle("x = 1\n")), deployed(wanted())
    made = plan(wish, there, "host")
    assert made.reasons == (f"code: {wanted().bundle.digest[:8]} → {wish.bundle.digest[:8]}",)


def test_another_kind_and_function():
    other = bundle(main="run", target=replace(TARGET, kind="python:3.12"))
    made = plan(wanted(bundle=other), deployed(wanted()), "host")
    assert made.reasons == ("kind: python:3.11 → python:3.12", "main: main → run")


def test_what_others_changed_is_seen_without_fetching_code():
    """An update by other means keeps fnkit's annotation, but not the version that it names."""
    made = plan(wanted(), replace(deployed(wanted(), "0.0.3"), version="0.0.5"), "host")
    assert made.reasons == ("changed by other means since 0.0.3: it is 0.0.5",)
    assert made.version == "0.0.6"


@pytest.mark.parametrize(
    "note", [None, 5, {}, {"digest": "x", "origins": [[1]]}, {"digest": "x", "entry": {}}, []]
)
def test_an_action_that_is_not_fnkits(note):
    there = deployed(wanted(), annotations={} if note is None else {"fnkit": note})
    made = plan(wanted(), there, "host")
    assert made.change == "update"
    assert len(made.reasons) == 1
    assert made.reasons[0].startswith("code: ")


def test_parameters_of_the_package_are_not_the_actions():
    wish = wanted(Settings(parameters={"upper": "eyes"}), "tools/hello")
    there = deployed(wish)
    merged = replace(there, parameters=(*there.parameters, Parameter("region", "north")))
    assert plan(wish, merged, "host").change == "unchanged"


def test_annotations_of_others_stay():
    there = deployed(wanted())
    more = replace(there, annotations={**there.annotations, "description": "by hand"})
    assert plan(wanted(), more, "host").change == "unchanged"


def test_the_draft_takes_away_what_an_earlier_deploy_set():
    before = wanted(Settings(annotations={"a": 1, "b": 2}))
    made = plan(wanted(Settings(annotations={"b": 2})), deployed(before), "host")
    assert made.draft("x").to_json()["delAnnotations"] == ["a"]


def test_the_key_that_is_asked_for_no_more_is_said_no_to():
    """An action without that annotation would get it."""
    before = wanted(Settings(annotations={"provide-api-key": True}))
    draft = plan(wanted(), deployed(before), "host").draft("x").to_json()
    assert {"key": "provide-api-key", "value": False} in draft["annotations"]
    assert "provide-api-key" not in draft.get("delAnnotations", [])


def test_the_note_reads_back():
    wish = wanted(FULL, notebook="01.ipynb", bundle=bundle(model=MODEL))
    note = annotation.read(deployed(wish, "0.0.4"))
    assert note.entry == ENTRY
    assert note.origins == wish.bundle.origins
    assert (note.digest, note.version) == (wish.bundle.digest, "0.0.4")
    assert (note.notebook, note.model) == ("01.ipynb", "tiny")
    assert note.parameters == ("TOKEN", "list", "upper")
    assert note.annotations == ("fnkit-network",)
    assert "hush" not in repr(note)


def test_what_a_dry_run_shows():
    model = Layer("model", (LayerFile.of("ab" * 32, b"weights"),))
    embedded = replace(TARGET, embedded=True)
    local = plan(wanted(bundle=bundle("", model, model=MODEL, target=embedded)), None, "host")
    assert local.files == (("code", "__main__.py", 0), ("model", "ab" * 32, 7))
    assert local.carrier == "layers by digest, then a small zip"
    assert local.model == "tiny, 7 bytes, from the platform's cache"
    remote = plan(wanted(bundle=bundle("", model, model=MODEL)), None, "host")
    assert (remote.carrier, remote.model) == ("one zip", "tiny, 7 bytes, in the zip")
    assert 0 < local.size < remote.size < remote.limit
    by_url = plan(wanted(bundle=bundle(model=MODEL)), None, "host")
    assert by_url.model == "tiny, 7 bytes, downloaded once by each instance"
    assert plan(wanted(), None, "host").model == ""


def test_versions_count_as_the_platform_does():
    assert next_version("0.0.9") == "0.0.10"
