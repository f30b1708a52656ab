"""Answers that are not a success: OpenWhisk's codes and texts, raised where they are found.

Source: ErrorResponse.scala, RejectionHandler.scala of pekko-http, and what a real server was seen to say.
"""

import json
from dataclasses import dataclass

from fnkit.local.asgi import RawHeaders, Response

INTERNAL = "There was an internal server error."
"""What a fault of ours is called."""
JSON = b"application/json"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Authorization, Origin, X-Requested-With, Content-Type, Accept, User-Agent",
    "Access-Control-Allow-Methods": "GET, DELETE, POST, PUT, HEAD",
}
"""On every answer that a handler made. Source: CorsSettings.scala."""
RAW_CORS = tuple((name.lower().encode(), value.encode()) for name, value in CORS.items())


@dataclass(slots=True, eq=False)
class Rejected(Exception):
    """An HTTP answer that says no. `cors` where a handler made it, as against the framework before one."""

    status: int
    text: str
    cors: bool = True
    headers: tuple[tuple[str, str], ...] = ()

    def response(self, transaction_id: str) -> Response:
        """The answer; its `code` is the request's id."""
        body = json.dumps({"error": self.text, "code": transaction_id}, ensure_ascii=False)
        headers: RawHeaders = [*RAW_CORS] if self.cors else []
        for name, value in dict(self.headers).items():
            headers.append((name.lower().encode("latin-1"), value.encode("latin-1")))
        return Response(body.encode("utf-8", "replace"), self.status, headers, JSON)


class Broken(Exception):
    """A fault past all handlers, which the HTTP framework itself answers: 500, plain text, no header of ours."""


CHALLENGE = ("WWW-Authenticate", 'Basic realm="OpenWhisk secure realm",charset=UTF-8')


def unauthenticated(supplied: bool) -> Rejected:
    """401, by whether readable credentials were there at all."""
    text = (
        "The supplied authentication is invalid"
        if supplied
        else "The resource requires authentication, which was not supplied with the request"
    )
    return Rejected(401, text, False, (CHALLENGE,))


def no_route() -> Rejected:
    """404 of a path or a verb that means nothing."""
    return Rejected(404, "The requested resource could not be found.", False)


def missing(resource: str = "") -> Rejected:
    """404 of an entity that is not there; its own name is said where a package was asked for."""
    named = f"'{resource}' " if resource else ""
    return Rejected(404, f"The requested resource {named}does not exist.")


def forbidden(resource: str) -> Rejected:
    """403."""
    return Rejected(403, f"The supplied authentication is not authorized to access '{resource}'.")


def other_kind() -> Rejected:
    """409 where a trigger is asked for as an action, and so on."""
    return Rejected(409, "Resource by this name exists but is not in this collection.")


def malformed(detail: str) -> Rejected:
    """400 of a body that has another shape than asked for."""
    return Rejected(400, f"The request content was malformed:\n{detail}", False)


def malformed_query(name: str, detail: str) -> Rejected:
    """400 of a query parameter."""
    return Rejected(400, f"The query parameter '{name}' was malformed:\n{detail}", False)


def bad_request(text: str) -> Rejected:
    """400 found by a handler."""
    return Rejected(400, text)


def too_large(text: str) -> Rejected:
    """413."""
    return Rejected(413, text)
