"""Pictures of sessions and of events for the documents, from real runs: notebooks 03 and 05, and flows besides."""

import io
from pathlib import Path

from fnkit import compose
from fnkit.compose import overview, session
from fnkit.compose.flow import Flow
from fnkit.compose.session import Session
from fnkit.context import Context
from fnkit.core.names import ActionName
from fnkit.delivery import drawn, wired
from fnkit.pictures.picture import Picture
from fnkit.whisk.client import Client
from fnkit.whisk.documents import Draft

NOTEBOOK = "03_workflow.ipynb"
EVENTS = "05_video.ipynb"
FLOW = "assets-created"
WORKS = "import time\n\n\ndef main(args):\n    time.sleep(0.02)\n    return {**args, 'n': args.get('n', 0) + 1}\n"


def check(photo: dict) -> dict:
    """An inline function."""
    return {**photo, "checked": True}


def sign(photo: dict) -> dict:
    """Another one."""
    return {**photo, "signed": photo["n"]}


def draw(images: Path, notebooks: Path) -> None:
    """Write the pictures into `images`; the platform is the one that the environment names."""
    client = Context().client
    _run(notebooks, NOTEBOOK)
    for name, found in _of_notebook(client).items():
        _write(images / f"session-{name}.svg", found.flow())
        if name == "good":
            _write(images / "session-time.svg", found.timeline())
    _run(notebooks, EVENTS)
    _write(images / "wired.svg", drawn.picture(wired.wires(client)))
    for name in ("read", "develop", "enlarge", "thumbnail", "sharpen", "frame", "deliver"):
        client.actions.put(ActionName(name), Draft(exec={"kind": "python:default", "code": WORKS}), True)
    for name, flow in _flows().items():
        flow.deploy(f"picture-{name}")
        call = client.actions.call(ActionName(f"picture-{name}"), {"n": 0})
        _write(images / f"session-{name}.svg", session.find(client, call.activation_id).wait(60).flow())


def _run(notebooks: Path, notebook: str) -> None:
    import papermill

    print(f"Running {notebook}", flush=True)
    papermill.execute_notebook(
        notebooks / notebook,
        notebooks / f"run-{notebook}",
        cwd=notebooks,
        progress_bar=False,
        stdout_file=io.StringIO(),
    )


def _of_notebook(client: Client) -> dict[str, Session]:
    """A session with each outcome: accepted, sent back, failed."""
    found: dict[str, Session] = {}
    for one in reversed(overview.sessions(client, FLOW)):
        nodes = {step.node for step in one.steps}
        name = (
            "failed"
            if one.state == "failed"
            else "good"
            if any("consequent" in at for at in nodes)
            else "rejected"
        )
        found.setdefault(name, one.refresh())
    return found


def _flows() -> dict[str, Flow]:
    """By picture."""
    many = ("read", "develop", "enlarge", check, "sharpen", "frame", sign, "deliver") * 7
    return {
        "loop": compose.sequence(
            "read",
            compose.loop(lambda photo: photo["n"] < 4, compose.sequence("develop", "enlarge")),
            compose.attempt(
                compose.retry(2, lambda photo: {"error": "the frame is too small"}, "frame"),
                lambda failed: {"n": 0, "note": failed["error"]},
            ),
            "deliver",
        ),
        "parallel": compose.sequence("read", compose.parallel(*["thumbnail"] * 20), "deliver"),
        "sixty": compose.sequence(
            *many,
            compose.when(lambda photo: photo["n"] > 50, compose.sequence("frame", "deliver"), "read"),
            compose.repeat(2, "sharpen"),
            "deliver",
        ),
    }


def _write(path: Path, picture: Picture) -> None:
    path.write_text(picture.still)
    print(f"docs/images/{path.name}", flush=True)
