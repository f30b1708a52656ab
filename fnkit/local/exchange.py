"""One request under /api/v1 and its answer, as the routes see them."""

import binascii
import os
import re
from dataclasses import dataclass

from fnkit.core.entities import Json
from fnkit.local.asgi import Request, Response
from fnkit.local.records import dumps
from fnkit.local.rejected import JSON, RAW_CORS, Rejected, malformed, malformed_query, too_large
from fnkit.local.spray import Malformed, parse
from fnkit.local.users import Identity

BODY_LIMIT = 50 * 1024 * 1024
"""Bytes of a request body. Source: application.conf, max-content-length."""
LIST_MOST = 200
LIST_DEFAULT = 30
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_LETTERS = bytes.maketrans(b"+/", b"Oo")
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


class RequestTooLarge(Exception):
    """The body is longer than the server reads at all."""


def integer(text: str, bits: int) -> int | None:
    """The number that `text` is, None where it is none or needs more than `bits` bits."""
    number = int(text) if _INTEGER.fullmatch(text) else None
    return None if number is None or number.bit_length() > bits else number


def transaction_id(sent: bytes) -> str:
    """The request's id: the client's own unless it starts with `sid_`, else 32 random letters and digits."""
    if sent and not sent.startswith(b"sid_"):
        return sent.decode("latin-1")
    return binascii.b2a_base64(os.urandom(24), newline=False).translate(_LETTERS).decode()


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for."""

    skip: int
    limit: int
    count: bool


@dataclass(slots=True)
class Call:
    """An authenticated request: `namespace` and `names` are what its path says, decoded and checked."""

    request: Request
    identity: Identity
    transaction_id: str
    received_ms: int
    namespace: str
    names: tuple[str, ...] = ()

    def text(self, name: str) -> str | None:
        """A query parameter, None where it is not given."""
        return self.request.query(name)

    def boolean(self, name: str, default: bool = False) -> bool:
        """A yes-or-no query parameter. Raises Rejected 400."""
        value = self.text(name)
        if value is None:
            return default
        if value.lower() in _TRUE:
            return True
        if value.lower() in _FALSE:
            return False
        raise malformed_query(name, f"'{value}' is not a valid Boolean value")

    def page(self, collection: str) -> Page:
        """`skip`, `limit` and `count`. Raises Rejected 400."""
        skip = self._integer("skip", 0, collection)
        if skip < 0:
            raise malformed_query(
                "skip", f"The value '{skip}' is not greater than or equal to 0 for {collection}."
            )
        limit = self._integer("limit", LIST_DEFAULT, collection)
        if not 0 <= limit <= LIST_MOST:
            detail = f"The value '{limit}' is not in the range of 0 to {LIST_MOST} for {collection}."
            raise malformed_query("limit", detail)
        return Page(skip, limit or LIST_MOST, self.boolean("count"))

    def _integer(self, name: str, default: int, collection: str) -> int:
        value = self.text(name)
        if value is None:
            return default
        if (number := integer(value, 31)) is None:
            raise malformed_query(name, f"The value '{value}' is not an integer for {collection}.")
        return number

    async def body(self) -> bytes:
        """The whole body. Raises RequestTooLarge, after reading it to its end so that the client hears it."""
        body = await self.request.body(BODY_LIMIT)
        if body is None:
            raise RequestTooLarge
        return body

    async def json(self) -> Json:
        """The body as JSON. Raises Rejected 400 or 415."""
        return self._parsed(await self.body())

    async def arguments(self, most: int) -> dict[str, Json]:
        """The body of an invocation: an object, empty where there is no body. Raises Rejected 400, 413 or 415."""
        body = await self.body()
        if not body:
            return {}
        if len(body) > most:
            raise too_large(f"Request larger than allowed: {len(body)} > {most} bytes.")
        value = self._parsed(body)
        if not isinstance(value, dict):
            raise malformed("JSON object expected")
        return value

    def _parsed(self, body: bytes) -> Json:
        content_type = self.request.header(b"content-type")
        media_type = (content_type or "application/octet-stream").partition(";")[0].strip().lower()
        if media_type != "application/json" and (body or content_type):
            text = f"The request's Content-Type [{media_type}] is not supported. Expected:\napplication/json"
            raise Rejected(415, text, False)
        try:
            return parse(body)
        except Malformed as error:
            raise malformed(str(error)) from None


def answer(value: Json, status: int = 200, activation_id: str | None = None) -> Response:
    """A handler's JSON answer; `activation_id` is that of what it started."""
    return raw_answer(dumps(value), status, activation_id)


def raw_answer(text: str, status: int = 200, activation_id: str | None = None) -> Response:
    """A handler's answer whose JSON text is there already."""
    headers = [*RAW_CORS]
    if activation_id is not None:
        headers.append((b"x-openwhisk-activation-id", activation_id.encode()))
    return Response(text.encode(), status, headers, JSON)


def acceptable(accept: str | None, content_type: str = "application/json") -> bool:
    """True where the client takes answers of that type."""
    if accept is None:
        return True
    media_type = content_type.partition(";")[0].lower()
    family = media_type.partition("/")[0]
    ranges = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return any(one in ("*/*", f"{family}/*", media_type) for one in ranges)


def not_acceptable(content_type: str = "application/json") -> Rejected:
    """406 where it is not."""
    text = f"Resource representation is only available with these types:\n{content_type}"
    return Rejected(406, text, False)
