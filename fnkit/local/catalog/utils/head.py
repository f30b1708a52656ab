"""Extracts the prefix of an array."""

from typing import Any


def main(args: dict[str, Any]) -> dict[str, Any]:
    """The first `num` of `lines`, one by default."""
    num = args.get("num") or 1
    return {"lines": (args.get("lines") or [])[:num], "num": num}
