"""What a typed word means: `name=Ada`, `size=3`, `image=@photo.jpg`, `@file.json`."""

import json
import mimetypes
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fnkit.core.errors import BadArgument


def assigned(words: Iterable[str | Mapping[str, Any]]) -> dict[str, Any]:
    """The object that `KEY=VALUE`, `{"key": value}`, `@file.json` and mappings make; the last of equal keys wins.

    A value is JSON where it can be read as JSON, else text; `@photo.jpg`, and the name of a picture that is
    there, is a Path. Raises BadArgument.
    """
    values: dict[str, Any] = {}
    for word in words:
        if isinstance(word, Mapping):
            values |= word
        elif word.startswith("{"):
            values |= object_of(word, "arguments from the line")
        elif word.startswith("@"):
            values |= object_of(_content(Path(word[1:]).expanduser()), f"arguments from {word[1:]}")
        else:
            key, sign, text = word.partition("=")
            if not (key and sign):
                raise BadArgument(
                    f"Reading the argument {word!r}",
                    "it is not KEY=VALUE.",
                    f"Type {word}=VALUE, @file.json or '{{\"key\": value}}'.",
                )
            values[key] = value(text, key)
    return values


def value(text: str, key: str = "") -> Any:
    """What the text of one value stands for: JSON, a Path, or itself."""
    if text.startswith("@"):
        path = Path(text[1:]).expanduser()
        if not path.is_file():
            raise BadArgument(f"Reading {key or 'a value'} from {path}", "there is no such file.")
        return path
    try:
        return json.loads(text, parse_constant=_not_json)
    except ValueError:
        return Path(text).expanduser() if _is_picture(text) else text


def object_of(text: str | bytes, what: str) -> dict[str, Any]:
    """The JSON object that a text is; `what` names the text. Raises BadArgument."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise BadArgument(f"Reading {what}", f"it is not JSON: {error}.") from None
    if not isinstance(content, dict):
        raise BadArgument(f"Reading {what}", "it is not a JSON object.", 'Write {"key": value}.')
    return content


def _is_picture(text: str) -> bool:
    kind, _ = mimetypes.guess_type(text)
    return bool(kind and kind.startswith("image/")) and "\n" not in text and Path(text).expanduser().is_file()


def _not_json(name: str) -> Any:
    raise ValueError(name)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadArgument(f"Reading arguments from {path}", f"{error.strerror}.") from None
