"""The tutorial of flows: each photo takes its path, and its session shows it."""

import ast
import base64
import re

import pytest

import fnkit
from fnkit.models import images
from fnkit.vision import crop, pose, quality
from tests.notebooks.conftest import NOTEBOOKS, papermill

FUNCTIONS = ("photo-quality", "body-crop", "auto-tag", "catalogue")


@pytest.fixture(scope="module")
def run(platform, tmp_path_factory):
    """Notebook 03 on an empty platform."""
    return papermill(NOTEBOOKS / "03_workflow.ipynb", tmp_path_factory.mktemp("run") / "03.ipynb")


@pytest.fixture(scope="module")
def again(run, tmp_path_factory):
    """The notebook once more, with another photo of a person."""
    out = tmp_path_factory.mktemp("again") / "03.ipynb"
    return papermill(NOTEBOOKS / "03_workflow.ipynb", out, good="photos/person-front-jumping.jpg")


def session(run, cell):
    """The session that a cell shows, as the platform has it."""
    return fnkit.session(run.facts(cell)["id"])


def steps(run, cell):
    return [step.action for step in session(run, cell).steps]


def value(run, cell):
    """What a cell gives, where that is plain."""
    return ast.literal_eval(run.data(cell)["text/plain"])


def good(name):
    """A photo as the notebook's server sends it."""
    return images.open(images.jpeg(images.open(NOTEBOOKS / "photos" / name)))


def picture(run, cell, media):
    """The first picture of this kind in the cell's HTML, as a file."""
    found = re.search(rf"data:image/{re.escape(media)};base64,([\w+/=]+)", run.data(cell)["text/html"])
    return base64.b64decode(found[1])


def test_each_function_and_the_flow_are_deployed_from_their_cells(run):
    for cell in FUNCTIONS:
        assert (run.facts(cell)["change"], run.facts(cell)["name"]) == ("create", cell)
        assert run.facts(cell)["check"], "tried on the platform, too"
    assert run.facts("deploy")["change"] == "create"
    assert run.facts("deploy")["name"] == "assets-created"


def test_only_what_a_step_needs_travels_with_it(run):
    travels = {cell: {path for _, path, _ in run.facts(cell)["files"]} for cell in (*FUNCTIONS, "deploy")}
    assert "fnkit/vision/quality.py" in travels["photo-quality"]
    assert "fnkit/vision/tags.txt" in travels["auto-tag"]
    assert not any(path.startswith("ai_edge_litert") for path in travels["photo-quality"] | travels["catalogue"])
    assert not any(path.startswith(("numpy", "PIL", "fnkit/vision")) for path in travels["deploy"])


def test_the_qualities_are_drawn(run):
    picture = run.picture("quality")
    assert min(picture.shape[:2]) > 400
    assert picture.std() > 20


def test_the_flow_says_the_same_dry_and_deployed(run):
    dry = value(run, "dry")["back"]
    assert re.fullmatch(r"\d+ of 100: mind the sharpness\.", dry)
    assert value(run, "run-back") == ["0 of 100: mind the sharpness.", dry]


def test_a_good_photo_goes_all_the_way(run):
    assert run.facts("session-good")["state"] == "done"
    assert steps(run, "session-good") == ["photo-quality", "body-crop", "auto-tag", "catalogue"]
    assert value(run, "run-good") == ["tripod", "created with fnkit"]
    photo = good("camera.png")
    box = crop.between(pose.person(fnkit.models.load("movenet-multipose"), photo), "eyes", "hips")
    entry = session(run, "session-good").result
    assert entry["score"] == round(quality.measure(photo).total) >= 61
    assert images.open(entry["picture"]).shape == (box.h, box.w, 3)
    assert set(entry) == {"image", "score", "tags", "picture"}


@pytest.mark.parametrize("cell", ["session-blurred", "session-shaken"])
def test_a_spoiled_photo_goes_back(run, cell):
    assert run.facts(cell)["state"] == "done"
    assert steps(run, cell) == ["photo-quality"]
    assert set(session(run, cell).result) == {"image", "score", "back"}


def test_a_photo_of_nobody_fails_where_it_fails(run):
    assert run.facts("session-fails")["state"] == "failed"
    assert steps(run, "session-fails") == ["photo-quality", "body-crop"]
    assert "nobody was found" in run.data("session-fails")["text/html"]


def test_every_session_has_its_picture(run):
    """Of all steps, whichever were taken; the path is another one each time."""
    cells = ("session-good", "session-blurred", "session-fails")
    drawn = [picture(run, cell, "svg+xml").decode() for cell in cells]
    assert len(set(drawn)) == len(cells)
    for svg in drawn:
        assert all(name in svg for name in (*FUNCTIONS, "sign", "send_back"))
    timeline = picture(run, "timeline", "svg+xml").decode()
    assert all(name in timeline for name in FUNCTIONS)


def test_the_entry_is_shown(run):
    assert images.open(picture(run, "entry", "jpeg")).std() > 20
    assert "tripod, created with fnkit, 90 of 100" in run.data("entry")["text/html"]


def test_the_sessions_are_listed_newest_first(run):
    shown = [
        run.facts(cell)["id"] for cell in ("session-fails", "session-shaken", "session-blurred", "session-good")
    ]
    assert [one["id"] for one in run.facts("sessions")] == shown


def test_a_second_run_changes_nothing_and_takes_another_photo(again):
    for cell in (*FUNCTIONS, "deploy"):
        assert again.facts(cell)["change"] == "unchanged", cell
    assert value(again, "run-good")[-1] == "created with fnkit"
    assert steps(again, "session-good") == ["photo-quality", "body-crop", "auto-tag", "catalogue"]
    assert again.facts("session-good")["id"] not in {one["id"] for one in again.facts("sessions")[4:]}
