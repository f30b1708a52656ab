"""CloudEvents 1.0 over HTTP and OpenWhisk, in and out, binary and structured. It travels with an action.

Binary: the context stands in `ce-…` headers and the body is the data. A trigger that is fired so gives its
actions the data as their arguments and the context in `__ow_headers`, on any OpenWhisk. Structured: one JSON
object holds both.
Source: cloudevents/spec v1.0.2, spec.md, json-format.md and http-protocol-binding.md. Standard library only.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

VERSION = "1.0"
STRUCTURED = "application/cloudevents+json"
REQUIRED = ("id", "source", "type")
_NAME = re.compile(r"[a-z0-9]+")
_CONTEXT = ("specversion", *REQUIRED, "subject", "time", "datacontenttype", "dataschema")


class WrongEvent(ValueError):
    """What is not a CloudEvent: says what it lacks."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `id` with `source` names it: who sees the same pair twice has seen the same event twice."""

    id: str
    source: str
    type: str
    data: Any = None
    """JSON, or bytes of `media`."""
    subject: str | None = None
    time: str | None = None
    """RFC 3339."""
    media: str = "application/json"
    extensions: Mapping[str, Any] = field(default_factory=dict)
    schema: str | None = None
    """URI of what the data keeps to (`dataschema`)."""

    @property
    def context(self) -> dict[str, str]:
        """Its attributes but the data's, as text."""
        own = {
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": self.time,
            "dataschema": self.schema,
        }
        given = {name: value for name, value in {**self.extensions, **own}.items() if value is not None}
        return {"specversion": VERSION, **{name: _text(value) for name, value in given.items()}}

    def headers(self) -> dict[str, str]:
        """The context in binary mode; what a header may not hold is percent-encoded."""
        return {f"ce-{name}": quote(value, safe=_PLAIN) for name, value in self.context.items()}

    def structured(self) -> dict[str, Any]:
        """All of it as one JSON object."""
        shown: dict[str, Any] = {**self.context, **self.extensions, "datacontenttype": self.media}
        if isinstance(self.data, bytes):
            return {**shown, "data_base64": base64.b64encode(self.data).decode()}
        return {**shown, "data": self.data}


def read(headers: Mapping[str, str], body: bytes) -> Event:
    """The event in an HTTP message, of either mode. Raises WrongEvent."""
    known = {name.lower(): value for name, value in headers.items()}
    media = known.get("content-type", "application/json")
    if media.partition(";")[0].strip().lower() == STRUCTURED:
        return _structured(_json(body))
    return _event(_binary(known), _data(media, body), media)


def from_arguments(arguments: Mapping[str, Any]) -> Event | None:
    """The event that an action was started by; None where it was none. Raises WrongEvent."""
    if arguments.get("specversion") is not None and "type" in arguments:
        return _structured({name: value for name, value in arguments.items() if not name.startswith("__ow_")})
    context = _binary(arguments.get("__ow_headers") or {})
    if not context:
        return None
    data = {name: value for name, value in arguments.items() if not name.startswith("__ow_")}
    return _event(context, data, "application/json")


def _binary(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name[3:]: unquote(value.strip('"')) for name, value in headers.items() if name.lower().startswith("ce-")
    }


def _structured(value: Any) -> Event:
    if not isinstance(value, Mapping):
        raise WrongEvent("a structured CloudEvent is a JSON object")
    context = {name: one for name, one in value.items() if name not in ("data", "data_base64")}
    media = str(context.get("datacontenttype", "application/json"))
    if "data_base64" not in value:
        return _event(context, value.get("data"), media)
    try:
        return _event(context, base64.b64decode(value["data_base64"], validate=True), media)
    except (ValueError, TypeError) as error:
        raise WrongEvent(f"data_base64 is none ({error})") from None


def _event(context: Mapping[str, Any], data: Any, media: str) -> Event:
    if context.get("specversion") != VERSION:
        raise WrongEvent(f"specversion is {context.get('specversion')!r}, not {VERSION!r}")
    for name in REQUIRED:
        if not (isinstance(context.get(name), str) and context[name]):
            raise WrongEvent(f"the attribute {name} is missing")
    extensions = {name: value for name, value in context.items() if name not in _CONTEXT}
    for name in extensions:
        if not _NAME.fullmatch(name):
            raise WrongEvent(f"{name!r} is no name of an attribute: lower-case letters and digits only")
    own = (context["id"], context["source"], context["type"])
    subject, time, schema = (context.get(name) for name in ("subject", "time", "dataschema"))
    return Event(*own, data, subject, time, media, extensions, schema)


def _data(media: str, body: bytes) -> Any:
    kind = media.partition(";")[0].strip().lower()
    return (_json(body) if body else None) if kind.endswith(("/json", "+json")) else body


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise WrongEvent(f"the body is not JSON ({error})") from None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


_PLAIN = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')
