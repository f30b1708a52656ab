"""The tutorial runs from top to bottom, says what it promises, and a second run changes nothing."""

import hashlib
import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import fnkit
from fnkit.core.errors import ActionFailed
from fnkit.models import download, images
from fnkit.vision import crop, pose
from tests.notebooks.conftest import NOTEBOOKS, papermill

ID = re.compile(r"[0-9a-f]{32}")
PEOPLE = (
    "person-front-jumping.jpg",
    "person-side-walking.jpg",
    "person-half-hidden.jpg",
    "camera.png",
    "person-from-behind.jpg",
)
PICTURES = ("rule", "rule-fails", "model", "missing", "find-box", "elbows", "url", "box")


@pytest.fixture(scope="module")
def crop_run(platform, tmp_path_factory):
    """Notebook 01 on an empty platform."""
    return papermill(NOTEBOOKS / "01_smart_body_crop.ipynb", tmp_path_factory.mktemp("run") / "01.ipynb")


@pytest.fixture(scope="module")
def hello_run(platform, tmp_path_factory):
    """Notebook 02 on an empty platform."""
    return papermill(NOTEBOOKS / "02_hello_function.ipynb", tmp_path_factory.mktemp("run") / "02.ipynb")


def expected(photo, upper="eyes", lower="hips"):
    """The box as the rooms give it, without a notebook."""
    model = fnkit.models.load("movenet-multipose")
    return crop.between(pose.person(model, images.open(NOTEBOOKS / "photos" / photo)), upper, lower).to_json()


def test_the_action_gives_the_box_of_the_notebook(crop_run):
    assert crop_run.facts("deploy")["change"] == "create"
    call = crop_run.facts("invoke")
    assert call["status"] == "success"
    assert call["result"]["box"] == expected("person-side-walking.jpg")
    here, there = crop_run.text("box").splitlines()[-2:]
    assert here.split("Box")[1] == there.split("Box")[1]


def test_the_box_is_the_same_through_http_on_every_photo_with_a_person(crop_run, platform):
    for photo in PEOPLE:
        call = fnkit.invoke("smart-body-crop", image=NOTEBOOKS / "photos" / photo)
        assert call.result["box"] == expected(photo), photo


def test_another_model_may_come_by_its_url(crop_run, platform):
    """The instance downloads it once and checks it; here it is the same model, so the box is the same."""
    file = download.fetch("movenet-multipose").path
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=file.parent)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/{file.name}"
        photo = NOTEBOOKS / "photos" / PEOPLE[0]
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        call = fnkit.invoke("smart-body-crop", image=photo, model_url=url, model_sha256=sha256)
        assert call.result["box"] == expected(PEOPLE[0])
        with pytest.raises(ActionFailed, match=sha256[:8]):
            fnkit.invoke("smart-body-crop", image=photo, model_url=f"{url}?", model_sha256=sha256[::-1])
        server.shutdown()


def test_ids_states_and_the_way_from_cold_to_warm(crop_run):
    said = crop_run.text("invoke").split()
    assert ID.fullmatch(said[0])
    assert set(said[1:]) <= {"pending", "running"}
    assert crop_run.facts("invoke")["id"] == said[0]
    cold, warm = crop_run.facts("cold-warm")
    assert (cold["began"], warm["began"]) == ("cold", "warm")
    assert cold["init"] > 0
    assert warm["init"] is None
    assert warm["run"] + warm["wait"] < cold["init"] + cold["run"] + cold["wait"]
    assert crop_run.data("cold-warm")["text/html"].count("data:image/svg+xml;base64,") == 2


@pytest.mark.parametrize("cell", PICTURES)
def test_pictures_are_there_and_not_blank(crop_run, cell):
    picture = crop_run.picture(cell)
    assert min(picture.shape[:2]) > 300
    assert picture.std() > 20
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 1000


def test_what_is_missing_is_said(crop_run):
    assert crop_run.text("missing-names").strip() == "not found: LElbow, LWrist, LKnee, LAnkle"
    assert "the hips were not found on this photo. Found: eyes, nose, neck, shoulders." in crop_run.text("refuse")


