"""How long to wait before the next try. Pure."""

from datetime import timedelta

from fnkit.core.errors import FnkitError, Refused

FIRST = 1.0
LONGEST = 300.0
AGAIN = frozenset({408, 409, 429})
"""Client errors that may be others next time, as OpenWhisk's alarms have it."""


def pause(attempts: int) -> timedelta:
    """After that many tries that failed: 1 s, 2 s, 4 s … 5 min."""
    return timedelta(seconds=min(LONGEST, FIRST * 2 ** min(attempts, 20)))


def final(error: FnkitError) -> bool:
    """Whether it would fail the next time too: a client error that is not a matter of time."""
    if not isinstance(error, Refused):
        return True
    return error.status is not None and 400 <= error.status < 500 and error.status not in AGAIN
