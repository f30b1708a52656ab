"""The tutorial of events: a film lands, who is on it is found, a report is written, the office is told."""

import ast
import io
import json
from itertools import islice

import av
import numpy as np
import pytest
from PIL import Image

import fnkit
from fnkit.events import stores
from fnkit.events.objects import Objects
from fnkit.vision import report
from tests.conftest import fresh_platform
from tests.contract.feeding import records, until
from tests.notebooks.conftest import NOTEBOOKS, papermill

NOBODY, ONE = ((0, 15), (73, 88)), ((22, 62), (95, 110))
"""Frames of walk.mkv, looked at by eye, first and last. What is between them is half a person, and may be either."""
SMS = 160
PARTS = 14
"""Of the project: a package, four functions, a flow, three actions between, triggers, rules, a feed."""


@pytest.fixture(scope="module")
def run(platform, tmp_path_factory):
    """Notebook 05 on an empty platform."""
    return papermill(NOTEBOOKS / "05_video.ipynb", tmp_path_factory.mktemp("run") / "05.ipynb")


@pytest.fixture(scope="module")
def again(run, tmp_path_factory):
    """The notebook once more."""
    return papermill(NOTEBOOKS / "05_video.ipynb", tmp_path_factory.mktemp("again") / "05.ipynb")


def value(run, cell):
    """What a cell gives, where that is plain."""
    return ast.literal_eval(run.data(cell)["text/plain"])


def listed(run, cell):
    """What was done to each part of the project: {(kind, name): done}."""
    words = [line.split()[:3] for line in run.data(cell)["text/plain"].splitlines()[1:]]
    return {(kind, name): done for done, kind, name in words}


def kept(place, key):
    return stores.open(place).get(key)


def expected(number):
    """How many people are on a frame; None where that is not for sure."""
    for count, spans in enumerate((NOBODY, ONE)):
        if any(first <= number <= last for first, last in spans):
            return count
    return None


def test_who_is_seen_is_who_is_there(run):
    seen = json.loads(kept("objects:dev/reports/", "walk/report.json"))["seen"]
    numbers = [int(one["key"].removeprefix("walk/").removesuffix(".jpg")) for one in seen]
    assert len(numbers) == 16, "two a second"
    known = {number: expected(number) for number in numbers if expected(number) is not None}
    assert list(known.values()).count(0) >= 4
    assert list(known.values()).count(1) >= 7
    assert {n: len(one["people"]) for n, one in zip(numbers, seen, strict=True) if n in known} == known


def test_the_flow_says_the_same_dry_and_deployed(run):
    command, moment = value(run, "dry")
    about = json.loads(kept("objects:dev/reports/", "walk/report.json"))
    assert command == "request_cleaning"
    assert moment == about["seen"][5]


def test_each_function_carries_only_what_it_needs(run):
    def libraries(entry, **more):
        plan = fnkit.deploy(NOTEBOOKS / "05_video.ipynb", f"x-{entry}", entry=entry, dry_run=True, **more)
        return {one.name for one in plan.requirements}

    assert libraries("frames") == {"av"}, "PyAV alone"
    looking = libraries("detect", model="movenet-multipose")
    assert "ai-edge-litert" in looking
    assert "av" not in looking
    assert libraries("write") == {"numpy", "pillow"}
    assert libraries("tell") == set()


def test_the_report_lies_in_the_store(run):
    about = json.loads(kept("objects:dev/reports/", "walk/report.json"))
    assert about["text"] == "1 person in 8.1 s of video: 1.5–4.5 s, 6.5–7.5 s."
    assert about["most"] == 1
    people = [one for one in about["seen"] if one["people"]]
    files = {key for key, _ in value(run, "kept")}
    assert files == {"walk/chart.svg", "walk/report.json", *(one["key"] for one in people)}
    chart = kept("objects:dev/reports/", "walk/chart.svg").decode()
    assert chart == run.data("kept-chart")["image/svg+xml"].strip()
    assert "walk.mkv" in chart
    for one in people:
        before, after = (kept(f"objects:dev/{place}/", one["key"]) for place in ("pictures", "reports"))
        plain, drawn = (np.asarray(Image.open(io.BytesIO(each))).astype(int) for each in (before, after))
        (box,) = one["people"]
        changed = np.abs(plain - drawn).sum(axis=2) > 90
        rows, columns = np.nonzero(changed)
        assert abs(rows.min() - box["y"]) <= 2
        assert abs(columns.min() - box["x"]) <= 2
        edge = drawn[box["y"] + 1, box["x"] + 5 : box["x"] + box["w"] - 5]
        assert np.abs(edge.mean(axis=0) - report.ACCENT).max() < 40, "a line in that colour"


def test_the_pictures_are_drawn(run):
    picture = run.picture("kept-frames")
    assert min(picture.shape[:2]) > 300
    assert picture.std() > 20


def test_the_office_is_told_in_three_ways(run):
    sms = value(run, "message")
    assert sms == "1 person in 8.1 s of video: 1.5-4.5 s, 6.5-7.5 s."
    assert run.text("letter").splitlines() == ["cleaning@example.org", sms]
    assert len(sms) <= SMS
    assert sms.isascii()


