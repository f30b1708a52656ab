"""Photos as arrays, from wherever they come. Ships with actions."""

import base64
import binascii
import io
import os
import struct
import urllib.parse
import warnings
import zlib
from http.client import responses
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from fnkit.core import wire
from fnkit.core.errors import BadPhoto

Photo = NDArray[np.uint8]
"""RGB, shape (height, width, 3), 0..255."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM")
"""What is opened. Not PostScript and its kin, which run programs."""
MOST_PIXELS = 50_000_000
"""As an array such a photo takes 150 MB; a compressed file of a few kB can claim far more."""
MOST_BYTES = 64 * 1024 * 1024
TIMEOUT = 30
"""Seconds without a byte before a photo's URL is given up."""
KEPT = "/fnkit/v1/"
"""Where a platform of fnkit's has objects and the files of feeds: it answers there itself."""


def open(source: Any) -> Photo:
    """A photo as an RGB array (height, width, 3) of uint8, upright as its EXIF rotation says.

    `source` is a path, an `http:`, `https:`, `file:` or `data:` URL, the bytes of a file, a PIL image or an array
    (height, width[, 1, 3 or 4]): uint8, uint16, or floats from 0 to 1. Grey, palette, CMYK and 16-bit images are
    converted; what is transparent becomes white. Of an animation you get the first picture.
    Raises BadPhoto for what is not an image, is broken or is larger than 50 megapixels.
    """
    if isinstance(source, np.ndarray):
        return _from_array(source)
    if isinstance(source, Image.Image):
        return _to_rgb(source, "Opening the image")
    content, tried = _read(source)
    try:
        with warnings.catch_warnings():
            # Pillow warns of many pixels; we refuse them below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=FORMATS)
        return _to_rgb(image, tried)
    except Image.DecompressionBombError as error:
        raise BadPhoto(tried, "it claims far more pixels than a photo has.", "Make it smaller.") from error
    except UnidentifiedImageError as error:
        advice = f"Known are {', '.join(FORMATS)}."
        raise BadPhoto(tried, f"its {len(content)} bytes are not an image.", advice) from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error) as error:
        raise BadPhoto(tried, f"the image is broken ({error}).", "Does it open elsewhere?") from error


def letterbox(photo: Photo, side: int) -> tuple[Photo, float]:
    """The photo in the top left of a black square (side, side, 3), and the factor from it back to photo pixels."""
    height, width = photo.shape[:2]
    scale = side / max(height, width)
    new_height, new_width = max(1, round(height * scale)), max(1, round(width * scale))
    square = np.zeros((side, side, 3), np.uint8)
    square[:new_height, :new_width] = resize(photo, new_width, new_height)
    return square, 1 / scale


def resize(photo: Photo, width: int, height: int) -> Photo:
    """The photo at another size, stretched where need be, shape (height, width, 3)."""
    return np.asarray(Image.fromarray(photo).resize((width, height), Image.Resampling.BILINEAR))


def jpeg(photo: Photo, quality: int = 90) -> bytes:
    """The photo (height, width, 3) as a JPEG file, of Pillow's quality 1 to 95."""
    file = io.BytesIO()
    Image.fromarray(photo).save(file, "JPEG", quality=quality)
    return file.getvalue()


def _read(source: Any) -> tuple[bytes, str]:
    """The bytes of a file, and how to speak of them in an error."""
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source), "Opening the image"
    if not isinstance(source, str | os.PathLike):
        kind = type(source).__name__
        raise BadPhoto("Opening the image", f"{kind} is not one.", "Give it a path, a URL, bytes or an array.")
    text = os.fspath(source)
    if text.startswith("data:"):
        return _from_data_url(text), "Opening the image in a data: URL"
    if text.startswith(("http:", "https:", "file:")):
        return _from_url(text), f"Opening the image {_named(text)}"
    try:
        path = Path(text)
        if path.stat().st_size > MOST_BYTES:
            raise BadPhoto(f"Opening the image {text}", f"it is larger than {MOST_BYTES >> 20} MiB.")
        return path.read_bytes(), f"Opening the image {text}"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        short = text if len(text) <= 200 else f"{text[:60]}…"
        raise BadPhoto(
            f"Opening the image {short!r}", f"it cannot be read ({reason}).", "Is the path right?"
        ) from error


