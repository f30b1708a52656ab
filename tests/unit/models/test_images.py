import base64
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from fnkit.core.errors import BadPhoto
from fnkit.models import images

RED = np.full((4, 6, 3), (200, 30, 40), np.uint8)


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png(array=RED):
    return saved(Image.fromarray(array), "PNG")


@pytest.fixture
def sources(tmp_path, files):
    path = tmp_path / "red photo.png"
    path.write_bytes(png())
    files.content["red.png"] = png()
    return {
        "path": path,
        "text": str(path),
        "file URL": path.as_uri(),
        "URL": files.url("red.png"),
        "bytes": png(),
        "data URL": "data:image/png;base64," + base64.b64encode(png()).decode(),
        "percent data URL": "data:image/png," + "".join(f"%{byte:02X}" for byte in png()),
        "PIL": Image.fromarray(RED),
        "array": RED,
    }


@pytest.mark.parametrize(
    "kind", ["path", "text", "file URL", "URL", "bytes", "data URL", "percent data URL", "PIL", "array"]
)
def test_every_source_gives_the_same_pixels(sources, kind):
    photo = images.open(sources[kind])
    assert photo.dtype == np.uint8
    assert np.array_equal(photo, RED)


def test_the_photo_is_ones_own(sources):
    photo = images.open(RED)
    photo[:] = 0
    assert RED[0, 0, 0] == 200


@pytest.mark.parametrize("turn", range(1, 9))
def test_exif_rotation_is_respected(turn):
    upright = np.zeros((20, 40, 3), np.uint8)
    upright[:10, :20] = 255  # white in the top left
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # PIL's Transpose that takes the turn's effect back
    stored = Image.fromarray(upright)
    if turn in undo:
        stored = stored.transpose(Image.Transpose(undo[turn]))
    exif = Image.Exif()
    exif[0x0112] = turn
    photo = images.open(saved(stored, "PNG", exif=exif))
    assert photo.shape == (20, 40, 3)
    assert photo[2, 2, 0] == 255 and photo[-2, -2, 0] == 0 and photo[2, -2, 0] == 0


def test_grey_palette_and_one_bit():
    grey = Image.fromarray(np.full((3, 5), 77, np.uint8))
    assert (images.open(saved(grey, "PNG")) == 77).all()
    assert images.open(saved(grey.convert("P"), "GIF")).shape == (3, 5, 3)
    assert set(np.unique(images.open(saved(grey.convert("1"), "PNG")))) <= {0, 255}
    assert (images.open(np.full((3, 5, 1), 77, np.uint8)) == 77).all()


def test_what_is_transparent_becomes_white():
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[0] = (10, 20, 30, 255)
    for source in (rgba, png(rgba), saved(Image.fromarray(rgba), "WEBP", lossless=True)):
        photo = images.open(source)
        assert photo[0, 0].tolist() == [10, 20, 30]
        assert photo[1, 1].tolist() == [255, 255, 255]


def test_cmyk():
    cmyk = Image.fromarray(RED).convert("CMYK")
    for kind in ("JPEG", "TIFF"):
        photo = images.open(saved(cmyk, kind))
        assert np.abs(photo.astype(int) - RED).max() <= 6, "red stays red"


def test_sixteen_bits_keep_their_brightness():
    deep = np.array([[0, 128 * 257, 65535]], np.uint16)
    assert images.open(saved(Image.fromarray(deep), "PNG"))[0, :, 0].tolist() == [0, 128, 255]
    assert images.open(saved(Image.fromarray(deep), "TIFF"))[0, :, 0].tolist() == [0, 128, 255]
    assert images.open(deep)[0, :, 0].tolist() == [0, 128, 255]
    assert images.open(np.array([[0.0, 0.5, 1.0]]))[0, :, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"not an image at all", "are not an image"),
        (b"", "are not an image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "are not an image"),
        ("no/such/photo.png", "No such file"),
        (".", "Is a directory"),
        ("x" * 100_000, "cannot be read"),
        ("data:image/png;base64", "no comma"),
        ("data:image/png;base64,!!!", "base64 is broken"),
        ("http://127.0.0.1:1/photo.png", "cannot be reached"),
        (
            "http://me:pass@127.0.0.1:1/a.png?token=secret#x",
            "image http://127.0.0.1:1/a.png: it cannot be",
        ),
        ("http://", "cannot be reached"),
        (12, "int is not one"),
        (None, "NoneType is not one"),
        (np.zeros((2, 2, 5), np.uint8), "has not the shape"),
        (np.zeros((0, 2, 3), np.uint8), "has not the shape"),
        (np.full((2, 2), 7.0), "floats of a photo go from 0 to 1"),
        (np.full((2, 2), np.nan), "floats of a photo go from 0 to 1"),
        (np.zeros((2, 2), np.int64), "none of uint8, uint16 and float"),
    ],
)
def test_what_is_no_photo_is_refused_in_words(source, words):
    with pytest.raises(BadPhoto, match=words) as caught:
        images.open(source)
    assert len(str(caught.value)) < 400


def test_a_url_that_is_not_there(files):
    with pytest.raises(BadPhoto, match="answered 404"):
        images.open(files.url("nothing.png"))


def test_an_action_reads_what_its_own_platform_keeps_and_follows_what_its_web_actions_say(files, monkeypatch):
    monkeypatch.setenv("__OW_API_HOST", files.url("").rstrip("/"))
    files.content["fnkit/v1/objects/red.png?token=t"] = png()
    files.moved["api/v1/web/guest/default/photo.http"] = files.url("fnkit/v1/objects/red.png?token=t")
    for path in ("fnkit/v1/objects/red.png?token=t#top", "api/v1/web/guest/default/photo.http#top"):
        assert np.array_equal(images.open(files.url(path)), RED)
    with pytest.raises(BadPhoto, match="answered 404 Not Found"):
        images.open(files.url("fnkit/v1/objects/red.png"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "GIF", "WEBP", "BMP"])
def test_a_broken_image_is_refused(kind):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 60, 3), np.uint8))
    whole = saved(noise, kind)
    with pytest.raises(BadPhoto):
        images.open(whole[: len(whole) // 2])


@pytest.mark.parametrize("side", [9_000, 50_000])
def test_a_decompression_bomb_is_refused_before_it_is_unpacked(side):
    with pytest.raises(BadPhoto, match="Make it smaller"):
        images.open(_bomb(side))


def _bomb(side):
    """A PNG of a few kB that claims side × side pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def test_letterbox_lies_in_the_top_left_and_knows_its_scale():
    square, scale = images.letterbox(np.full((50, 100, 3), 9, np.uint8), 20)
    assert square.shape == (20, 20, 3)
    assert (square[:10] == 9).all() and (square[10:] == 0).all()
    assert scale == 5
