"""A session in JupyterLab: what a mouse finds on its picture, how it moves on, what is there without a kernel."""

import base64
import contextlib
import json
import os
import re
from dataclasses import dataclass
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook

from tests.notebooks.lab import CHROMIUM, lab, run_all

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not os.access(CHROMIUM, os.X_OK), reason=f"there is no {CHROMIUM}"),
]
FLOW = """%load_ext fnkit
import fnkit
from fnkit import compose


def shoot(n: int = 0, **rest):
    return {"n": n + 1, "token": "s3cr3t", "text": "light " * 100}


def wait(gate: str, **rest):
    import urllib.request

    urllib.request.urlopen(gate, timeout=90).read()
    return {"waited": True}


shot = compose.action("page-shoot", shoot)
flow = shot >> compose.when(lambda r: r["n"] > 5, "page-shoot", otherwise=lambda r: {"n": r["n"]})
slow = compose.parallel(shot, compose.action("page-wait", wait)) >> "page-shoot"
"""
DEPLOY = "{0}.deploy('page-{0}', with_actions=True)"
SESSION = "fnkit.session(fnkit.invoke('page-flow', n=1).id)"
FOLLOWED = "fnkit.session(fnkit.invoke('page-slow', gate='{}', blocking=False).id, follow=True)"
LAYER = "data:image/svg+xml"
DRAWN = "image => image.complete && image.naturalWidth > 100"


def written(path, *sources):
    """A notebook of these cells."""
    python = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources], metadata=python), path)
    return path


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """The folder that the server shows."""
    return tmp_path_factory.mktemp("books")


@pytest.fixture(scope="module")
def server(platform, books, tmp_path_factory):
    with lab(books, tmp_path_factory.mktemp("session-page")) as server:
        yield server


@pytest.fixture(scope="module")
def page(server, books):
    """A notebook that was run here, and saved."""
    written(books / "book.ipynb", FLOW, DEPLOY.format("flow"), SESSION)
    with server.opened("book.ipynb") as page:
        with page.expect_event("framenavigated", lambda frame: frame.url.startswith(LAYER)):
            assert run_all(page), page.locator(".jp-RenderedText").last.inner_text()
        page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        yield page


@contextlib.contextmanager
def another(server, page, notebook):
    """A page with another notebook, in the same browser."""
    opened = server.page(page.context.browser, notebook)
    yield opened
    opened.close()


def outputs(page):
    """What the last cell shows, in view."""
    found = page.locator(".jp-CodeCell").last.locator(".jp-OutputArea").first
    found.scroll_into_view_if_needed()
    return found


@dataclass(frozen=True)
class Spot:
    """A step on the picture of the last cell. The layer that answers to the mouse is a document of its own."""

    page: Any
    number: int

    @property
    def inside(self):
        layer = outputs(self.page).locator("object").first.get_attribute("data")
        frame = next(frame for frame in self.page.frames if frame.url == layer)
        return frame.locator(".spot").nth(self.number)

    @property
    def middle(self):
        """In the page's pixels."""
        layer = outputs(self.page).locator("object").first.bounding_box()
        x, y = self.inside.locator(".hit").evaluate(
            "one => { const box = one.getBoundingClientRect(); "
            "return [box.x + box.width / 2, box.y + box.height / 2] }"
        )
        return layer["x"] + x, layer["y"] + y

    def rest(self):
        self.page.mouse.move(*self.middle)

    def click(self):
        self.page.mouse.click(*self.middle)

    def says(self, part):
        """What it shows there, as soon as it does."""
        found = self.inside.locator(part)
        found.wait_for(state="visible")
        return found.text_content()

    def hides(self, part):
        """Awaits that it shows nothing there."""
        self.inside.locator(part).wait_for(state="hidden")


