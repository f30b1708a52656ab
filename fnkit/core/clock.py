"""Time as OpenWhisk writes it."""

import time


def now_ms() -> int:
    """Milliseconds since 1970, as in every OpenWhisk record."""
    return time.time_ns() // 1_000_000
