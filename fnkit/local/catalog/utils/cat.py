"""Concatenates input into a string."""

import json
from typing import Any


def main(args: dict[str, Any]) -> dict[str, Any]:
    """`lines` as they are, and joined by line ends as `payload`."""
    lines = args.get("lines") or []
    return {"lines": lines, "payload": "\n".join(map(text, lines))}


def text(line: Any) -> str:
    """A line as JavaScript joins it."""
    if isinstance(line, str):
        return line
    return "" if line is None else json.dumps(line)
