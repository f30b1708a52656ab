"""The web application: request ids, OPTIONS, and which part answers which path."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fnkit.local.exchange import transaction_id
from fnkit.local.platform import Platform
from fnkit.local.rejected import CORS, Rejected
from fnkit.local.routes import fnkit, root, users
from fnkit.local.routes.content import Content, place
from fnkit.local.routes.v1 import V1
from fnkit.local.web.target import Target


def make_app(platform: Platform) -> ASGIApp:
    """The ASGI application of a platform."""
    outside = Starlette(
        routes=[*root.routes(platform), *fnkit.routes(platform), *users.routes(platform)],
        exception_handlers={Rejected: _rejected, HTTPException: _not_allowed, Exception: _fault},
    )
    outside.router.redirect_slashes = False
    return Front(V1(platform), Content(platform), outside)


class Front:
    """Gives every request its id, answers OPTIONS but of web actions, hands on past Starlette what comes often."""

    def __init__(self, v1: ASGIApp, content: ASGIApp, outside: ASGIApp) -> None:
        self._v1 = v1
        self._content = content
        self._outside = outside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection's request, or the lifespan of the server."""
        if scope["type"] != "http":
            await self._outside(scope, receive, send)
            return
        tid = transaction_id(next((value for name, value in scope["headers"] if name == b"x-request-id"), b""))
        scope["transaction_id"] = tid
        path: str = scope["path"]
        options = scope["method"] == "OPTIONS" and Target.of(scope) is None
        if path.startswith("/api/v1/") and path != root.API_DOCS and not options:
            await self._v1(scope, receive, send)
            return
        if place(path) and not options:
            await self._content(scope, receive, send)
            return

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-request-id", tid.encode("latin-1")))
            await send(message)

        await (_options(path) if options else self._outside)(scope, receive, send_with_id)


def _options(path: str) -> Response:
    headers = dict(CORS)
    if path == "/ping":
        headers["Access-Control-Allow-Methods"] = "GET, OPTIONS, POST"
    return PlainTextResponse("OK", headers=headers)


async def _rejected(request: Request, rejected: Exception) -> Response:
    assert isinstance(rejected, Rejected)
    said = rejected.response(request.scope["transaction_id"])
    response = Response(said.body, said.status)
    response.raw_headers = said.headers
    return response


async def _not_allowed(request: Request, error: Exception) -> Response:
    """405 of a path or a verb outside the API; 404 and 405 under /fnkit/v1 are what they say."""
    if request.url.path.startswith("/fnkit/v1"):
        assert isinstance(error, HTTPException)
        return await _rejected(request, Rejected(error.status_code, f"{error.detail}.", False))
    known = request.url.path in root.PATHS
    allowed = "GET, OPTIONS" if known else "OPTIONS"
    text = f"HTTP method not allowed, supported methods: {allowed}"
    return await _rejected(request, Rejected(405, text, False, (("Allow", allowed),)))


async def _fault(request: Request, error: Exception) -> Response:
    return await _rejected(request, Rejected(500, "There was an internal server error."))
