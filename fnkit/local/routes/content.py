"""Objects by their key, and files that a feed has told: what the steps of a flow read and write, photo by photo.

A raw ASGI application, since every step that looks at a photo passes here. An action gets the URL of such a thing
with a signature in it, which opens it for reading alone, for some time (`local.signed`).
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from starlette.requests import ClientDisconnect
from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from fnkit.core.errors import FnkitError, Missing
from fnkit.local import signed
from fnkit.local.asgi import Request, Response
from fnkit.local.platform import Platform
from fnkit.local.rejected import INTERNAL, Rejected, missing, unauthenticated
from fnkit.local.routes import feeds, objects
from fnkit.local.routes.v1 import identify
from fnkit.local.users import Identity

_LOG = logging.getLogger(__name__)
OBJECTS, FEEDS, FILES = "/fnkit/v1/objects/", "/fnkit/v1/feeds/", "files/"

Handler = Callable[[Platform, Identity, Request, tuple[str, ...]], Awaitable[Response | FileResponse]]
HANDLERS: Mapping[tuple[str, str], Handler] = {
    ("objects", "GET"): objects.get,
    ("objects", "HEAD"): objects.get,
    ("objects", "PUT"): objects.put,
    ("objects", "DELETE"): objects.delete,
    ("feeds", "GET"): feeds.file,
    ("feeds", "HEAD"): feeds.file,
}


def place(path: str) -> tuple[Literal["objects", "feeds"], tuple[str, ...]] | None:
    """What a path is of, and the names in it: a key, or a trigger and a key. None of a path that is of neither."""
    if path.startswith(OBJECTS):
        return "objects", (path[len(OBJECTS) :],)
    trigger, _, rest = path[len(FEEDS) :].partition("/") if path.startswith(FEEDS) else ("", "", "")
    return ("feeds", (trigger, rest[len(FILES) :])) if rest.startswith(FILES) else None


class Content:
    """Answers every path that has a `place`."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; `scope["transaction_id"]` is its id."""
        request, tid = Request(scope, receive), scope["transaction_id"]
        response: Response | FileResponse
        try:
            response = await self._answer(request)
        except Rejected as rejected:
            response = rejected.response(tid)
        except FnkitError as error:
            status = 404 if isinstance(error, Missing) else 400
            response = Rejected(status, str(error), False).response(tid)
        except ClientDisconnect:  # nobody is there to be answered
            return
        except Exception:  # noqa: BLE001 - whatever it is, the client gets an answer and the log the cause
            _LOG.exception("%s %s", request.method, scope["path"])
            response = Rejected(500, INTERNAL).response(tid)
        headers = response.raw_headers if isinstance(response, FileResponse) else response.headers
        headers.append((b"x-request-id", tid.encode("latin-1")))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response | FileResponse:
        found = place(request.scope["path"])
        assert found is not None
        what, names = found
        handler = HANDLERS.get((what, request.method))
        if handler is None:
            allowed = ", ".join(method for one, method in HANDLERS if one == what)
            raise Rejected(405, "Method Not Allowed.", False, (("Allow", allowed),))
        return await handler(self._platform, self._identity(request, what, names), request, names)

    def _identity(self, request: Request, what: str, names: tuple[str, ...]) -> Identity:
        token = request.query("token")
        if token and request.method in ("GET", "HEAD"):
            identity = signed.owner(self._platform.users, token, (what, *names))
            if identity is None:
                raise missing()
            return identity
        if what == "feeds":  # a key alone opens no file of this machine
            raise unauthenticated(False)
        return identify(self._platform.users, request.header(b"authorization"))
