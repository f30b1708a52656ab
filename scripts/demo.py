"""From nothing to a running function: the model, a platform, notebook 01, and what came of it."""

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from places import DATA, DEMO, environment
from steps import ROOT, say, step

NOTEBOOK = ROOT / "notebooks" / "01_smart_body_crop.ipynb"
RUN = DEMO / NOTEBOOK.name
PICTURES = DEMO / "pictures"
SCRIPTS = Path(sys.executable).parent
MODELS = ("movenet-multipose",)


def main() -> None:
    """The steps in their order; the first that fails ends the demo with its reason."""
    env = environment()
    for model in MODELS:
        step(f"Demo: fetching the model {model}", [SCRIPTS / "fnkit", "models", "fetch", model], env)
    step(f"Demo: starting the platform on port {_port()}", _start(), env)
    step("Demo: running notebooks/01_smart_body_crop.ipynb with papermill", _papermill(), env)
    pictures = _pictures(json.loads(RUN.read_text("utf-8")))
    say("")
    subprocess.run([sys.executable, Path(__file__).with_name("outcome.py")], env=env, cwd=ROOT, check=True)
    say(f"\nPictures: {len(pictures)} in {PICTURES.relative_to(ROOT)}")
    say(f"The notebook as it ran: {RUN.relative_to(ROOT)}")
    say("Go on with: make lab (the platform stays up; make stop ends it)")


def _port() -> int:
    """The port of the demo's platform: the one it had, else a free one."""
    kept = DEMO / "port"
    if not kept.is_file():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            kept.write_text(str(probe.getsockname()[1]))
    return int(kept.read_text())


def _start() -> list[str | Path]:
    return [SCRIPTS / "fnkit", "start", "--port", str(_port()), "--data", DATA]


def _papermill() -> list[str | Path]:
    return [
        sys.executable, "-m", "papermill", NOTEBOOK, RUN, "--cwd", NOTEBOOK.parent, "--kernel", "python3",
    ]  # fmt: skip


def _pictures(notebook: dict) -> list[Path]:
    """Every picture that the notebook drew, as files in the order of the notebook."""
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    drawn = [
        output["data"]["image/png"]
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    paths = [PICTURES / f"{number:02}.png" for number in range(1, len(drawn) + 1)]
    for path, picture in zip(paths, drawn, strict=True):
        path.write_bytes(base64.b64decode("".join(picture)))
    return paths


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
