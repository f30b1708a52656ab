"""What a person passes to an action, made fit to travel: names checked, files inlined, large ones stored."""

import base64
import json
import mimetypes
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from fnkit.core.canonical import sha256
from fnkit.core.entities import PAYLOAD_LIMIT, Entry, Json
from fnkit.core.errors import BadArgument, TooLarge, did_you_mean
from fnkit.whisk.client import Client
from fnkit.whisk.embedded import Embedded

FOLDER = "arguments/"
"""Where large arguments lie in the object store, by content: the same photo is stored once."""


def check(action: str, entry: Entry | None, arguments: Mapping[str, Json]) -> None:
    """Catch a misspelt name before it is sent: the action itself would ignore it.

    Names that begin with `__ow_` are OpenWhisk's own. Raises BadArgument with the name that was meant.
    """
    if entry is None or entry.whole or entry.rest:
        return
    known = [parameter.name for parameter in entry.parameters]
    for name in arguments:
        if name not in known and not name.startswith("__ow_"):
            takes = f"{entry.name} takes {', '.join(known)}." if known else f"{entry.name} takes no arguments."
            advice = did_you_mean(name, known) if known else ""
            raise BadArgument(f"Calling {action} with {name!r}", takes, advice)


def inline(arguments: Mapping[str, Json]) -> dict[str, Json]:
    """The arguments with every `Path` in them, at any depth, as a `data:` URL. Raises BadArgument."""
    made = {name: _each(value, partial(_inlined, name)) for name, value in arguments.items()}
    try:
        json.dumps(made, allow_nan=False)
    except (TypeError, ValueError) as error:
        wrong = next((name for name, value in made.items() if not _is_json(value)), "")
        raise BadArgument(
            f"Reading the argument {wrong}", f"{error}.", "Arguments are JSON: text, numbers, lists, objects."
        ) from None
    return made


def bound(parameters: Mapping[str, Json]) -> dict[str, Json]:
    """Parameters to be bound to an action, inlined. Raises BadArgument; TooLarge with the sizes."""
    inlined = inline(parameters)
    if size(inlined) > PAYLOAD_LIMIT:
        raise _too_large(inlined, "parameters are kept with the action", "Pass large values when you call it.")
    return inlined


def carry(client: Client, arguments: Mapping[str, Json], annotations: Mapping[str, Json]) -> dict[str, Json]:
    """Inlined arguments, small enough for one call: over the limit `data:` URLs go to the object store.

    The largest go first, as many as it takes; the action gets their URLs. Raises TooLarge with the sizes
    where that is not enough, where the platform has no store, or where the action (by its annotations) may
    not reach it.
    """
    carried = dict(arguments)
    if size(carried) <= PAYLOAD_LIMIT:
        return carried
    if annotations.get("fnkit-network") is False:
        raise _too_large(
            carried, "without a network the action could not fetch more", "Send less, or allow it one."
        )
    if client.embedded is None:
        raise _too_large(carried, "this platform has no object store", "Send an http: or https: URL instead.")
    store = client.embedded
    for content in sorted(set(_data_urls(carried)), key=len, reverse=True):
        url = _stored(store, content)
        carried = {name: _each(value, _swap(content, url)) for name, value in carried.items()}
        if size(carried) <= PAYLOAD_LIMIT:
            return carried
    raise _too_large(carried, "no file is left to put into the object store", "Pass the large value as a Path.")


def size(arguments: Json) -> int:
    """Bytes of a value as JSON, as the platform counts them."""
    return len(json.dumps(arguments, ensure_ascii=False, separators=(",", ":")).encode())


def _each(value: Json, change: Callable[[Json], Json]) -> Json:
    """The value with every leaf changed."""
    if isinstance(value, Mapping):
        return {key: _each(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_each(item, change) for item in value]
    return change(value)


def _inlined(name: str, value: Json) -> Json:
    if not isinstance(value, Path):
        return value
    try:
        content = value.expanduser().read_bytes()
    except OSError as error:
        raise BadArgument(f"Reading the argument {name} from {value}", f"{error.strerror}.") from None
    media = mimetypes.guess_type(value.name)[0] or "application/octet-stream"
    return f"data:{media};base64,{base64.b64encode(content).decode()}"


def _is_json(value: Json) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


def _data_urls(value: Json) -> list[str]:
    found: list[str] = []

    def note(leaf: Json) -> Json:
        if isinstance(leaf, str) and leaf.startswith("data:") and ";base64," in leaf[:200]:
            found.append(leaf)
        return leaf

    _each(value, note)
    return found


def _swap(old: str, new: str) -> Callable[[Json], Json]:
    return lambda leaf: new if isinstance(leaf, str) and leaf == old else leaf


def _stored(store: Embedded, data_url: str) -> str:
    head, _, text = data_url.partition(",")
    media = head.removeprefix("data:").partition(";")[0]
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise BadArgument(f"Reading a data: URL of {len(data_url):,} characters", f"{error}.") from None
    key = f"{FOLDER}{sha256(content)}{mimetypes.guess_extension(media) or ''}"
    return store.put_object(key, content, media).url


def _too_large(arguments: Mapping[str, Json], why: str, advice: str) -> TooLarge:
    heavy = sorted(((size(value), name) for name, value in arguments.items()), reverse=True)[:3]
    weights = ", ".join(f"{name} {weight:,} bytes" for weight, name in heavy)
    return TooLarge(
        "Sending values with an action",
        f"they are {size(arguments):,} bytes ({weights}), the limit is {PAYLOAD_LIMIT:,}; {why}.",
        advice,
    )
