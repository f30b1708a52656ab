"""The catalogue: a folder is wired to the flow of 03, a thousand photos arrive, each is on its shelf, once; the page."""

import ast
import faulthandler
import json
import os
import re
from pathlib import Path

import pytest

import fnkit
from fnkit.events import stores
from fnkit.models import images
from tests.notebooks.conftest import NOTEBOOKS, papermill
from tests.notebooks.lab import CHROMIUM, FLAGS

COUNT, AGAIN = 1000, 30
BAD = {
    "empty.jpg": "its 0 bytes are not an image",
    "text.jpg": "its 14 bytes are not an image",
    "cut-off.jpg": "the image is broken",
    "huge.png": "8000×8000 is over 50 megapixels",
}
STEPS = ("photo-quality", "body-crop", "auto-tag", "catalogue")
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"


@pytest.fixture(scope="module")
def run(platform, tmp_path_factory):
    """Notebook 04 on an empty platform, with a thousand photos."""
    # A minute on a quiet machine, more than what counts as a hang on a busy one: each cell has a bound of its own.
    faulthandler.cancel_dump_traceback_later()
    return papermill(NOTEBOOKS / "04_catalogue.ipynb", tmp_path_factory.mktemp("run") / "04.ipynb", count=COUNT)


@pytest.fixture(scope="module")
def shop(run):
    """What lies on each shelf, by the name of the photo, as it was after that run."""
    store = stores.open("objects:shop/")
    shelves = {"kept": {}, "back": {}, "failed": {}}
    for one in store.list():
        if one.key.endswith(".json"):
            place, _, name = one.key.removesuffix(".json").partition("/")
            shelves[place][name] = json.loads(store.get(one.key))
    return shelves


@pytest.fixture(scope="module")
def again(run, shop, page, tmp_path_factory):
    """The notebook once more, with few photos; after all else has looked at the thousand."""
    out = tmp_path_factory.mktemp("again") / "04.ipynb"
    return papermill(NOTEBOOKS / "04_catalogue.ipynb", out, count=AGAIN, seed=5)


@pytest.fixture(scope="module")
def browser():
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"there is no {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        yield play.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))


@pytest.fixture(scope="module")
def page(run):
    """The address of the catalogue's page."""
    return re.search(r'src="([^"]+)"', run.data("shop")["text/html"])[1]


def counted(run) -> dict[str, int]:
    """What the notebook counted."""
    return ast.literal_eval(run.data("count")["text/plain"].removeprefix("Counter(").removesuffix(")"))


def ran(run) -> dict[str, int]:
    """How often each action ran."""
    return {one["action"]: one["runs"] for one in run.facts("bill")["items"]}


def test_the_flow_comes_out_of_its_notebook_with_its_functions(run):
    assert (run.facts("flow")["change"], run.facts("flow")["name"]) == ("create", "assets-created")
    assert {one.path for one in fnkit.list()} >= {*STEPS, "assets-created", "shelve", "shop"}
    assert run.facts("wire")["watched"]


def test_nothing_is_lost_and_nothing_is_twice(run, shop):
    counts = counted(run)
    assert sum(counts.values()) == COUNT + len(BAD)
    assert counts == {place: len(found) for place, found in shop.items()}
    assert ran(run)["photo-quality"] == ran(run)["shelve"] == COUNT + len(BAD)


def test_each_photo_took_its_path(run, shop):
    """Those with a person went all the way, spoiled ones went back, the others failed at the crop."""
    unread = len(BAD)
    assert ran(run)["auto-tag"] == ran(run)["catalogue"] == len(shop["kept"])
    assert ran(run)["body-crop"] == len(shop["kept"]) + len(shop["failed"]) - unread
    assert min(map(len, shop.values())) > COUNT // 10


def test_the_catalogue_has_crops_and_tags(shop):
    store = stores.open("objects:shop/")
    for name, about in list(shop["kept"].items())[:20]:
        assert about["score"] >= 61
        assert about["tags"][-1] == "created with fnkit"
        crop = images.open(store.get(f"kept/{name}"))
        assert min(crop.shape[:2]) > 8


def test_what_is_not_good_enough_goes_back_with_its_score(shop):
    store = stores.open("objects:shop/")
    for name, about in list(shop["back"].items())[:20]:
        assert 0 <= about["score"] < 61
        assert re.fullmatch(r"\d+ of 100: mind the \w+\.", about["why"])
        assert max(images.open(store.get(f"back/{name}")).shape) > 200


@pytest.mark.parametrize(("name", "why"), BAD.items())
def test_what_is_no_photo_is_a_failure_that_says_why(shop, name, why):
    assert why in shop["failed"][name]["why"]


def test_a_bar_led_through_it_and_a_line_is_left(run):
    shown = [out.data["text/plain"] for out in run.outputs("wait") if out.output_type == "display_data"]
    assert len(shown) == 1
    assert re.fullmatch(r"events [\d.]+ s", shown[0])


def test_the_bill_tells_cold_and_warm_and_the_price(run):
    bill = run.facts("bill")
    total = bill["total"]
    # As many instances of each action as runs go on at a time, and some that were started ahead.
    assert 0 < total["cold"] < 20 * 2 * (os.cpu_count() or 1)
    assert total["runs"] - total["cold"] > 5 * COUNT
    assert bill["money"] == pytest.approx(total["cost"] * 0.000017)
    assert 0.001 * COUNT < total["cost"] < 10 * COUNT
    assert "GB s" in run.data("bill")["text/html"]


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "show"), [("light", "kept"), ("light", "back"), ("dark", "failed")])
def test_the_page_shows_a_shelf(browser, page, shop, scheme, show):
    asked: list[str] = []
    window = browser.new_page(viewport={"width": 1240, "height": 900}, color_scheme=scheme)
    window.on("request", lambda request: asked.append(request.url))
    window.goto(f"{page}?show={show}")
    assert [url for url in asked if not url.startswith("data:")] == [f"{page}?show={show}"], "nothing from elsewhere"
    tabs = [re.sub(r"\D", "", text) for text in window.locator("nav b").all_inner_texts()]
    assert tabs == [str(len(shop[place])) for place in ("kept", "back", "failed")]
    cards = window.locator("article")
    assert cards.count() == 24
    names = sorted(shop[show])[:24]
    assert window.locator("h2").all_inner_texts() == names
    if show != "failed":
        loaded = "all => all.length === 24 && all.every(one => one.complete && one.naturalWidth > 0)"
        assert window.locator("article img").evaluate_all(loaded)
        assert cards.first.locator(".score").inner_text() == f"{shop[show][names[0]]['score']} of 100"
    assert window.evaluate("document.documentElement.scrollWidth <= innerWidth")
    paper = window.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", paper)[:3])) > 600) == (scheme == "light")
    assert "token=" not in window.content()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    window.screenshot(path=SCREENSHOTS / f"catalogue-{show}-{scheme}.png")
    window.get_by_text("more →").click()
    assert window.locator("h2").first.inner_text() == sorted(shop[show])[24]
    window.close()


def test_a_second_run_changes_no_function_and_begins_with_empty_shelves(again):
    for cell in ("flow", "shelve"):
        assert again.facts(cell)["change"] == "unchanged", cell
    assert sum(counted(again).values()) == AGAIN + len(BAD) == ran(again)["shelve"]
