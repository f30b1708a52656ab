"""Returns a friendly greeting."""

from typing import Any


def main(args: dict[str, Any]) -> dict[str, Any]:
    """A greeting of `name` (or `payload`) from `place`."""
    print("params:", args)
    name = args.get("name") or args.get("payload") or "stranger"
    return {"payload": f"Hello, {name} from {args.get('place') or 'somewhere'}!"}
