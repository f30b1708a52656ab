"""Notebook 01 in JupyterLab, as a person sees it: every cell runs, pictures are drawn, the panels answer."""

import os
import shutil
from pathlib import Path

import pytest

from tests.notebooks.conftest import NOTEBOOKS
from tests.notebooks.lab import CHROMIUM, lab, run_all

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
LOADED = "images => images.length > 0 && images.every(image => image.complete && image.naturalWidth > 0)"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not os.access(CHROMIUM, os.X_OK), reason=f"there is no {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def page(platform, tmp_path_factory):
    """The notebook, run from top to bottom in the light theme."""
    work = tmp_path_factory.mktemp("lab")
    shutil.copytree(NOTEBOOKS, work / "notebooks")
    with lab(work / "notebooks", work) as server, server.opened("01_smart_body_crop.ipynb") as page:
        assert run_all(page), page.locator(".jp-RenderedText").last.inner_text()
        yield page


def cell(page, words):
    """The code cell with these words, scrolled into view."""
    found = page.locator(".jp-CodeCell").filter(has_text=words).last
    found.scroll_into_view_if_needed()
    return found


def keep(locator, name):
    """A screenshot to be looked at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    locator.screenshot(path=SCREENSHOTS / f"{name}.png")


def test_every_picture_is_drawn(page):
    for words in ("draw.people(shopper, person)", "draw.story(seen, person, box", "side_by_side(cold, warm"):
        output = cell(page, words).locator(".jp-OutputArea")
        assert output.locator("img").evaluate_all(LOADED), words
        keep(output, words.split("(")[0].replace(".", "-"))


def test_the_receipt_is_a_table_and_not_a_tree(page):
    output = cell(page, "%%deploy_action $action").locator(".jp-OutputArea")
    assert output.locator("table").count() == 1
    assert "smart-body-crop" in output.inner_text()
    keep(output, "receipt")


def test_the_panel_draws_the_box_again(page):
    panel = cell(page, "crop_panel(seen")
    image = panel.locator("img")
    before = image.get_attribute("src")
    panel.locator("select").nth(1).select_option("knees")
    panel.get_by_text("draw.box(photo, crop.between(person, 'eyes', 'knees'))").wait_for()
    assert image.get_attribute("src") != before
    panel.locator("select").nth(0).select_option("ankles")
    panel.get_by_text("below").wait_for()
    keep(panel, "panel")


def test_the_form_invokes_the_action_with_a_photo(page):
    form = cell(page, "form(action)")
    with page.expect_file_chooser() as chooser:
        form.get_by_text("Upload (0)").click()
    chooser.value.set_files(NOTEBOOKS / "photos" / "person-side-walking.jpg")
    form.get_by_text("Upload (1)").wait_for()
    form.locator("select").nth(1).select_option("elbows")
    form.get_by_role("button", name="Run smart-body-crop").click()
    form.get_by_text("success", exact=True).wait_for()
    assert "'box'" in form.inner_text()
    keep(form, "form")
