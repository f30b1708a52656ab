"""What was sent to an instance and was not answered yet, in order: one runs, those behind it were sent ahead.

An instance that finds the next run on its wire need not be woken for it. Who is behind has a lease: the instance
begins it before its moment, or never, by the clock that all processes of a machine share. So one whose moment is
over, while the run before it has not been answered, may run elsewhere: it cannot begin here any more.
"""

import logging
from collections import deque

from fnkit.local.messages import Answer, Later

_LOG = logging.getLogger(__name__)
DEPTH = 32
"""Runs at a time."""
BYTES = 32_768
"""Of their frames together: what a socket takes in any case."""
OLD = 0.04
"""Seconds since a run was to begin after which no other one is sent behind it."""
LEASE = 0.1
"""Seconds."""
LIMIT = 500
"""Ms that a run must be allowed to take: longer than OLD and LEASE, so none begins behind one that is stopped, and
than one that prints much waits until those behind it have gone."""

SPARE = 0.001
"""Seconds after that moment: it was rounded on its way."""


class Post:
    """One run that was sent."""

    __slots__ = ("before", "over", "says", "since", "size")
    size: int
    """Bytes of its frame."""
    since: float
    """When it could begin, by `time.monotonic`."""
    before: float
    """It begins before that, or never; 0 where nothing ran when it was sent."""
    over: bool
    """True where what becomes of it matters no more."""
    says: bool
    """True where the instance says whether it printed something that was not read."""

    def set(self, size: int, since: float, before: float = 0.0, says: bool = True) -> None:
        """It is about to be sent."""
        self.size, self.since, self.before, self.over, self.says = size, since, before, False, says

    def begun(self, clock: float) -> None:
        """It begins now, after others."""
        raise NotImplementedError

    def heard(self, answer: Answer | Later) -> None:
        """What became of it, once."""
        raise NotImplementedError

    def tell(self, answer: Answer | Later) -> None:
        """Have it hear that; the answers after it are other runs', which have nothing to do with a fault there."""
        try:
            self.heard(answer)
        except Exception:  # noqa: BLE001 - whatever it is
            _LOG.exception("after the end of a run")


class Posts:
    """Those of one instance, which begins one after the other."""

    def __init__(self) -> None:
        self.line: deque[Post] = deque()
        """The next answer is to the first of them."""
        self._size = 0
        self.open = 0
        """How many of them somebody waits for."""

    @property
    def going(self) -> Post | None:
        """The first that somebody waits for."""
        return next((one for one in self.line if not one.over), None)

    def takes(self, size: int, now: float) -> bool:
        """True where one more may be sent behind the others: the first has just begun, and they are few."""
        first = self.line[0] if self.line else None
        return (
            first is not None
            and not first.over
            and now - first.since < OLD
            and len(self.line) < DEPTH
            and self._size + size <= BYTES
        )

    def add(self, post: Post) -> None:
        """It was sent."""
        self.line.append(post)
        self._size += post.size
        self.open += 1

    def leave(self, post: Post) -> None:
        """Nobody waits for it any more; what the instance says of it is still to come."""
        post.over = True
        self.open -= 1

    def pop(self) -> Post:
        """The first was answered."""
        post = self.line.popleft()
        self._size -= post.size
        if not post.over:
            self.open -= 1
        return post

    def lapsed(self, now: float) -> list[Post]:
        """Those behind the first whose moment is over; who has none runs once those have been answered."""
        return [one for one in list(self.line)[1:] if not one.over and 0 < one.before < now - SPARE]
