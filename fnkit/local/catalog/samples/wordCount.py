"""Counts the words of a string."""

from typing import Any


def main(args: dict[str, Any]) -> dict[str, Any]:
    """How many words `payload` has."""
    payload = args.get("payload")
    if not isinstance(payload, str):
        return {"error": "You must specify a payload parameter!"}
    count = len(payload.split(" "))
    print(f"The message '{payload}' has {count} words")
    return {"count": count}
