"""Nests all properties under a given property."""

from typing import Any


def main(args: dict[str, Any]) -> dict[str, Any]:
    """All arguments under the one name that `$fieldName` gives."""
    parent = args.pop("$fieldName", None)
    if not isinstance(parent, str):
        return {"error": "Expected an argument '$fieldName' of type 'string'."}
    return {parent: args}
