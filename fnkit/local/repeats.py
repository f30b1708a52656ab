"""Requests that were made before, by the bytes of their heads: what they mean is worked out once."""

from collections.abc import Callable
from dataclasses import dataclass

MOST = 4096
"""Heads that are remembered."""

Reply = Callable[[int, bytes, bytes], None]
"""Takes the status, whole lines of headers, and the body; called once, at any time."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a head."""

    length: int
    """Bytes of the body that follows."""
    begin: Callable[[bytes, Reply], bool]
    """Answers the same request with another body; False, and nothing done, where it must be read anew."""


class Repeats:
    """Of all connections together: credentials are in the heads, so what is known is the caller's own."""

    def __init__(self) -> None:
        self._known: dict[bytes, Known] = {}
        self._since: tuple[int, int] = (0, 0)
        self.get = self._known.get
        """What is known of a head, if anything."""

    def learn(self, head: bytes, again: Known, since: tuple[int, int]) -> None:
        """What a head means as long as `since`, which only grows, is the same; what was known before is let go."""
        if since < self._since:
            return
        if since != self._since:
            self._known.clear()  # no use any more, and each holds an action's code
            self._since = since
        if len(self._known) >= MOST:
            del self._known[next(iter(self._known))]
        self._known[head] = again
