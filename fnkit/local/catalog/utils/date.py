"""Current date and time."""

from datetime import UTC, datetime
from typing import Any


def main(args: dict[str, Any]) -> dict[str, Any]:
    """Now, in UTC, to the millisecond."""
    now = datetime.now(UTC)
    print(f"It is now {now:%a %b %d %Y %H:%M:%S} GMT+0000 (Coordinated Universal Time)")
    return {"date": now.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
