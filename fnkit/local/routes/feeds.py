"""/fnkit/v1/feeds: what fires triggers here. The feed actions of whisk.system call it with the owner's key."""

import mimetypes
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from fnkit.core.entities import Json
from fnkit.core.errors import FnkitError, Missing
from fnkit.events.folder import SCHEME, Folder
from fnkit.events.watched import Watched
from fnkit.local import asgi, permits
from fnkit.local.platform import Platform
from fnkit.local.rejected import malformed, missing
from fnkit.local.routes.files import served
from fnkit.local.spray import Malformed, parse
from fnkit.local.users import Identity


async def list_all(platform: Platform, identity: Identity, request: Request) -> Response:
    """`{"feeds": [{"trigger", "kind", "config", "status"}]}`."""
    found = platform.feeds.all(identity.namespace)
    return JSONResponse({"feeds": [{"trigger": one.name, **platform.feeds.read(one)} for one in found]})


async def get(platform: Platform, identity: Identity, request: Request) -> Response:
    """READ; with `?events=N` the latest events too."""
    feed = platform.feeds.get(_place(identity, request))
    shown: dict[str, Json] = platform.feeds.read(feed)
    if most := request.query_params.get("events", ""):
        count = int(most) if most.isascii() and most.isdigit() else 0
        shown["events"] = [asdict(one) for one in platform.feeds.events(feed, min(count, 1000))]
    return JSONResponse(shown)


async def put(platform: Platform, identity: Identity, request: Request) -> Response:
    """CREATE: `{"kind", "parameters"}`, and `permit` for a folder. The trigger must be there."""
    place = _place(identity, request)
    platform.entities.get(*place, "trigger")
    body = await _body(request)
    parameters = permits.check(platform, place, _parameters(body), body.get("permit"))
    await platform.feeds.create(place, str(body.get("kind")), parameters)
    return JSONResponse({"status": "success"}, 201)


async def post(platform: Platform, identity: Identity, request: Request) -> Response:
    """UPDATE (`{"parameters"}`, `permit` for another folder), PAUSE and UNPAUSE (`{"active"}`)."""
    place, body = _place(identity, request), await _body(request)
    if "active" not in body:
        given = _parameters(body)
        known = str(platform.feeds.get(place).settings.get("store"))
        await platform.feeds.update(place, permits.check(platform, place, given, body.get("permit"), known))
    elif body["active"] is True:
        await platform.feeds.unpause(place)
    else:
        await platform.feeds.pause(place)
    return JSONResponse({"status": "success"})


async def delete(platform: Platform, identity: Identity, request: Request) -> Response:
    """DELETE; where there is none, that is told as success: the trigger may go."""
    with suppress(Missing):
        await platform.feeds.delete(_place(identity, request))
    return JSONResponse({"status": "success"})


async def file(
    platform: Platform, identity: Identity, request: asgi.Request, names: tuple[str, ...]
) -> asgi.Response | FileResponse:
    """A file that the feed has told, for the action that it starts: such a URL is signed (`local.signed`)."""
    trigger, key = names
    try:
        store = str(platform.feeds.get((identity.namespace, trigger)).settings.get("store"))
        permits.demand(platform, (identity.namespace, trigger), store)
        path = _watched(store).real(key) if store.startswith(SCHEME) else None
    except FnkitError:
        path = None
    if path is None:
        raise missing()
    media = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    return served(request, path, media, headers)


@lru_cache(maxsize=64)
def _watched(store: str) -> Folder:
    """What is asked for the same files by each step of a flow; its name begins with `/`."""
    return Watched.of(store)


def _place(identity: Identity, request: Request) -> tuple[str, str]:
    return identity.namespace, request.path_params["trigger"]


async def _body(request: Request) -> dict[str, Json]:
    try:
        body = parse(await request.body())
    except Malformed as error:
        raise malformed(str(error)) from None
    if not isinstance(body, dict):
        raise malformed("JSON object expected")
    return body


def _parameters(body: dict[str, Json]) -> dict[str, Json]:
    given = body.get("parameters") or {}
    if not isinstance(given, dict):
        raise malformed("Object expected in field 'parameters'")
    return given
