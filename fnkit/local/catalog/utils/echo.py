"""Returns the input."""

from typing import Any


def main(args: dict[str, Any]) -> dict[str, Any]:
    """What was given."""
    return args