def _from_data_url(url: str) -> bytes:
    header, comma, data = url.partition(",")
    if not comma:
        raise BadPhoto("Opening the image in a data: URL", "it has no comma.", "Write data:image/jpeg;base64,…")
    if not header.endswith(";base64"):
        return urllib.parse.unquote_to_bytes(data)
    try:
        return base64.b64decode("".join(urllib.parse.unquote(data).split()), validate=True)
    except binascii.Error as error:
        raise BadPhoto("Opening the image in a data: URL", f"its base64 is broken ({error}).") from error


def _named(url: str) -> str:
    """A URL as errors may tell it: what stands behind a ? or before an @ may open more than this photo."""
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _from_url(url: str) -> bytes:
    # Most photos come with the call: then nobody has to know of HTTP, which takes as long to import as Pillow.
    import urllib.error
    import urllib.request

    tried = f"Opening the image {_named(url)}"
    platform = os.environ.get("__OW_API_HOST", "")
    try:
        if platform.startswith("http") and url.startswith(platform + KEPT):
            return _from_platform(platform, url.removeprefix(platform).partition("#")[0], tried)
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
            content: bytes = answer.read(MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        raise BadPhoto(tried, f"the server answered {error.code} {error.reason}.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise BadPhoto(tried, f"it cannot be reached ({reason}).") from error
    return _bounded(content, tried)


def _from_platform(origin: str, path: str, tried: str) -> bytes:
    """An action gets one photo after the other of what its platform keeps: by one connection."""
    status, content = wire.kept(origin).send("GET", path, None, {}, MOST_BYTES + 1)
    if status >= 300:
        raise BadPhoto(tried, f"the server answered {status} {responses.get(status, '')}.")
    return _bounded(content, tried)


def _bounded(content: bytes, tried: str) -> bytes:
    if len(content) > MOST_BYTES:
        raise BadPhoto(tried, f"it is larger than {MOST_BYTES >> 20} MiB.")
    return content


def _to_rgb(image: Image.Image, tried: str) -> Photo:
    if image.width * image.height > MOST_PIXELS:
        found = f"{image.width}×{image.height} is over {MOST_PIXELS // 1_000_000} megapixels."
        raise BadPhoto(tried, found, "Make it smaller.")
    if image.getexif().get(ExifTags.Base.Orientation, 1) != 1:  # else a copy would be made too
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        return _from_array(np.asarray(image).astype(np.uint16))
    if image.mode == "I":  # 32 bits, of which image files use 16
        return _from_array(np.asarray(image).clip(0, 0xFFFF).astype(np.uint16))
    if image.mode == "F":
        return _from_array(np.asarray(image))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.array(image if image.mode == "RGB" else image.convert("RGB"))


def _from_array(array: NDArray[Any]) -> Photo:
    tried = f"Taking an array {array.dtype} {'×'.join(map(str, array.shape))} as a photo"
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or 0 in array.shape:
        raise BadPhoto(tried, "it has not the shape (height, width), (height, width, 3) or (height, width, 4).")
    if array.shape[0] * array.shape[1] > MOST_PIXELS:
        raise BadPhoto(tried, f"it is over {MOST_PIXELS // 1_000_000} megapixels.", "Make it smaller.")
    if array.dtype == np.uint16:
        array = (array / 257).round().astype(np.uint8)
    elif array.dtype.kind == "f":
        if not (array.min() >= 0 and array.max() <= 1):
            raise BadPhoto(tried, "floats of a photo go from 0 to 1.", "Divide by 255, or convert to uint8.")
        array = (array * 255).round().astype(np.uint8)
    elif array.dtype != np.uint8:
        raise BadPhoto(tried, "its type is none of uint8, uint16 and float.")
    if array.shape[2] == 4:
        return _to_rgb(Image.fromarray(array), tried)
    return np.array(np.broadcast_to(array, (*array.shape[:2], 3)))
