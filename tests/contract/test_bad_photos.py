"""What is no photo and lands where photos are awaited: a recorded failure at its destination; the feed goes on."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from fnkit import verbs
from fnkit.context import Context
from fnkit.delivery import wiring
from fnkit.events.sources import storage
from fnkit.models import images
from fnkit.verbs.when import on
from tests.contract.feeding import quiet

NAME, TRIGGER = "ct-looks-at", "ct-photos"


def look(image: str, name: str, **event):
    """The size of a photo, as an action of a person would read it."""
    height, width, _ = images.open(image).shape
    return {"name": name, "width": width, "height": height}


def photo(width: int, height: int, kind: str = "JPEG") -> bytes:
    content = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(content, kind)
    return content.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A PNG of few bytes that says it is so large."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(bytes(9)))]
    written = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in [*chunks, (b"IEND", b"")]
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


def archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("photo.txt", "no photo")
    return content.getvalue()


BAD = {
    "empty.jpg": (b"", "its 0 bytes are not an image"),
    "text.jpg": (b"<html>no photo</html>", "its 21 bytes are not an image"),
    "zip.jpg": (archive(), "bytes are not an image"),
    "truncated.jpg": (photo(640, 480)[:3000], "the image is broken"),
    "truncated.png": (photo(640, 480, "PNG")[:900], "the image is broken"),
    "broken.jpg": (photo(64, 64)[:200] + b"\xff\xd9", "the image is broken"),
    "bomb.png": (claiming(60_000, 60_000), "far more pixels than a photo has"),
    "huge.png": (photo(8000, 8000, "PNG"), "8000×8000 is over 50 megapixels"),
    "with space ü.jpg": (b"\x00" * 100, "its 100 bytes are not an image"),
}


@pytest.fixture
def inbox(embedded, tmp_path, monkeypatch):
    """A folder whose photos are looked at; what comes of each lies under `seen/`, why not under `unseen/`."""
    monkeypatch.setenv("WSK_CONFIG_FILE", str(embedded.props))
    context, folder = Context(), tmp_path / "inbox"
    folder.mkdir()
    verbs.deploy(look, NAME, context=context)
    wired = on(storage(folder, suffix=(".jpg", ".png"), into="image", settle=0.1), context=context)
    wired.on_success("objects:seen/").on_failure("objects:unseen/").run(NAME, trigger=TRIGGER)
    yield folder
    wiring.unwire(context.client, TRIGGER)
    embedded.call("DELETE", f"actions/{NAME}")
    for prefix in ("seen/", "unseen/"):
        for one in embedded.call("GET", f"/fnkit/v1/objects?prefix={prefix}").json()["objects"]:
            embedded.call("DELETE", f"/fnkit/v1/objects/{one['key']}")


def put(folder: Path, name: str, content: bytes) -> None:
    draft = folder / f".{name}"
    draft.write_bytes(content)
    draft.rename(folder / name)


def told(embedded, prefix: str) -> dict[str, dict]:
    """What was delivered there, by the file's name."""
    listed = embedded.call("GET", f"/fnkit/v1/objects?prefix={prefix}").json()["objects"]
    messages = [embedded.call("GET", f"/fnkit/v1/objects/{one['key']}").json() for one in listed]
    assert len({one["request"]["name"] for one in messages}) == len(messages), "each once"
    return {one["request"]["name"]: one for one in messages}


def test_each_is_a_failure_at_its_destination_and_photos_among_them_are_seen(embedded, inbox):
    put(inbox, "first.jpg", photo(320, 200))
    for name, (content, _) in BAD.items():
        put(inbox, name, content)
    with (inbox / ".endless").open("wb") as file:
        file.truncate(images.MOST_BYTES + 1)
    (inbox / ".endless").rename(inbox / "endless.jpg")
    (inbox / "unreadable.jpg").symlink_to("/proc/self/mem")
    put(inbox, "last.png", photo(200, 320, "PNG"))
    state = quiet(embedded, TRIGGER, len(BAD) + 4)

    assert state["active"]
    assert (state["failed"], state["trouble"]) == (0, "")
    assert state["runs"] == {"running": 0, "succeeded": 2, "failed": len(BAD) + 2}
    seen = {name: one["response"] for name, one in told(embedded, "seen/").items()}
    assert seen == {
        "first.jpg": {"name": "first.jpg", "width": 320, "height": 200},
        "last.png": {"name": "last.png", "width": 200, "height": 320},
    }
    unseen = {name: one["response"]["error"] for name, one in told(embedded, "unseen/").items()}
    assert unseen.keys() == {*BAD, "endless.jpg", "unreadable.jpg"}
    for name, (_, why) in BAD.items():
        assert why in unseen[name], name
    assert "it is larger than 64 MiB" in unseen["endless.jpg"]
    assert "the server answered 404" in unseen["unreadable.jpg"], "a link leads out of the folder"
    assert not any("token" in error for error in unseen.values()), "an address that opens more stays untold"

    put(inbox, "again.jpg", photo(64, 64))
    quiet(embedded, TRIGGER, len(BAD) + 5)
    assert told(embedded, "seen/")["again.jpg"]["response"]["width"] == 64
