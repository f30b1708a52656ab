"""/fnkit/v1/layers: which layers are missing, and a place to send them."""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fnkit.local.layers import Layer
from fnkit.local.platform import Platform
from fnkit.local.rejected import malformed
from fnkit.local.spray import Malformed, parse
from fnkit.local.users import Identity


async def post(platform: Platform, identity: Identity, request: Request) -> Response:
    """`{"layers": [...]}` → `{"missing": [digest]}`."""
    try:
        body = parse(await request.body())
    except Malformed as error:
        raise malformed(str(error)) from None
    if not isinstance(body, dict) or not isinstance(body.get("layers"), list):
        raise malformed("Object expected in field 'layers'")
    wanted = [Layer.from_json(item) for item in body["layers"]]
    return JSONResponse({"missing": await asyncio.to_thread(platform.layers.missing, wanted)})


async def put(platform: Platform, identity: Identity, request: Request) -> Response:
    """201 where the tar's content has the digest in the path."""
    digest = request.path_params["digest"]
    tar = await platform.layers.receive(digest, request.stream())
    await asyncio.to_thread(platform.layers.unpack, digest, tar)
    return JSONResponse({"digest": digest}, 201)
