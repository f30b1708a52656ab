"""Sorts an array."""

import json
from typing import Any


def main(args: dict[str, Any]) -> dict[str, Any]:
    """`lines` in the order of their texts, as JavaScript sorts, and their number."""
    lines = sorted(args.get("lines") or [], key=lambda line: line if isinstance(line, str) else json.dumps(line))
    return {"lines": lines, "length": len(lines)}
