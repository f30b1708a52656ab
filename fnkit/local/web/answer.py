"""What a web action's result is as an HTTP answer, by the extension it was asked with. Pure.

Source: WebActions.scala, resultAsHttp and its siblings.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from fnkit.core.entities import Json
from fnkit.local.documents import is_binary
from fnkit.local.jobs import Status
from fnkit.local.records import dumps
from fnkit.local.rejected import Broken, Rejected, bad_request
from fnkit.local.web import media
from fnkit.local.web.media import MediaType
from fnkit.local.web.pretty import pretty

WITHOUT_BODY = frozenset({204, 205, 304})
_MISMATCH = "Response type in header did not match generated content type."
_OF_THE_SERVER = frozenset({"content-type", "content-length", "transfer-encoding", "connection", "date", "server"})
"""Headers that are the server's to set."""
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSAFE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NUMBER = re.compile(r"[+-]?\d{1,9}")

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body."""

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: Headers = ()


def of_result(extension: str, status: Status, result: Json) -> Answer:
    """The answer to a request with `extension` (one of EXTENSIONS). Raises Rejected 400, 404; Broken."""
    if isinstance(result, list):
        raise Broken("a web action answered an array")
    if status is Status.SUCCESS:
        return EXTENSIONS[extension](result)
    if status is not Status.APPLICATION_ERROR:
        raise bad_request("There was an error processing your request.")
    if "error" not in result:
        raise _no_property()
    return EXTENSIONS[extension](result["error"])


def _as_json(value: Json) -> Answer:
    if not isinstance(value, dict | list):
        raise _invalid("application/json")
    return _json(200, value)


def _as_html(value: Json) -> Answer:
    return _text(_field(value, "html"), media.HTML)


def _as_svg(value: Json) -> Answer:
    return _text(_field(value, "svg"), media.SVG)


def _as_text(value: Json) -> Answer:
    if isinstance(value, dict) and not {"body", "text"} & value.keys():
        raise _no_property()
    found = _field(value, "text")
    return _text(found if isinstance(found, str) else pretty(found), media.PLAIN)


def _as_http(value: Json) -> Answer:
    if not isinstance(value, dict):
        raise _invalid("message/http")
    given = value.get("headers", {})
    if not isinstance(given, dict):
        raise _invalid("message/http")
    headers = tuple(pair for name, one in given.items() for pair in _headers(name, one))
    code = _code(value["statusCode"]) if "statusCode" in value else None
    own = tuple(pair for pair in headers if pair[0].lower() not in _OF_THE_SERVER)
    body = value.get("body")
    if body is None or body == "":
        return Answer(code or 204, headers=own)
    if code in WITHOUT_BODY:
        raise Broken(f"a web action answered {code} with a body")
    declared = next((text for name, text in headers if name.lower() == "content-type"), None)
    found = _of_text(body, declared) if isinstance(body, str) else _of_json(body, declared)
    return Answer(code or 200, found.body, found.content_type, own)


EXTENSIONS: Mapping[str, Callable[[Json], Answer]] = {
    ".http": _as_http,
    ".json": _as_json,
    ".html": _as_html,
    ".svg": _as_svg,
    ".text": _as_text,
}
"""How an answer is made; `.http` where a name has none of them."""


def _of_json(body: Json, declared: str | None) -> Answer:
    media_type = media.JSON if declared is None else media.read(declared)
    if media_type is None or not media_type.json:
        raise bad_request(_MISMATCH)
    return _json(200, body, media_type)


def _of_text(body: str, declared: str | None) -> Answer:
    media_type = media.HTML if declared is None else media.read(declared)
    if media_type is None:
        raise bad_request("Response did not specify a known content-type.")
    if media_type.binary or (media_type.json and is_binary(body)):
        return Answer(200, _decoded(body), media_type.written("UTF-8"))
    return _text(body, media_type)


def _decoded(text: str) -> bytes:
    """Base64, with or without the padding at its end. Raises Rejected 400."""
    padding = "" if "=" in text else "=" * (-len(text) % 4)
    try:
        return base64.b64decode(text + padding, validate=True)
    except (binascii.Error, ValueError):
        raise bad_request(_MISMATCH) from None


def _code(value: Json) -> int:
    """A status that an answer can have. Raises Rejected 400."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = int(value)
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    # Below 200 nothing is an answer yet: a client would wait for it for ever.
    if isinstance(value, bool) or not whole or not 200 <= value <= 599:
        raise _invalid("message/http")
    return int(value)


def _headers(name: str, value: Json) -> Iterator[tuple[str, str]]:
    """One header, or one for each item of a list. Raises Rejected 400."""
    if isinstance(value, list):
        for one in value:
            yield from _headers(name, one)
        return
    if not isinstance(value, str | bool | int | float):
        raise _invalid("message/http")
    text = value if isinstance(value, str) else dumps(value)
    # A line break would let a caller write headers, and more, of their own.
    if not _NAME.fullmatch(name) or _UNSAFE.search(text):
        raise _invalid("message/http")
    yield name, text


def _field(value: Json, name: str) -> Json:
    """`body` of an object, else the field named like the extension; the value itself where it is no object."""
    return value.get("body", value.get(name)) if isinstance(value, dict) else value


def _text(value: Json, media_type: MediaType) -> Answer:
    if not isinstance(value, str):
        raise _invalid(media_type.name)
    return Answer(200, value.encode("utf-8", "replace"), media_type.written("UTF-8"))


def _json(status: int, value: Json, media_type: MediaType = media.JSON) -> Answer:
    return Answer(status, pretty(value).encode("utf-8", "replace"), media_type.name)


def _invalid(name: str) -> Rejected:
    return bad_request(f"Response is not valid '{name}'.")


def _no_property() -> Rejected:
    return Rejected(404, "Response does not include requested property.")
