"""What reaches a web action: the request's query and body, and the `__ow_*` fields. Pure.

Source: WebActions.scala, Context.toActionArgument and extractEntityAndProcessRequest.
"""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote_plus, unquote_plus

from fnkit.core.entities import Json
from fnkit.local.rejected import bad_request, malformed
from fnkit.local.spray import Malformed, parse
from fnkit.local.web import media
from fnkit.local.web.media import MediaType

RESERVED = frozenset({"__ow_method", "__ow_headers", "__ow_path", "__ow_user", "__ow_query", "__ow_body"})
NOT_ALLOWED = "Request defines parameters that are not allowed (e.g., reserved properties)."
_FORM = "application/x-www-form-urlencoded"
_OF_THE_WIRE = frozenset({"content-type", "content-length", "transfer-encoding", "x-ow-extra-logging"})
"""Headers that are for the server, not for the action; the content type comes back as it was read."""
_QUERY_SAFE = "!$'()*,:@/?"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to a web action."""

    method: str
    headers: Mapping[str, str]
    """By lower-case name."""
    path: str
    """What follows the action's name, with its slash."""
    query: str
    """As it was sent."""
    media_type: MediaType | None
    """None where there is neither a body nor a word of its type."""
    body: bytes
    user: str | None
    """The namespace of valid credentials."""


def asked_headers(sent: Iterable[tuple[str, str]], body: bytes) -> tuple[dict[str, str], MediaType | None]:
    """The headers as an action sees them, the last of equal names; and the type of the body."""
    headers = {name.lower(): value for name, value in sent}
    given = headers.get("content-type")
    media_type = media.read(given) if given else None
    if media_type is None and (given or body):
        media_type = media.OCTETS
    seen = {name: value for name, value in headers.items() if name not in _OF_THE_WIRE}
    if media_type is not None:
        seen["content-type"] = media_type.written()
    return seen, media_type


def arguments(asked: Asked, final: frozenset[str]) -> dict[str, Json]:
    """Query and body as arguments, the body wins. Raises Rejected 400: bad JSON, a reserved or a `final` name."""
    query = dict(parse_qsl(asked.query, keep_blank_values=True))
    body = _parsed(asked)
    fields = body if isinstance(body, dict) else {}
    taken = RESERVED | final
    if not taken.isdisjoint(query) or not taken.isdisjoint(fields):
        raise bad_request(NOT_ALLOWED)
    boxed = {} if isinstance(body, dict) else {"__ow_body": body}
    return {**_metadata(asked), **query, **fields, **boxed}


def raw_arguments(asked: Asked) -> dict[str, Json]:
    """Query and body unread, as `__ow_query` and `__ow_body`, both always there."""
    body = "" if asked.media_type is None else _opaque(asked.body, asked.media_type)
    return {**_metadata(asked), "__ow_query": _written(asked.query), "__ow_body": body}


def _metadata(asked: Asked) -> dict[str, Json]:
    user = {} if asked.user is None else {"__ow_user": asked.user}
    return {
        "__ow_method": asked.method.lower(),
        "__ow_headers": dict(asked.headers),
        "__ow_path": asked.path,
        **user,
    }


def _parsed(asked: Asked) -> Json:
    """The body as a value: an empty object where there is none."""
    media_type = asked.media_type
    if media_type is None or (media_type.json and not asked.body):
        return {}
    if media_type.json:
        try:
            return parse(asked.body)
        except Malformed as error:
            raise malformed(str(error)) from None
    if media_type.name == _FORM:
        return dict(parse_qsl(asked.body.decode("utf-8", "replace"), keep_blank_values=True))
    return _opaque(asked.body, media_type)


def _opaque(body: bytes, media_type: MediaType) -> str:
    if media_type.binary or media_type.value == media.JSON.value:
        return base64.b64encode(body).decode()
    return body.decode("utf-8", "replace")


def _written(query: str) -> str:
    """A query read and written again, as pekko-http does it: `%20` becomes `+`."""
    pieces = [piece.partition("=") for piece in query.split("&")]
    return "&".join(
        quote_plus(unquote_plus(key), safe=_QUERY_SAFE) + sign + quote_plus(unquote_plus(value), safe=_QUERY_SAFE)
        for key, sign, value in pieces
    )
