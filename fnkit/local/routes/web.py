"""/api/v1/web/{namespace}/{package or default}/{action}[.extension][/rest]: actions for browsers. Source: WebActions.scala.

A web action runs in the namespace that it lies in: its owner is charged, whoever asks.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from fnkit.core.clock import now_ms
from fnkit.core.entities import PAYLOAD_LIMIT, Json
from fnkit.core.names import legal
from fnkit.local.access import provider_of, readable_package
from fnkit.local.controller import LONGEST_WAIT, Ask, Invocable
from fnkit.local.exchange import Call, acceptable, not_acceptable
from fnkit.local.platform import Platform
from fnkit.local.rejected import CORS, Rejected
from fnkit.local.users import Identity
from fnkit.local.web.answer import EXTENSIONS, Answer, Headers, of_result
from fnkit.local.web.arguments import Asked, arguments, asked_headers, raw_arguments

PREFIX = "/api/v1/web/"
METHODS = ("GET", "DELETE", "POST", "PUT", "HEAD", "OPTIONS", "PATCH")
_ALLOW_METHODS = "OPTIONS, GET, DELETE, POST, PUT, HEAD, PATCH"
_PATH_SAFE = "!$&'()*+,;=:@"


@dataclass(frozen=True, slots=True)
class Target:
    """The action that a path names."""

    namespace: str
    package: str | None
    name: str
    extension: str
    rest: str
    """What follows the name, with its slash."""

    @classmethod
    def of(cls, scope: Scope) -> Self | None:
        """The target of a request, None where its path has no three names: then it is not for a web action."""
        if not scope["path"].startswith(PREFIX):
            return None
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        parts = [unquote(part) for part in raw_path.decode("ascii", "replace").removeprefix(PREFIX).split("/")]
        if len(parts) < 3 or not all(map(legal, parts[:3])):
            return None
        namespace, package, name = parts[:3]
        extension = next((one for one in EXTENSIONS if name.endswith(one)), "")
        rest = "".join("/" + quote(part, safe=_PATH_SAFE) for part in parts[3:])
        own_package = None if package == "default" else package
        return cls(namespace, own_package, name.removesuffix(extension), extension or ".http", rest)


async def serve(platform: Platform, request: Request, target: Target, user: Identity | None) -> Response:
    """Run the action and answer as it says; `user` is who sent valid credentials, if anybody."""
    if request.method not in METHODS:
        text = f"HTTP method not allowed, supported methods: {', '.join(METHODS)}"
        raise Rejected(405, text, False, (("Allow", ", ".join(METHODS)),))
    call, invocable = _resolved(platform, request, target)
    body = await call.body()
    if len(body) > PAYLOAD_LIMIT:
        raise Rejected(413, f"Request larger than allowed: {len(body)} > {PAYLOAD_LIMIT} bytes.", False)
    notes = invocable.annotations
    own_options = notes.get("web-custom-options") is True
    added = () if own_options else _cors(request)
    if request.method == "OPTIONS" and not own_options:
        return _response(Answer(200), added)
    try:
        if request.method != "OPTIONS":
            _authenticate(notes, request.headers.get("x-require-whisk-auth"), user)
        headers, media_type = asked_headers(request.headers.items(), body)
        query = request.scope["query_string"].decode("utf-8", "replace")
        who = user.namespace if user else None
        asked = Asked(request.method, headers, target.rest, query, media_type, body, who)
        raw = notes.get("raw-http") is True
        values = raw_arguments(asked) if raw else arguments(asked, invocable.final)
        ask = Ask(call.identity, call.transaction_id, call.received_ms, values, LONGEST_WAIT)
        activation_id, record = await platform.controller.invoke(invocable, ask)
        added = (*added, ("x-openwhisk-activation-id", activation_id))
        if record is None:
            raise Rejected(202, "Response not yet ready.")
        answer = of_result(target.extension, record.status, json.loads(record.result))
    except Rejected as no:
        raise (Rejected(no.status, no.text, False, (*no.headers, *added)) if no.cors else no) from None
    _negotiate(answer, request.headers.get("accept"))
    return _response(answer, added)


def _resolved(platform: Platform, request: Request, target: Target) -> tuple[Call, Invocable]:
    """The action on behalf of its owner. What is not there and what is not for the web are the same 404."""
    owner = platform.users.by_namespace(target.namespace)
    if owner is None:
        raise _missing()
    names = tuple(name for name in (target.package, target.name) if name)
    call = Call(request, owner, request.scope["transaction_id"], now_ms(), target.namespace, names)
    try:
        invocable = _invocable(platform, target)
    except Rejected:
        raise _missing() from None
    if invocable.annotations.get("web-export") is not True:
        raise _missing()
    if target.package:
        try:
            readable_package(platform.entities, call, target.namespace, target.package)
        except Rejected as no:
            raise Rejected(no.status, no.text, False) from None
    return call, invocable


def _invocable(platform: Platform, target: Target) -> Invocable:
    if target.package is None:
        return platform.controller.resolve(target.namespace, target.name)
    package = platform.entities.get(target.namespace, target.package, "package")
    provider = provider_of(platform.entities, package)
    binding = package if package.document["binding"] else None
    return platform.controller.resolve(provider.namespace, f"{provider.name}/{target.name}", binding)


def _missing() -> Rejected:
    return Rejected(404, "The requested resource does not exist.", False)


def _authenticate(notes: Mapping[str, Json], sent: str | None, user: Identity | None) -> None:
    """Raises Rejected 401 where the annotation `require-whisk-auth` asks for more than the request brings."""
    wanted = notes.get("require-whisk-auth", False)
    if isinstance(wanted, bool):
        allowed = user is not None or not wanted
    elif isinstance(wanted, str | int | float):
        allowed = sent is not None and hmac.compare_digest(str(wanted).encode(), sent.encode())
    else:
        allowed = False
    if not allowed:
        raise Rejected(401, "Authentication is possible but has failed or not yet been provided.")


def _cors(request: Request) -> Headers:
    asked = request.headers.get("access-control-request-headers")
    return (
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", _ALLOW_METHODS),
        ("access-control-allow-headers", asked or CORS["Access-Control-Allow-Headers"]),
    )


def _negotiate(answer: Answer, accept: str | None) -> None:
    """Raises Rejected 406 where the client takes nothing of the answer's type; errors are answered anyway."""
    if answer.status < 400 and answer.content_type and not acceptable(accept, answer.content_type):
        raise not_acceptable(answer.content_type)


def _response(answer: Answer, added: Headers) -> Response:
    response = Response(answer.body, answer.status)
    of_type = () if answer.content_type is None else (("content-type", answer.content_type),)
    for name, value in (*added, *answer.headers, *of_type):
        response.raw_headers.append((name.lower().encode("ascii"), value.encode("utf-8", "replace")))
    return response
