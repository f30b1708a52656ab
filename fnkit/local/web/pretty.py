"""JSON as web actions answer it: objects indented by two spaces, arrays on one line.

Source: PrettyPrinter.scala of spray-json.
"""

import json

from fnkit.core.entities import Json

_LEAF = json.JSONEncoder(ensure_ascii=False, check_circular=False)


def pretty(value: Json) -> str:
    """The text of a value."""
    try:
        return _text(value, "\n")
    except RecursionError:  # nested nearly as deep as JSON can be read: all on one line
        return _LEAF.encode(value)


def _text(value: Json, line: str) -> str:
    if isinstance(value, dict):
        inner = line + "  "
        members = [f"{inner}{_LEAF.encode(key)}: {_text(one, inner)}" for key, one in value.items()]
        return "{" + (",".join(members) or "\n") + line + "}"
    text = _LEAF.encode(value)
    if isinstance(value, list) and "{" in text:
        return f"[{', '.join(_text(one, line) for one in value)}]"
    return text