def test_a_broken_film_takes_the_way_of_failures(run):
    sms = value(run, "broken")
    assert sms == "cut.mkv: it ends after 4.0 of 7.7 seconds. It is cut off: was it still being written?"
    store = stores.open("objects:dev/broken/")
    messages = [json.loads(store.get(one.key)) for one in store.list()]
    assert {one["request"]["name"] for one in messages} == {"cut.mkv"}
    assert {(one["condition"], one["action"]) for one in messages} == {("failure", "/_/dev-video/watch")}
    assert run.facts("session-broken")["state"] == "failed"
    assert "it ends after 4.0 of 7.7 seconds" in run.data("session-broken")["text/html"]
    assert not [one for one in stores.open("objects:dev/reports/").list() if "cut" in one.key]


def test_a_session_has_the_batches(run):
    assert run.facts("session")["state"] == "done"
    steps = [step.action for step in fnkit.session(run.facts("session")["id"]).steps]
    assert steps == ["dev-video/frames", *["dev-video/detect"] * 3]


def test_what_is_wired_is_shown_from_source_to_destination(run):
    page, said = run.data("wired")["text/html"], run.data("wired")["text/plain"]
    assert "<img" in page
    first, second = said.splitlines()
    assert first.startswith("objects:dev/films/*.mkv → dev-landed → dev-on-landed → ")
    assert first.endswith(" → dev-video/watch")
    assert second.startswith("success of dev-video/watch → dev-watched → dev-on-somebody → ")
    assert second.endswith(" → dev-video/report")
    for word in ("request_cleaning", "trigger:dev-watched", "objects:dev/broken/", "dev-video/tell"):
        assert word in page


def test_an_environment_lies_beside_the_other_and_goes(run):
    created = listed(run, "stage")
    assert set(created.values()) == {"create"}
    assert len(created) == PARTS
    assert value(run, "stage-land") == "1 person in 8.0 s of video: 2.0-5.0 s, 7.0-8.0 s."
    about = json.loads(kept("objects:stage/reports/", "walk/report.json"))
    assert len(about["seen"]) == 8, "one a second"
    assert set(listed(run, "again").values()) == {"unchanged"}
    assert set(listed(run, "remove").values()) == {"delete"}
    left = [*fnkit.verbs.trigger_list(), *fnkit.verbs.rule_list(), *fnkit.verbs.package_list()]
    assert sorted(one.name for one in left if one.name.startswith("stage-")) == []
    assert not [one for one in fnkit.list() if "stage" in str(one)]


def nobody():
    """The first second of the test film, before anybody comes, as a film of its own."""
    content = io.BytesIO()
    source = av.open(NOTEBOOKS / "photos" / "walk.mkv")
    with source, av.open(content, "w", format="matroska") as film:
        stream = film.add_stream("mpeg4", rate=15)
        stream.width, stream.height, stream.bit_rate = 640, 360, 4_000_000
        for picture in islice(source.decode(video=0), NOBODY[0][1]):
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture.to_ndarray(format="rgb24"))))
        film.mux(stream.encode())
    return content.getvalue()


def test_a_film_of_nobody_is_watched_and_nobody_is_told(again, platform):
    stores.open("objects:dev/films/").put("nobody.mkv", nobody())

    def answers():
        found = records(platform, "dev-video/on-somebody-router")
        return [one["response"]["result"] for one in found if one["response"]["result"] == {"matched": False}]

    assert until(answers, bool) == [{"matched": False}]
    assert not [one for one in stores.open("objects:dev/reports/").list() if "nobody" in one.key]


def test_a_second_run_changes_nothing_but_the_office(again):
    done = listed(again, "diff")
    assert done.pop(("function", "dev-video/tell")) == "update", "its addresses are others"
    assert set(done.values()) == {"unchanged"}
    assert value(again, "message") == "1 person in 8.1 s of video: 1.5-4.5 s, 6.5-7.5 s."
    assert value(again, "broken").startswith("cut.mkv: it ends after")


def test_another_platform_is_a_host_and_a_key(run, tmp_path, monkeypatch):
    """What the file calls production, on a platform of its own."""
    there = fresh_platform(tmp_path / "data")
    try:
        text = (NOTEBOOKS / "fnkit.yaml").read_text().replace("https://fnkit.example.org", there.apihost)
        (tmp_path / "fnkit.yaml").write_text(text.replace("from: 05", f"from: {NOTEBOOKS}/05"))
        monkeypatch.setenv("PRODUCTION_AUTH", there.auth)
        made = fnkit.deploy(name=str(tmp_path / "fnkit.yaml"), env="production")
        assert {one.does for one in made} == {"create"}
        store = Objects(there.apihost, there.auth)
        store.put("films/walk.mkv", (NOTEBOOKS / "photos" / "walk.mkv").read_bytes())
        found = until(lambda: records(there, "video/tell"), bool)
        assert found[0]["response"]["success"]
        assert len(json.loads(store.get("reports/walk/report.json"))["seen"]) == 31, "four a second"
        assert not [one for one in fnkit.list() if str(one).startswith("video/")], "the other one has nothing of it"
    finally:
        there.stop()
