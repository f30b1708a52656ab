"""/fnkit/v1/objects: the object store of the caller's namespace."""

import re
from urllib.parse import quote

from starlette.requests import Request as ListRequest
from starlette.responses import FileResponse, JSONResponse

from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument
from fnkit.local.asgi import Request, Response
from fnkit.local.objects import Object
from fnkit.local.platform import Platform
from fnkit.local.records import dumps
from fnkit.local.rejected import JSON, Rejected, missing
from fnkit.local.routes.files import served
from fnkit.local.signed import LASTING, token
from fnkit.local.users import Identity


async def list_all(platform: Platform, identity: Identity, request: ListRequest) -> JSONResponse:
    """`?prefix=` narrows by the start of the key; URLs are good for `?seconds=`."""
    asked = request.query_params.get("seconds", str(LASTING))
    if not re.fullmatch(r"[0-9]{1,9}", asked):
        raise BadArgument("Listing objects", f"seconds={asked} is no time that a URL may be good for.")
    found = platform.objects.list(identity.namespace, request.query_params.get("prefix", ""))
    return JSONResponse({"objects": [_shown(platform, identity, one, int(asked)) for one in found]})


async def get(
    platform: Platform, identity: Identity, request: Request, names: tuple[str, ...]
) -> Response | FileResponse:
    """The bytes, with their media type; ranges are served. Never shown as a page of this server."""
    found = _found(platform.objects.get(identity.namespace, names[0]))
    headers = {
        "ETag": f'"{found.etag}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
    }
    return served(request, found.path, found.media_type, headers, found.size)


async def put(platform: Platform, identity: Identity, request: Request, names: tuple[str, ...]) -> Response:
    """201 with key, size, etag and url."""
    media_type = request.header(b"content-type") or "application/octet-stream"
    try:
        stored = await platform.objects.put((identity.namespace, names[0]), media_type, request.pieces())
    except OSError as error:
        raise Rejected(507, f"The object could not be written: {error.strerror}.", False) from error
    return _answer(_shown(platform, identity, stored), 201)


async def delete(platform: Platform, identity: Identity, request: Request, names: tuple[str, ...]) -> Response:
    """Answers what was deleted."""
    place = (identity.namespace, names[0])
    shown = _shown(platform, identity, _found(platform.objects.get(*place)))  # as long as its file tells its time
    await platform.objects.delete(*place)
    return _answer(shown, 200)


def _answer(document: dict[str, Json], status: int) -> Response:
    return Response(dumps(document).encode(), status, content_type=JSON)


def _found(found: Object | None) -> Object:
    if found is None:
        raise missing()
    return found


def url(platform: Platform, identity: Identity, key: str, seconds: int = LASTING) -> str:
    """A URL that reads the object of a key, for so long."""
    return f"{platform.url}/fnkit/v1/objects/{quote(key)}?token={token(identity, ('objects', key), seconds)}"


def _shown(platform: Platform, identity: Identity, one: Object, seconds: int = LASTING) -> dict[str, Json]:
    shown = {"key": one.key, "size": one.size, "etag": one.etag, "modified": one.modified}
    return {**shown, "url": url(platform, identity, one.key, seconds)}
