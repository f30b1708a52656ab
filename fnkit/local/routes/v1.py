"""/api/v1: who calls, which resource, which verb; in OpenWhisk's order of checks.

A raw ASGI application, since every invocation passes here. Source: RestAPIs.scala, Controller.scala.
"""

import base64
import binascii
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from fnkit.core.clock import now_ms
from fnkit.core.names import LONGEST, legal
from fnkit.local.access import owner_only
from fnkit.local.asgi import Request, Response
from fnkit.local.exchange import Call, RequestTooLarge, acceptable, not_acceptable
from fnkit.local.platform import Platform
from fnkit.local.rejected import INTERNAL, Broken, Rejected, no_route, unauthenticated
from fnkit.local.routes import actions, activations, invoke, namespaces, packages, rules, triggers, web
from fnkit.local.users import Identity, Users
from fnkit.local.web.target import Target

_LOG = logging.getLogger(__name__)

Handler = Callable[[Platform, Call], Awaitable[Response]]

# The collection, then what follows it: "" nothing, "/" a slash, "x" a name, "x/" a name and a slash, "x/x" two.
ROUTES: Mapping[tuple[str, str, str], Handler] = {
    ("GET", "actions", ""): actions.list_all,
    ("GET", "actions", "x"): actions.get,
    ("PUT", "actions", "x"): actions.put,
    ("POST", "actions", "x"): invoke.post,
    ("DELETE", "actions", "x"): actions.delete,
    ("GET", "actions", "x/"): actions.list_package,
    ("GET", "actions", "x/x"): actions.get,
    ("PUT", "actions", "x/x"): actions.put,
    ("POST", "actions", "x/x"): invoke.post,
    ("DELETE", "actions", "x/x"): actions.delete,
    ("GET", "activations", ""): activations.list_all,
    ("GET", "activations", "x"): activations.get,
    ("GET", "activations", "x/"): activations.get,
    ("GET", "activations", "x/x"): activations.part,
    ("GET", "limits", ""): namespaces.limits,
    ("GET", "limits", "x"): namespaces.no_inner_limits,
    ("GET", "packages", ""): packages.list_all,
    ("GET", "packages", "x"): packages.get,
    ("PUT", "packages", "x"): packages.put,
    ("DELETE", "packages", "x"): packages.delete,
    ("GET", "rules", ""): rules.list_all,
    ("GET", "rules", "x"): rules.get,
    ("PUT", "rules", "x"): rules.put,
    ("POST", "rules", "x"): rules.set_status,
    ("DELETE", "rules", "x"): rules.delete,
    ("GET", "triggers", ""): triggers.list_all,
    ("GET", "triggers", "x"): triggers.get,
    ("PUT", "triggers", "x"): triggers.put,
    ("POST", "triggers", "x"): triggers.fire,
    ("DELETE", "triggers", "x"): triggers.delete,
}
_NAMED = frozenset({"actions", "packages", "triggers", "rules"})
"""Collections whose members have entity names."""
REMEMBERED = 4096
"""Paths, and credentials, that are not read again."""


@dataclass(frozen=True, slots=True)
class Route:
    """What a verb and a path mean, whoever asks."""

    handler: Handler
    namespace: str
    """`_` for the caller's own."""
    names: tuple[str, ...]


class V1:
    """The REST API of OpenWhisk."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._routes: dict[tuple[str, bytes], Route] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; `scope["transaction_id"]` is its id."""
        request = Request(scope, receive)
        tid: str = scope["transaction_id"]
        try:
            response = await self._answer(request, tid)
        except Rejected as rejected:
            response = rejected.response(tid)
        except RequestTooLarge:
            await _bare(400, "Request too large")(scope, receive, send)
            return
        except Broken:
            await _bare(500, INTERNAL)(scope, receive, send)
            return
        except ClientDisconnect:  # nobody is there to be answered
            return
        except Exception:  # noqa: BLE001 - whatever it is, the client gets an answer and the log the cause
            _LOG.exception("%s %s", request.method, scope["path"])
            response = Rejected(500, INTERNAL).response(tid)
        response.headers.append((b"x-request-id", tid.encode("latin-1")))
        await response(scope, receive, send)

    async def _answer(self, request: Request, tid: str) -> Response:
        if target := Target.of(request.scope):
            return await web.serve(self._platform, request, target, self._known(request))
        identity = identify(self._platform.users, request.header(b"authorization"))
        route = self._route(request, identity, tid)
        namespace = identity.namespace if route.namespace == "_" else route.namespace
        call = Call(request, identity, tid, now_ms(), namespace, route.names)
        response = await route.handler(self._platform, call)
        if response.status < 300 and not acceptable(request.header(b"accept")):
            raise not_acceptable()
        return response

    def _known(self, request: Request) -> Identity | None:
        """Who sends the request; wrong credentials are as good as none."""
        try:
            return identify(self._platform.users, request.header(b"authorization"))
        except Rejected:
            return None

    def _route(self, request: Request, identity: Identity, tid: str) -> Route:
        """What a request means; worked out once per verb and path. Raises Rejected."""
        key = (request.method, request.raw_path)
        route = self._routes.get(key)
        if route is None:
            route = _read_path(request, identity, tid)
            if len(self._routes) >= REMEMBERED:
                self._routes.clear()
            self._routes[key] = route
        return route


def _bare(status: int, text: str) -> Response:
    """What the HTTP framework answers before and after all handlers: plain text without an X-Request-ID."""
    return Response(text.encode(), status, content_type=b"text/plain; charset=utf-8")


def identify(users: Users, authorization: str | None) -> Identity:
    """Who sends these credentials. Raises Rejected 401."""
    user, key = _credentials(authorization)
    identity = users.by_auth(user, key)
    if identity is None:
        raise unauthenticated(True)
    return identity


@lru_cache(maxsize=REMEMBERED)
def _credentials(authorization: str | None) -> tuple[str, str]:
    """User and key as they are sent. Raises Rejected 401 where nobody could read them."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        raise unauthenticated(False)
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise unauthenticated(False) from None
    user, _, key = text.partition(":")
    return user, key


def _read_path(request: Request, identity: Identity, tid: str) -> Route:
    first, *rest = request.raw_path.decode("ascii", "replace").removeprefix("/api/v1/").split("/")
    if first != "namespaces":
        raise no_route()
    if not rest or rest == [""]:
        if request.method != "GET":
            raise no_route()
        return Route(namespaces.list_all, "_", ())
    namespace, collection, *names = [*map(unquote, rest), ""][: max(2, len(rest))]
    shape = "/".join("x" if name else "" for name in names)
    _check_name("namespace", namespace)
    names = [name for name in names if name]
    if collection in _NAMED:
        for name in names[:2]:
            _check_name("name", name)
    handler = ROUTES.get((request.method, collection, shape))
    if handler is None:
        if collection in _NAMED and shape in ("", "x"):
            own = identity.namespace if namespace == "_" else namespace
            owner_only(Call(request, identity, tid, now_ms(), own, tuple(names)))
        raise no_route()
    return Route(handler, namespace, tuple(names))


def _check_name(what: str, text: str) -> None:
    if len(text) > LONGEST:
        words = "Name segement" if what == "name" else "Namespace"
        raise Rejected(400, f"{words} longer than allowed: {len(text)} > {LONGEST}.", False)
    if not legal(text):
        words = "name of the entity" if what == "name" else "namespace"
        raise Rejected(400, f"The {words} contains illegal characters.", False)
