"""/api/v1: who calls, which resource, which verb; in OpenWhisk's order of checks.

A raw ASGI application, since every invocation passes here. Source: RestAPIs.scala, Controller.scala.
"""

import base64
import binascii
import logging
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fnkit.core.clock import now_ms
from fnkit.core.names import LONGEST, legal
from fnkit.local.access import owner_only
from fnkit.local.exchange import Call, RequestTooLarge, acceptable, not_acceptable
from fnkit.local.platform import Platform
from fnkit.local.rejected import Broken, Rejected, no_route, unauthenticated
from fnkit.local.routes import actions, activations, invoke, namespaces, packages, rules, triggers, web
from fnkit.local.users import Identity, Users
from fnkit.local.web.target import Target

_LOG = logging.getLogger(__name__)
INTERNAL = "There was an internal server error."

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


class V1:
    """The REST API of OpenWhisk."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; `scope["transaction_id"]` is its id."""
        request = Request(scope, receive)
        tid: str = scope["transaction_id"]
        try:
            response = await self._answer(request, tid)
        except Rejected as rejected:
            response = rejected.response(tid)
        except RequestTooLarge:
            response = _bare(scope, 400, "Request too large")
        except Broken:
            response = _bare(scope, 500, INTERNAL)
        except Exception:  # noqa: BLE001 - whatever it is, the client gets an answer and the log the cause
            _LOG.exception("%s %s", request.method, request.url.path)
            response = Rejected(500, INTERNAL).response(tid)
        await response(scope, receive, send)

    async def _answer(self, request: Request, tid: str) -> Response:
        if target := Target.of(request.scope):
            return await web.serve(self._platform, request, target, self._known(request))
        identity = identify(self._platform.users, request.headers.get("authorization"))
        raw_path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
        first, *rest = raw_path.decode("ascii", "replace").removeprefix("/api/v1/").split("/")
        if first != "namespaces":
            raise no_route()
        if not rest or rest == [""]:
            if request.method != "GET":
                raise no_route()
            handler: Handler = namespaces.list_all
            call = Call(request, identity, tid, now_ms(), identity.namespace)
        else:
            handler, call = _route(request, identity, tid, rest)
        response = await handler(self._platform, call)
        if response.status_code < 300 and not acceptable(request.headers.get("accept")):
            raise not_acceptable()
        return response

    def _known(self, request: Request) -> Identity | None:
        """Who sends the request; wrong credentials are as good as none."""
        try:
            return identify(self._platform.users, request.headers.get("authorization"))
        except Rejected:
            return None


def _bare(scope: Scope, status: int, text: str) -> Response:
    """What the HTTP framework answers before and after all handlers: plain text without an X-Request-ID."""
    del scope["transaction_id"]
    return Response(text, status, media_type="text/plain")


def identify(users: Users, authorization: str | None) -> Identity:
    """Who sends these credentials. Raises Rejected 401."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        raise unauthenticated(False)
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise unauthenticated(False) from None
    user, _, key = text.partition(":")
    identity = users.by_auth(user, key)
    if identity is None:
        raise unauthenticated(True)
    return identity


def _route(request: Request, identity: Identity, tid: str, rest: list[str]) -> tuple[Handler, Call]:
    raw_namespace, collection, *names = [*map(unquote, rest), ""][: max(2, len(rest))]
    namespace = identity.namespace if raw_namespace == "_" else raw_namespace
    shape = "/".join("x" if name else "" for name in names)
    _check_name("namespace", raw_namespace)
    names = [name for name in names if name]
    if collection in _NAMED:
        for name in names[:2]:
            _check_name("name", name)
    call = Call(request, identity, tid, now_ms(), namespace, tuple(names))
    handler = ROUTES.get((request.method, collection, shape))
    if handler is None:
        if collection in _NAMED and shape in ("", "x"):
            owner_only(call)
        raise no_route()
    return handler, call


def _check_name(what: str, text: str) -> None:
    if len(text) > LONGEST:
        words = "Name segement" if what == "name" else "Namespace"
        raise Rejected(400, f"{words} longer than allowed: {len(text)} > {LONGEST}.", False)
    if not legal(text):
        words = "name of the entity" if what == "name" else "namespace"
        raise Rejected(400, f"The {words} contains illegal characters.", False)
