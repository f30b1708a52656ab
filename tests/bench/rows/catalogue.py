"""A folder of photos through the flow of notebook 03 onto a shelf, against the same functions in two processes."""

import itertools
import json
import multiprocessing
import os
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from fnkit.compose import written
from fnkit.compose.nodes import brought
from fnkit.context import Context
from fnkit.core.errors import FnkitError
from fnkit.events import storage
from fnkit.models import images
from fnkit.verbs import deploy
from fnkit.verbs.when import on
from fnkit.whisk.client import Client
from tests.bench.floors import seconds
from tests.bench.harness import Floor, Group, Row, at_least
from tests.bench.platform import platform

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
FLOW = f"{NOTEBOOKS / '03_workflow.ipynb'}:assets"
PHOTOS = int(os.environ.get("FNKIT_BENCH_PHOTOS", "500"))
"""Of one turn."""
PATIENCE = 300
"""Seconds for all of them; half a minute on a quiet machine."""
SHELVE = '''"""Puts what came of a photo onto its shelf."""

import json

from fnkit.events import stores


def main(condition: str, request: dict, response: dict, **message):
    stores.open("objects:shop/").put(f"{request['name']}.json", json.dumps(response).encode(), "application/json")
    return {"condition": condition}
'''


@contextmanager
def group() -> Iterator[Group]:
    """The flow wired to a folder and warm; both sides get the same photos."""
    with platform() as server, tempfile.TemporaryDirectory(prefix="fnkit-bench-") as folder:
        taken, arriving, kept = (Path(folder, name) for name in ("taken", "arriving", "kept"))
        for made in (taken, arriving, kept):
            made.mkdir()
        shelve = Path(folder, "shelve.py")
        photos = _photos(taken)
        shelve.write_text(SHELVE)
        context = Context(arguments={"apihost": f"http://127.0.0.1:{server.port}", "auth": server.auth})
        client = context.client
        deploy(FLOW, "assets-created", with_actions=True, context=context)
        deploy(shelve, "shelve", annotation={"provide-api-key": True}, context=context)
        wired = on(storage(arriving, suffix=".jpg", into="image"), context=context)
        wired.on_success("shelve").on_failure("shelve").run("assets-created", trigger="photos")
        turns = itertools.count(1)
        with _processes() as pool:
            yield Group(
                {
                    "F8": lambda: seconds(lambda: list(pool.map(partial(_work, shelf=kept), photos))),
                    "platform": lambda: seconds(lambda: _arrive(client, photos, arriving, next(turns))),
                },
                [
                    Row(
                        f"a folder of {PHOTOS} photos through the flow of 03, photos a second",
                        lambda t: PHOTOS / t["platform"],
                        Floor("F8", lambda t: PHOTOS / t["F8"]),
                        at_least(0.8),
                        "/s",
                    )
                ],
            )


def _photos(folder: Path) -> list[Path]:
    """Photos of notebook 03's shop at many sizes, the same ones every time."""
    dice = random.Random(0)
    ours = [images.open(path) for path in sorted((NOTEBOOKS / "photos").glob("*.[jp][pn]g"))]
    for number in range(PHOTOS):
        photo = dice.choice(ours)
        scale = dice.randint(256, 448) / max(photo.shape[:2])
        small = images.resize(photo, round(photo.shape[1] * scale), round(photo.shape[0] * scale))
        (folder / f"{number:04}.jpg").write_bytes(images.jpeg(small))
    return sorted(folder.iterdir())


def _arrive(client: Client, photos: Sequence[Path], folder: Path, turn: int) -> None:
    """All photos are in the folder, and then each of them on its shelf."""
    for photo in photos:
        draft = folder / f".{turn}-{photo.name}"
        os.link(photo, draft)  # whole, and not changed just now: nobody waits whether it is complete
        draft.rename(folder / f"{turn}-{photo.name}")
    pause, began = threading.Event(), time.monotonic()
    while (there := len(client.embedded.objects(f"shop/{turn}-"))) < PHOTOS:
        passed = time.monotonic() - began
        if passed > PATIENCE:
            raise RuntimeError(f"{there} of {PHOTOS} photos are there after {PATIENCE} s")
        # A look is work for the platform, too: the next one is when half of what is left should be there.
        left = passed * (PHOTOS - there) / there if there else 1.0
        pause.wait(min(max(left / 2, 0.05), 2.0))


@contextmanager
def _processes() -> Iterator[ProcessPoolExecutor]:
    """Two processes that have the functions and their models loaded."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, fresh, _prepare, (fresh.Barrier(2),)) as pool:
        list(pool.map(os.getpgid, (0, 0)))
        yield pool


def _prepare(both: Barrier) -> None:
    _functions()
    both.wait()


@cache
def _functions() -> list[Callable[..., dict[str, Any]]]:
    """Those of notebook 03: quality, crop, tags, entry."""
    place, _, name = FLOW.rpartition(":")
    known = brought(written.read(Path(place), name)[0].node)
    return [known[f"/_/{one}"] for one in ("photo-quality", "body-crop", "auto-tag", "catalogue")]


def _work(photo: Path, shelf: Path) -> None:
    """What the flow and its shelf do with one, in this process."""
    judge, crop, tag, enter = _functions()
    try:
        answer = judge(image=str(photo))
        if answer["score"] >= 61:
            answer = enter(**tag(**crop(**answer)))
    except FnkitError as error:
        answer = {"error": str(error)}
    (shelf / f"{photo.name}.json").write_text(json.dumps(answer))
