"""A video through three actions in their sandbox: frames, batches of frames, the report; and broken files."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import fnkit
from fnkit.core.errors import ActionFailed
from tests.faces.pipeline import look, take, tell

PHOTOS = Path(__file__).parents[2] / "notebooks" / "photos"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def camera(tmp_path_factory):
    """The address of a folder with the test video, and with one whose end is missing."""
    folder = tmp_path_factory.mktemp("camera")
    content = (PHOTOS / "walk.mkv").read_bytes()
    (folder / "walk.mkv").write_bytes(content)
    (folder / "cut.mkv").write_bytes(content[: len(content) // 2])
    (folder / "empty.mkv").touch()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(autouse=True)
def ours(embedded, monkeypatch):
    """The session's platform, chosen as a person chooses it."""
    monkeypatch.setenv("WSK_CONFIG_FILE", str(embedded.props))


def libraries(receipt):
    return {requirement.name for requirement in receipt.plan.wanted.bundle.requirements}


def test_from_a_video_to_a_command(camera):
    taking = fnkit.deploy(take, "take")
    assert libraries(taking) == {"av"}, "PyAV alone"
    looking = fnkit.deploy(look, "look", model="movenet-multipose")
    assert "av" not in libraries(looking)
    fnkit.deploy(tell, "tell")
    frames = fnkit.invoke("take", address=f"{camera}/walk.mkv").result["frames"]
    assert len(frames) == 16
    batches = [frames[start : start + 6] for start in range(0, len(frames), 6)]
    started = [fnkit.invoke("look", frames=batch, blocking=False) for batch in batches]
    seen = [each for call in started for each in call.wait().result["seen"]]
    assert "".join(str(len(each["people"])) for each in seen) == "0001111110000110"[: len(seen)]
    told = fnkit.invoke("tell", seen=seen).result
    assert told["command_type"] == "request_cleaning"
    assert told["text"].startswith("1 person in 8.")
    assert told["chart"].startswith("<svg")
    for name, said in (("cut", "it ends after 4.0 of 7.7 seconds"), ("empty", "it is empty"), ("no", "404")):
        with pytest.raises(ActionFailed, match=said):
            fnkit.invoke("take", address=f"{camera}/{name}.mkv")
    for name in ("take", "look", "tell"):
        fnkit.delete(name)
