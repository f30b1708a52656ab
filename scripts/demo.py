"""A platform, notebook 01 from start to end, and what came of it."""

import base64
import json
import os
import shutil
import sys
from pathlib import Path

from places import DATA, DEMO, environment
from steps import ROOT, say, step

NOTEBOOK = ROOT / "notebooks" / "01_smart_body_crop.ipynb"
RUN = DEMO / NOTEBOOK.name
PICTURES = DEMO / "pictures"


def main() -> None:
    """The steps in their order; the first that fails ends the demo with its reason."""
    os.environ.clear()
    os.environ.update(environment())
    fnkit = Path(sys.executable).with_name("fnkit")
    step("Demo: starting the platform", [fnkit, "start", "--port", "0", "--data", DATA])
    papermill = [sys.executable, "-m", "papermill", "--cwd", NOTEBOOK.parent, "--kernel", "python3"]
    step(f"Demo: running {NOTEBOOK.relative_to(ROOT)} with papermill", [*papermill, NOTEBOOK, RUN])
    _outcome()
    say(f"\n{_pictures(json.loads(RUN.read_text('utf-8')))} pictures lie in {PICTURES.relative_to(ROOT)}")
    say(f"The notebook as it ran: {RUN.relative_to(ROOT)}")
    say("Go on with: make lab (the platform stays up until make stop)")


def _outcome() -> None:
    """The platform, the deployed action, and where the time of its cold and of its warm call went."""
    import fnkit
    from fnkit.context import Context
    from fnkit.delivery import calls

    context = Context()
    say("")
    for action in fnkit.list(context=context):
        say(f"Deployed: {action.name} {action.version} at {context.props.apihost}")
    done = [one for one in fnkit.activations(context=context) if one.status == "success"]
    cold, warm = ([one for one in done if (one.init_time is None) == is_warm][:1] for is_warm in (False, True))
    for summary in (*cold, *warm):
        say(f"Called:   {calls.look(context.client, summary.id)}")


def _pictures(notebook: dict) -> int:
    """Every picture that the notebook drew, as files in its order; how many."""
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    drawn = [output["data"]["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    for number, picture in enumerate(drawn, 1):
        (PICTURES / f"{number:02}.png").write_bytes(base64.b64decode("".join(picture)))
    return len(drawn)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
