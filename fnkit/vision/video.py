"""The frames of a video as JPEGs, by PyAV alone. Ships with actions.

PyAV carries FFmpeg, which opens nearly everything and encodes JPEG itself; so an action that takes frames needs
`av` and nothing else. Together with LiteRT it would not fit OpenWhisk's limit for code: who looks at the frames is
another action.
"""

import io
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

from fnkit.core.errors import BadArgument, BadVideo, MissingPackage

try:
    import av
except ImportError as missing:
    raise MissingPackage("Reading a video", "PyAV is not installed.", "Install it: pip install av") from missing

FORMATS = "matroska,webm,mov,mp4,m4a,3gp,avi,mpeg,mpegts,ogg,flv,mjpeg"
"""What is opened, by FFmpeg's names: files with pictures in them. Not playlists, which name other files."""
MOST_PIXELS = 50_000_000
MOST_BYTES = 1 << 30
"""Of a video that comes by its URL: it is kept on disk while it is read."""
TIMEOUT = 30
"""Seconds without a byte before a video's URL is given up."""
FINEST = 4
"""JPEG's quantiser scale in FFmpeg: 2 is best, 31 is worst."""
ROUNDED = 0.001
"""Seconds: Matroska writes times in whole milliseconds."""
TOLERANCE = 0.25
"""Seconds that may be missing at a video's end: containers round."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a video: which one, counted from 0, when (seconds from the start), and as a JPEG."""

    number: int
    time: float
    jpeg: bytes


def frames(source: str | os.PathLike[str] | bytes, rate: float = 2.0, width: int = 640) -> Iterator[Frame]:
    """The frames of a video, `rate` of them a second at most, no wider than `width` pixels, one after the other.

    `source` is a path, an `http:`, `https:`, `file:` or `data:` URL, or the bytes of a file. The first frame is
    always among them; a rate above the video's own gives every frame. Nothing is kept: a long video needs no more
    memory than a short one. Raises BadVideo for what is not a video, is empty, broken or over 50 megapixels, and
    at the end for one that stops earlier than it says; the frames before that have been given by then.
    """
    tried = f"Taking frames of {_shown(source)}"
    if not rate > 0 or width < 2:
        raise BadArgument(tried, f"rate {rate} and width {width} give none.", "Both are above 0.")
    with _opened(source, tried) as container:
        stream = _pictures(container, tried)
        encoder, taken = None, 0
        for number, picture in _decoded(container, stream, tried):
            if picture.time is None or (picture.time + ROUNDED) * rate < taken:
                continue
            taken = int((picture.time + ROUNDED) * rate) + 1
            encoder = encoder or _Encoder(picture, width)
            yield Frame(number, round(picture.time, 3), encoder(picture))
        if encoder is None:
            raise BadVideo(tried, "there is not one picture in it.", "Is it complete?")


class _Encoder:
    """Pictures to JPEGs of one size, by FFmpeg's own encoder."""

    def __init__(self, first: Any, width: int) -> None:
        scale = min(1.0, width / first.width)
        self._size = {side: max(2, round(getattr(first, side) * scale)) for side in ("width", "height")}
        self._context = av.CodecContext.create("mjpeg", "w")
        self._context.width, self._context.height = self._size["width"], self._size["height"]
        self._context.pix_fmt = "yuvj420p"
        self._context.time_base = Fraction(1, 1000)
        self._context.thread_count = 1
        self._context.options = {"qmin": str(FINEST), "qmax": str(FINEST)}

    def __call__(self, picture: Any) -> bytes:
        small = picture.reformat(format="yuvj420p", **self._size)
        return b"".join(bytes(packet) for packet in self._context.encode(small))


@contextmanager
def _opened(source: Any, tried: str) -> Iterator[Any]:
    """The container in the file of a source; what goes wrong with it while it is open is ours to tell."""
    try:
        with _file(source, tried) as file:
            if not file.seek(0, os.SEEK_END):
                raise BadVideo(tried, "it is empty.", "Was it still being written?")
            file.seek(0)
            with av.open(file, options={"format_whitelist": FORMATS}) as container:
                yield container
    except av.FFmpegError as error:
        said = (error.strerror or str(error)).lower()
        raise BadVideo(
            tried, f"it is not a video that can be read ({said}).", "Does it play elsewhere?"
        ) from error
    except urllib.error.HTTPError as error:
        raise BadVideo(tried, f"the server answered {error.code} {error.reason}.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise BadVideo(tried, f"it cannot be read ({reason}).") from error


def _shown(source: Any) -> str:
    """How to speak of it, without the token that a URL carries."""
    if isinstance(source, bytes | bytearray | memoryview):
        return f"a video of {len(source):,} bytes"
    text = os.fspath(source)
    return "the video in a data: URL" if text.startswith("data:") else text.partition("?")[0]


@contextmanager
def _file(source: Any, tried: str) -> Iterator[BinaryIO]:
    """A source as an open file. FFmpeg itself opens nothing by name, and needs no server that can seek."""
    if isinstance(source, bytes | bytearray | memoryview):
        yield io.BytesIO(source)
        return
    text = os.fspath(source)
    if not text.startswith(("http:", "https:", "file:", "data:")):
        with Path(text).open("rb") as file:
            yield file
        return
    with urllib.request.urlopen(text, timeout=TIMEOUT) as answer, tempfile.TemporaryFile() as kept:
        claimed = int(answer.headers.get("Content-Length") or 0)
        while max(claimed, kept.tell()) <= MOST_BYTES and (part := answer.read(1 << 20)):
            kept.write(part)
        if max(claimed, kept.tell()) > MOST_BYTES:
            raise BadVideo(tried, f"it is larger than {MOST_BYTES >> 30} GiB.", "Make it shorter or smaller.")
        yield kept


def _pictures(container: Any, tried: str) -> Any:
    if not container.streams.video:
        raise BadVideo(tried, "there is no picture in it, only sound or text.")
    stream = container.streams.video[0]
    if stream.width * stream.height > MOST_PIXELS:
        found = f"{stream.width}×{stream.height} is over {MOST_PIXELS // 1_000_000} megapixels."
        raise BadVideo(tried, found, "Make it smaller.")
    return stream


def _decoded(container: Any, stream: Any, tried: str) -> Iterator[tuple[int, Any]]:
    """Each picture with its number. Raises BadVideo at the end, where the file says that it goes on."""
    number, end = 0, 0.0
    for packet in container.demux():  # sound too: it may be longer than the pictures
        if packet.pts is not None:
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        for picture in packet.decode() if packet.stream is stream else ():
            yield number, picture
            number += 1
    _complete(container, end, tried)


def _complete(container: Any, end: float, tried: str) -> None:
    """A recording that is cut off opens like a whole one; only its length tells."""
    if container.duration is None:
        return
    start, seconds = (container.start_time or 0) / av.time_base, container.duration / av.time_base
    if end - start < seconds - TOLERANCE:
        found = f"it ends after {end - start:.1f} of {seconds:.1f} seconds."
        raise BadVideo(tried, found, "It is cut off: was it still being written?")
