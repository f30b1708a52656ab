"""The picture of the catalogue's page, from a real run of notebook 04."""

import io
import re
from pathlib import Path

NOTEBOOK = "04_catalogue.ipynb"
PHOTOS = 120
SIZE = {"width": 1240, "height": 900}


def draw(images: Path, notebooks: Path) -> None:
    """Write `catalogue.jpg` into `images`; the platform is the one that the environment names."""
    import nbformat
    import papermill

    print(f"Running {NOTEBOOK}", flush=True)
    out = notebooks / f"run-{NOTEBOOK}"
    papermill.execute_notebook(
        notebooks / NOTEBOOK, out, {"count": PHOTOS}, cwd=notebooks, progress_bar=False, stdout_file=io.StringIO()
    )
    cell = next(one for one in nbformat.read(out, 4).cells if one.id == "shop")
    address = re.search(r'src="([^"]+)"', cell.outputs[0].data["text/html"])
    if address is None:
        raise SystemExit("The notebook shows no page.")
    _photograph(address[1], images / "catalogue.jpg")
    print("docs/images/catalogue.jpg", flush=True)


def _photograph(address: str, path: Path) -> None:
    from playwright.sync_api import sync_playwright

    from tests.notebooks.lab import CHROMIUM, FLAGS

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        page = browser.new_page(viewport=SIZE, device_scale_factor=1.5, color_scheme="light")
        page.goto(address)
        page.screenshot(path=path, type="jpeg", quality=82)
        browser.close()
