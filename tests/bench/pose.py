"""The pose action: its source, its photo, and how it is put on a platform."""

import base64
import json
import subprocess
import sys
from pathlib import Path

from tests.bench.platform import Connection, Server, fnkit

ACTION = Path(__file__).with_name("smart_body_crop.py")
PHOTO = Path(__file__).parents[2] / "notebooks" / "photos" / "person-front-jumping.jpg"
NAME = "smart-body-crop"


def arguments() -> dict[str, str]:
    """What the action is called with: the photo as a data: URL."""
    return {"image": f"data:image/jpeg;base64,{base64.b64encode(PHOTO.read_bytes()).decode()}"}


def deploy(server: Server, source: Path = ACTION) -> None:
    """`fnkit deploy` as a person types it."""
    fnkit(server, "deploy", NAME, source, "--model", "movenet-multipose")


def call(server: Server) -> bytes:
    """The request of a blocking call."""
    return server.request("POST", f"actions/{NAME}?blocking=true", arguments())


def box(connection: Connection, request: bytes) -> dict[str, int]:
    """What the platform says of the photo."""
    return connection.ask(request)["response"]["result"]["box"]


def fresh(folder: Path) -> dict[str, int]:
    """The same from a fresh `python` that imports, loads and infers once."""
    words = folder / "arguments.json"
    words.write_text(json.dumps(arguments()))
    program = (
        "import json, sys; sys.path.insert(0, sys.argv[1]); import smart_body_crop as action; "
        "print(json.dumps(action.main(**json.load(open(sys.argv[2])))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, ACTION.parent, words], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)["box"]
