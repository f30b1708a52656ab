"""/fnkit/v1: what the embedded platform has beyond OpenWhisk, with the same credentials."""

import asyncio
import platform as machine
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from fnkit import __version__
from fnkit.core.clock import now_ms
from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument, FnkitError, Missing
from fnkit.local.platform import Platform
from fnkit.local.position import Position
from fnkit.local.rejected import Rejected, missing
from fnkit.local.routes import feeds, layers, objects
from fnkit.local.routes.activations import check_id
from fnkit.local.routes.v1 import identify
from fnkit.local.users import Identity
from fnkit.local.views import weighed

Handler = Callable[[Platform, Identity, Request], Awaitable[Response]]


def routes(platform: Platform) -> list[BaseRoute]:
    """The routes under /fnkit/v1."""

    def route(path: str, handler: Handler, *methods: str) -> Route:
        async def endpoint(request: Request) -> Response:
            identity = identify(platform.users, request.headers.get("authorization"))
            try:
                return await handler(platform, identity, request)
            except Missing as error:
                raise Rejected(404, str(error), False) from None
            except FnkitError as error:
                raise Rejected(400, str(error), False) from None

        return Route(f"/fnkit/v1{path}", endpoint, methods=[*methods])

    return [
        route("", _info, "GET"),
        route("/activations/{id}", _activation, "GET"),
        route("/sessions", _sessions, "GET"),
        route("/pool", _pool, "GET"),
        route("/instances", _instances, "GET"),
        route("/layers", layers.post, "POST"),
        route("/layers/{digest}", layers.put, "PUT"),
        route("/feeds", feeds.list_all, "GET"),
        route("/feeds/{trigger}", feeds.get, "GET"),
        route("/feeds/{trigger}", feeds.put, "PUT"),
        route("/feeds/{trigger}", feeds.post, "POST"),
        route("/feeds/{trigger}", feeds.delete, "DELETE"),
        route("/objects", objects.list_all, "GET"),
    ]


async def _info(platform: Platform, identity: Identity, request: Request) -> Response:
    return JSONResponse(
        {
            "fnkit": __version__,
            "python": machine.python_version(),
            "executable": sys.executable,
            "data": str(platform.keys.folder.root),
            "kinds": sorted(platform.kinds.names),
            "packages": dict(platform.packages()),
            "common": dict(platform.common()),
            "sandbox": {
                **platform.sandbox.rung.to_json(),
                "skipped": {rung.name: why for rung, why in platform.sandbox.skipped},
            },
        }
    )


async def _activation(platform: Platform, identity: Identity, request: Request) -> Response:
    activation_id = request.path_params["id"]
    check_id(activation_id)
    done = platform.activations.times(identity.namespace, activation_id)
    if done is not None:
        return JSONResponse({"activationId": activation_id, "state": "done", **done})
    if position := platform.controller.position(identity.namespace, activation_id):
        return JSONResponse(
            {"began": None, "wait": position.wait, "init": None, "run": None, **_position(position)}
        )
    progress = platform.controller.progress(identity.namespace, activation_id)
    if progress is None:
        raise missing()
    return JSONResponse({"activationId": activation_id, **asdict(progress)})


async def _sessions(platform: Platform, identity: Identity, request: Request) -> Response:
    running = platform.controller.positions(identity.namespace)
    return JSONResponse({"sessions": [_position(one) for one in running]})


def _position(position: Position) -> dict[str, Json]:
    """How far a sequence or a composition has come; `step` is the id of what runs in it."""
    return {
        "activationId": position.id,
        "state": "running",
        "action": position.action["path"],
        "version": position.action["version"],
        "start": position.start,
        "steps": position.logs,
        "step": position.running if position.running not in position.logs else None,
    }


async def _pool(platform: Platform, identity: Identity, request: Request) -> Response:
    pool = platform.snapshot()
    instances, sources = await asyncio.to_thread(weighed, pool, platform.sources())
    troubles = [asdict(one) for one in platform.troubles()]
    told = {**pool.to_json(), "instances": instances, "sources": sources, "troubles": troubles}
    return JSONResponse({**told, "durations": platform.controller.metrics.durations()})


async def _instances(platform: Platform, identity: Identity, request: Request) -> Response:
    since = request.query_params.get("since", "0")
    if not re.fullmatch(r"[0-9]{1,15}", since):
        raise BadArgument("Looking at instances", f"since={since} is no moment in ms since 1970.")
    return JSONResponse({"now": now_ms(), "instances": platform.lives(identity.namespace, int(since))})