def test_the_dry_run_shows_what_travels(crop_run):
    plan = crop_run.facts("dry-run")
    assert plan["change"] == "unchanged", "the same code in another cell"
    assert "ai-edge-litert==1.2.0" in plan["requirements"]
    assert plan["size"] < plan["limit"]
    assert "movenet-multipose" in plan["model"]


def test_a_failing_activation_names_the_cells_of_the_notebook(crop_run):
    page = crop_run.data("wrong")["text/html"].split("<details")[0]  # the raw log lies behind a triangle
    for cell, words, function in (
        ("find-box", "crop.between(person", "find_box"),
        ("deploy", "= find_box(", "main"),
    ):
        source = next(one for one in crop_run.document.cells if one.id == cell)
        line = next(n for n, text in enumerate(source.source.splitlines(), 1) if words in text)
        assert f"In [{source.execution_count}], line {line}, in {function}" in page
    assert "PartMissing" in page
    assert "/instances/" not in page, "no folder of the platform"


def test_widgets_have_a_form_made_from_the_signature(crop_run):
    assert "application/vnd.jupyter.widget-view+json" in crop_run.data("panel")
    assert "image" in crop_run.data("form")["text/plain"]


def test_a_second_run_changes_nothing(crop_run, tmp_path):
    again = papermill(NOTEBOOKS / "01_smart_body_crop.ipynb", tmp_path / "01.ipynb")
    assert again.facts("deploy")["change"] == "unchanged"
    assert again.facts("deploy")["version"] == crop_run.facts("deploy")["version"]
    assert again.facts("invoke")["result"]["box"] == crop_run.facts("invoke")["result"]["box"]


def test_hello_in_five_minutes(hello_run):
    assert hello_run.facts("deploy")["change"] == "create"
    assert hello_run.facts("call")["result"] == {"greeting": "Hello, Ada!", "each": 3.0}
    assert hello_run.data("python")["text/plain"] == "2.5"
    page = hello_run.data("mistake")["text/html"]
    assert "application error" in page
    assert "In [3], line 4, in main" in page
    assert "ZeroDivisionError: division by zero" in page


def test_hello_again_changes_nothing(hello_run, tmp_path):
    again = papermill(NOTEBOOKS / "02_hello_function.ipynb", tmp_path / "02.ipynb")
    assert again.facts("deploy")["change"] == "unchanged"


def test_the_platform_is_named_once(crop_run, hello_run, platform):
    for run in (crop_run, hello_run):
        said = "".join(run.text(cell.id) for cell in run.document.cells if cell.cell_type == "code")
        assert said.count(platform.apihost) == 1


def test_a_notebook_takes_parameters(hello_run, tmp_path):
    run = papermill(
        NOTEBOOKS / "02_hello_function.ipynb", tmp_path / "02.ipynb", action="hello-twin", guest="Grace"
    )
    assert run.facts("call")["action"] == "hello-twin"
    assert run.facts("call")["result"]["greeting"] == "Hello, Grace!"


def test_a_photo_without_a_person_stops_the_notebook_with_the_reason(platform, tmp_path):
    from papermill.exceptions import PapermillExecutionError

    with pytest.raises(PapermillExecutionError, match="nobody was found"):
        papermill(NOTEBOOKS / "01_smart_body_crop.ipynb", tmp_path / "01.ipynb", photo="photos/nobody-park.jpg")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (
            "%%deploy_action differs --test {dict()}\nimport os\n\n\ndef main():\n    return {'id': os.getpid()}",
            "CheckFailed",
        ),
        ("%%deploy_action broken\ndef main():\n    return {}\n\n\nraise KeyError('here')", "KeyError"),
        ("%fnkit invoke is-not-there", "Missing"),
    ],
)
def test_a_failed_deploy_stops_papermill_and_says_why(platform, tmp_path, cell, said):
    from papermill.exceptions import PapermillExecutionError

    cells = [new_code_cell("%load_ext fnkit"), new_code_cell(cell), new_code_cell("print('went on')")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), tmp_path / "in.ipynb")
    with pytest.raises(PapermillExecutionError, match=said):
        papermill(tmp_path / "in.ipynb", tmp_path / "out.ipynb")
    assert "went on\\n" not in (tmp_path / "out.ipynb").read_text()
