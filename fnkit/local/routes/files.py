"""A file as an answer: a small one in one piece, a large one piece by piece, ranges of either."""

import errno
import os
import stat
from collections.abc import Mapping
from functools import lru_cache
from io import FileIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from starlette.responses import FileResponse

from fnkit.local.asgi import RawHeaders, Request, Response
from fnkit.local.rejected import Rejected, missing

SMALL = 256 * 1024
"""Bytes that are read at once: faster than the hops to other threads that reading piece by piece takes."""
CUT = (
    "{there} of {size} bytes are on disk: a power cut took the others, or a copy of the data folder is not whole."
    " Put it again."
)


def served(
    request: Request, path: Path, media: str, headers: Mapping[str, str], size: int | None = None
) -> Response | FileResponse:
    """The file's bytes; where its `size` is known it has to have that.

    Raises Rejected 404 where it has gone or is no file, 500 where it cannot be read or has lost bytes.
    """
    try:
        about = os.stat(path)  # noqa: PTH116 - all steps of a flow that look at one photo pass here
        if not stat.S_ISREG(about.st_mode):
            raise missing()
        if size is not None and about.st_size != size:
            raise Rejected(500, CUT.format(there=about.st_size, size=size), False)
        if request.method != "GET" or request.header(b"range") is not None or about.st_size > SMALL:
            return FileResponse(path, media_type=media, headers=headers, stat_result=about)
        with FileIO(path) as file:
            content = file.readall()
    except (FileNotFoundError, NotADirectoryError):
        raise missing() from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise missing() from None
        raise Rejected(500, f"The file could not be read: {error.strerror}.", False) from error
    # Its length may be another one by now: it is that of what was read.
    lines = _lines(media, tuple(headers.items()), about.st_mtime, about.st_size)
    return Response(content, 200, [*lines])


@lru_cache(maxsize=1024)
def _lines(media: str, headers: tuple[tuple[str, str], ...], modified: float, size: int) -> RawHeaders:
    """What a FileResponse says of such a file, but for its length; it is asked for a few times within a second."""
    about: Any = SimpleNamespace(st_mtime=modified, st_size=size)
    whole = FileResponse("", headers=dict(headers), media_type=media, stat_result=about)
    return [line for line in whole.raw_headers if line[0] != b"content-length"]
