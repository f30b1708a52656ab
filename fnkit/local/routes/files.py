"""A file as an answer: a small one in one piece, a large one piece by piece, ranges of either."""

from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from fnkit.local.rejected import Rejected, missing

SMALL = 256 * 1024
"""Bytes that are read at once: faster than the hops to other threads that reading piece by piece takes."""


def served(request: Request, path: Path, media: str, headers: Mapping[str, str]) -> Response:
    """The file's bytes. Raises Rejected 404 where it has gone meanwhile, 500 where it cannot be read."""
    try:
        about = path.stat()
        whole = FileResponse(path, media_type=media, headers=headers, stat_result=about)
        if request.method != "GET" or "range" in request.headers or about.st_size > SMALL:
            return whole
        content = path.read_bytes()
    except FileNotFoundError:
        raise missing() from None
    except OSError as error:
        raise Rejected(500, f"The file could not be read: {error.strerror}.", False) from error
    if len(content) != about.st_size:  # it was written meanwhile
        return Response(content, media_type=media, headers=headers)
    return Response(content, headers=whole.headers)
