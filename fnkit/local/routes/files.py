"""A file as an answer: a small one in one piece, a large one piece by piece, ranges of either."""

from collections.abc import Mapping
from pathlib import Path

from starlette.responses import FileResponse

from fnkit.local.asgi import Request, Response
from fnkit.local.rejected import Rejected, missing

SMALL = 256 * 1024
"""Bytes that are read at once: faster than the hops to other threads that reading piece by piece takes."""


def served(request: Request, path: Path, media: str, headers: Mapping[str, str]) -> Response | FileResponse:
    """The file's bytes. Raises Rejected 404 where it has gone meanwhile, 500 where it cannot be read."""
    try:
        about = path.stat()
        whole = FileResponse(path, media_type=media, headers=headers, stat_result=about)
        if request.method != "GET" or request.header(b"range") is not None or about.st_size > SMALL:
            return whole
        content = path.read_bytes()
    except FileNotFoundError:
        raise missing() from None
    except OSError as error:
        raise Rejected(500, f"The file could not be read: {error.strerror}.", False) from error
    # Its length may be another one by now: it is that of what was read.
    return Response(content, 200, [line for line in whole.raw_headers if line[0] != b"content-length"])
