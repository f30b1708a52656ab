"""/api/v1/web/{namespace}/{package or default}/{action}[.extension][/rest]: actions for whom they are exported to.

A web action runs in the namespace that it lies in: its owner is charged, whoever asks. Source: WebActions.scala.
"""

import json

from fnkit.core.clock import now_ms
from fnkit.core.entities import PAYLOAD_LIMIT, Json
from fnkit.local.access import readable_package
from fnkit.local.asgi import Request, Response
from fnkit.local.controller import LONGEST_WAIT
from fnkit.local.exchange import Call, acceptable, not_acceptable
from fnkit.local.invocable import Ask, Invocable, place_of
from fnkit.local.platform import Platform
from fnkit.local.records import Record
from fnkit.local.rejected import Rejected
from fnkit.local.users import Identity
from fnkit.local.web.access import METHODS, cors, may_call
from fnkit.local.web.answer import Answer, Headers, of_result
from fnkit.local.web.arguments import Asked, arguments, asked_headers, raw_arguments
from fnkit.local.web.target import Target


async def serve(platform: Platform, request: Request, target: Target, user: Identity | None) -> Response:
    """Run the action and answer as it says; `user` is who sent valid credentials, if anybody."""
    if request.method not in METHODS:
        allowed = ", ".join(METHODS)
        text = f"HTTP method not allowed, supported methods: {allowed}"
        raise Rejected(405, text, False, (("Allow", allowed),))
    call, invocable = _resolved(platform, request, target)
    body = await call.body()
    if len(body) > PAYLOAD_LIMIT:
        raise Rejected(413, f"Request larger than allowed: {len(body)} > {PAYLOAD_LIMIT} bytes.", False)
    own_options = invocable.annotations.get("web-custom-options") is True
    added = () if own_options else cors(request.header(b"access-control-request-headers"))
    options = request.method == "OPTIONS"
    if options and not own_options:
        return _response(Answer(200), added)
    try:
        if not options:
            _authenticate(request, invocable, user)
        values = _arguments(_asked(request, target, body, user), invocable)
        ask = Ask(call.identity, call.transaction_id, call.received_ms, values, LONGEST_WAIT)
        activation_id, record = await platform.controller.invoke(invocable, ask)
        added = (*added, ("x-openwhisk-activation-id", activation_id))
        answer = _answer(target, record)
    except Rejected as no:
        raise (Rejected(no.status, no.text, False, (*no.headers, *added)) if no.cors else no) from None
    _negotiate(answer, request.header(b"accept"))
    return _response(answer, added)


def _resolved(platform: Platform, request: Request, target: Target) -> tuple[Call, Invocable]:
    """The action on behalf of its owner. What is not there and what is not for the web are the same 404."""
    owner = platform.users.by_namespace(target.namespace)
    if owner is None or owner.blocked:
        raise _missing()
    call = Call(request, owner, request.scope["transaction_id"], now_ms(), target.namespace, target.names)
    try:
        path = "/".join(("", target.namespace, *target.names))
        invocable = platform.controller.resolve(*place_of(platform.entities, path))
    except Rejected:
        raise _missing() from None
    if invocable.annotations.get("web-export") is not True:
        raise _missing()
    try:
        platform.throttles.invoke(owner)
        if target.package:
            readable_package(platform.entities, call, target.namespace, target.package)
    except Rejected as no:
        raise Rejected(no.status, no.text, False) from None
    return call, invocable


def _missing() -> Rejected:
    return Rejected(404, "The requested resource does not exist.", False)


def _authenticate(request: Request, invocable: Invocable, user: Identity | None) -> None:
    required = invocable.annotations.get("require-whisk-auth", False)
    if not may_call(required, request.header(b"x-require-whisk-auth"), user is not None):
        raise Rejected(401, "Authentication is possible but has failed or not yet been provided.")


def _asked(request: Request, target: Target, body: bytes, user: Identity | None) -> Asked:
    headers, media_type = asked_headers(request.headers(), body)
    query = request.scope["query_string"].decode("utf-8", "replace")
    namespace = user.namespace if user else None
    return Asked(request.method, headers, target.rest, query, media_type, body, namespace)


def _arguments(asked: Asked, invocable: Invocable) -> dict[str, Json]:
    raw = invocable.annotations.get("raw-http") is True
    return raw_arguments(asked) if raw else arguments(asked, invocable.final)


def _answer(target: Target, record: Record | None) -> Answer:
    if record is None:
        raise Rejected(202, "Response not yet ready.")
    return of_result(target.extension, record.status, json.loads(record.result))


def _negotiate(answer: Answer, accept: str | None) -> None:
    """Raises Rejected 406 where the client takes nothing of the answer's type; errors are answered anyway."""
    if answer.status < 400 and answer.content_type and not acceptable(accept, answer.content_type):
        raise not_acceptable(answer.content_type)


def _response(answer: Answer, added: Headers) -> Response:
    response = Response(answer.body, answer.status)
    of_type = () if answer.content_type is None else (("content-type", answer.content_type),)
    for name, value in (*added, *answer.headers, *of_type):
        response.headers.append((name.lower().encode("ascii"), value.encode("utf-8", "replace")))
    return response
