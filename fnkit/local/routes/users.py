"""/fnkit/v1/users: who may call, for the operator whose key is in `.wskadmin`. No answer holds a key."""

import base64
import hmac
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument
from fnkit.local.keys import OPERATOR
from fnkit.local.platform import Platform
from fnkit.local.rejected import Rejected, malformed, unauthenticated
from fnkit.local.spray import Malformed, parse
from fnkit.local.users import Identity

Handler = Callable[[Platform, Request], Awaitable[Response]]


def routes(platform: Platform) -> list[Route]:
    """The routes of the operator."""

    def route(path: str, handler: Handler, method: str) -> Route:
        async def endpoint(request: Request) -> Response:
            _operator_only(platform, request)
            try:
                return await handler(platform, request)
            except BadArgument as error:
                raise Rejected(400, str(error), False) from None

        return Route(f"/fnkit/v1/users{path}", endpoint, methods=[method])

    return [
        route("", _list, "GET"),
        route("/{name}", _get, "GET"),
        route("/{name}", _put, "PUT"),
        route("/{name}", _post, "POST"),
        route("/{name}", _delete, "DELETE"),
    ]


def _operator_only(platform: Platform, request: Request) -> None:
    """Raises Rejected 401; a user's key opens nothing here."""
    sent = request.headers.get("authorization")
    expected = base64.b64encode(f"{OPERATOR}:{platform.operator}".encode()).decode()
    if not hmac.compare_digest((sent or "").encode(), f"Basic {expected}".encode()):
        raise unauthenticated(sent is not None)


async def _list(platform: Platform, request: Request) -> Response:
    return JSONResponse({"users": [_shown(platform, one) for one in platform.users.all()]})


async def _get(platform: Platform, request: Request) -> Response:
    return JSONResponse(_shown(platform, platform.users.get(request.path_params["name"])))


async def _put(platform: Platform, request: Request) -> Response:
    """Create: `{"limits": {…}}`."""
    given = await _body(request, "limits")
    made = platform.users.create(request.path_params["name"], given.get("limits", {}))
    platform.keys.write(made)
    return JSONResponse(_shown(platform, made), 201)


async def _post(platform: Platform, request: Request) -> Response:
    """Change: `{"blocked": true, "limits": {…}}`, either or both."""
    given = await _body(request, "limits", "blocked")
    name = request.path_params["name"]
    return JSONResponse(
        _shown(platform, platform.users.change(name, given.get("blocked"), given.get("limits", {})))
    )


async def _delete(platform: Platform, request: Request) -> Response:
    gone = platform.users.delete(request.path_params["name"])
    platform.keys.remove(gone.namespace)
    return JSONResponse(_shown(platform, gone))


def _shown(platform: Platform, user: Identity) -> dict[str, Json]:
    return {
        "name": user.namespace,
        "blocked": user.blocked,
        "limits": user.limits.to_json(),
        "props": str(platform.keys.path(user.namespace)),
    }


async def _body(request: Request, *known: str) -> dict[str, Json]:
    """The body's fields. Raises Rejected 400."""
    try:
        given = parse(await request.body() or b"{}")
    except Malformed as error:
        raise malformed(str(error)) from None
    if not isinstance(given, dict) or not set(given) <= set(known):
        raise malformed(f"An object of {', '.join(known)} is expected")
    if not isinstance(given.get("limits", {}), dict) or not isinstance(given.get("blocked", False), bool):
        raise malformed("limits is an object of numbers, blocked is true or false")
    return given
