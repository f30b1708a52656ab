"""Demonstrates logging facilities."""

from typing import Any


def main(args: dict[str, Any]) -> dict[str, Any]:
    """Nothing; the greeting is in the logs."""
    print(f"hello {args.get('payload', 'undefined')}!")
    return {}
