"""Draw the pictures of README and docs from real runs, into docs/images/."""

import base64
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

IMAGES = ROOT / "docs" / "images"
NOTEBOOK = "01_smart_body_crop.ipynb"
CELLS = {
    "parts": "draw.people(shopper, person)",
    "box": "draw.story(seen, person, box",
    "time": "side_by_side(cold, warm",
    "dry-run": "--dry-run",
    "receipt": "%%deploy_action $action",
    "traceback": 'photos/astronaut.png"), blocking=False',
}
"""By picture: words of the cell whose output it is."""


def main() -> None:
    """Run notebook 01 in JupyterLab on an empty platform and photograph its outputs."""
    from scripts import catalogue, flows, lives
    from tests.notebooks.lab import lab, run_all

    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, _platform(Path(folder)):
        work = Path(folder)
        shutil.copytree(ROOT / "notebooks", work / "notebooks")
        with lab(work / "notebooks", work) as server, server.opened(NOTEBOOK, scale=2) as page:
            print(f"Running {NOTEBOOK} in JupyterLab", flush=True)
            if not run_all(page):
                raise SystemExit("The notebook did not run to its end; make demo shows why.")
            for name, words in CELLS.items():
                cell = page.locator(".jp-CodeCell").filter(has_text=words).last
                cell.scroll_into_view_if_needed()
                _take(cell.locator(".jp-OutputArea-executeResult .jp-OutputArea-output"), IMAGES / f"{name}.png")
                print(f"docs/images/{name}.png", flush=True)
        flows.draw(IMAGES, work / "notebooks")
        catalogue.draw(IMAGES, work / "notebooks")
        lives.draw(IMAGES, work / "notebooks")


def _take(output: Any, path: Path) -> None:
    """A figure as it was drawn, a table as it looks."""
    figure = output.locator("> img")
    if figure.count():
        path.write_bytes(base64.b64decode(figure.get_attribute("src").partition(",")[2]))
    else:
        output.screenshot(path=path)


@contextlib.contextmanager
def _platform(folder: Path) -> Iterator[None]:
    """A platform of its own, named to the kernel by its props file; it ends with the context."""
    from tests.conftest import fresh_platform

    platform = fresh_platform(folder / "data")
    os.environ["WSK_CONFIG_FILE"] = str(platform.props)
    try:
        yield
    finally:
        platform.stop()


if __name__ == "__main__":
    main()