def test_a_mouse_that_rests_on_a_step_sees_its_answer_in_short(page):
    shot, *others = (Spot(page, number) for number in range(4))
    shot.hides(".tip")
    shot.rest()
    told = shot.says(".tip")
    assert told.startswith("page-shoot · taken") and re.search(r"run \d+", told), told
    assert '"n": 2, "token": "•••", "text": "light light' in told and "s3cr3t" not in told
    assert "…" in told and len(told) < 300
    shot.hides(".panel")
    for spot, state in zip(others, ("taken", "skipped", "taken"), strict=True):
        spot.rest()
        assert f" · {state}" in spot.says(".tip")
        shot.hides(".tip")


def test_a_click_opens_all_that_is_known(page):
    shot = Spot(page, 0)
    shot.click()
    known = json.loads(shot.says(".panel"))
    (run,) = known["runs"]
    assert run["output"] == {"n": 2, "token": "•••", "text": "light " * 100}
    assert (run["action"], run["state"], run["input"]) == ("page-shoot", "done", {"n": 1})
    assert len(run["activation"]) == 32 and run["run"] >= 0
    shot.hides(".tip")  # it would lie on the panel
    Spot(page, 1).click()
    shot.hides(".panel")


def test_a_page_that_is_not_trusted_has_the_same_picture_and_the_table(page, server, books):
    document = nbformat.read(books / "book.ipynb", as_version=4)
    document.metadata["from"] = "somebody else"  # what was signed when it was saved was another document
    nbformat.write(document, books / "received.ipynb")
    live = outputs(page).locator("img").first.get_attribute("src")
    with another(server, page, "received.ipynb") as received:
        still = outputs(received)
        assert still.locator("object").count() == 0
        assert still.locator("img").first.evaluate(DRAWN)
        assert still.locator("img").first.get_attribute("src") == live
        row = step(still)
        assert re.search(r"page-shoot\s+done", row.inner_text()) and "•••" in row.inner_text()
        row.locator("summary").click()
        assert '"light light' in row.inner_text() and "s3cr3t" not in row.inner_text()


def test_an_exported_page_has_the_picture_and_the_table(page, books):
    html, _ = HTMLExporter().from_filename(str(books / "book.ipynb"))
    (books / "book.html").write_text(html)
    exported = page.context.browser.new_page()
    exported.goto((books / "book.html").as_uri(), wait_until="domcontentloaded")
    cell = exported.locator(".jp-CodeCell").last
    image = cell.locator("img").first
    image.scroll_into_view_if_needed()
    assert image.evaluate(DRAWN)
    assert re.search(r"page-shoot\s+done", step(cell).inner_text())
    assert "s3cr3t" not in cell.inner_html()
    exported.close()


def step(shown):
    """The row of the one step."""
    return shown.locator("tr").filter(has_text="page-shoot")


def drawing(output):
    """The picture's source."""
    return base64.b64decode(output.locator("img").first.get_attribute("src").partition(",")[2]).decode()


def test_a_session_that_runs_moves_on_in_its_cell(page, server, books, gate):
    sources = (FLOW, DEPLOY.format("slow"), FOLLOWED.format(gate.url))
    written(books / "live.ipynb", *sources)
    with another(server, page, "live.ipynb") as live:
        live.evaluate("() => { window.ran = window.jupyterapp.commands.execute('notebook:run-all-cells') }")
        cell = live.locator(".jp-CodeCell").last
        assert gate.reached.wait(60)
        cell.locator("tr").filter(has_text="page-wait").get_by_text("running", exact=True).wait_for()
        running = drawing(cell)
        assert " move" in running, "what runs walks"
        assert cell.locator("object").count() == 0, "what is drawn anew each time has no layer"
        gate.open()
        assert live.evaluate("() => window.ran"), live.locator(".jp-RenderedText").last.inner_text()
        cell.get_by_text("running", exact=True).first.wait_for(state="detached")
        assert cell.get_by_text("done", exact=True).count() == 4, "the whole, and each of three steps"
        assert cell.locator("object").count() == 2, "one picture of the path, one of the time"
        assert drawing(cell) != running and " move" not in drawing(cell)
