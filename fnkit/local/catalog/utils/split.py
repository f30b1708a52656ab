"""Splits a string into an array."""

import re
from typing import Any


def main(args: dict[str, Any]) -> dict[str, Any]:
    """The parts of `payload` between `separator`s, or between line ends."""
    payload, separator = args.get("payload"), args.get("separator")
    if payload is None:
        return {"error": "You must specify a payload parameter!"}
    text = str(payload)
    return {"lines": text.split(separator) if separator else re.split(r"\r?\n", text), "payload": payload}
