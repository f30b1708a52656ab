"""Which files are complete: those that have not changed for a while. Pure: both clocks are passed in."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fnkit.events.store import Stored


@dataclass(slots=True)
class Settling:
    """The files of a folder that may still be written.

    A file is complete once its last change is `patience` seconds old. Where its time is not to be trusted (it lies
    in the future, since a clock was set or a copy kept it), it must have looked the same for so long.
    """

    patience: float
    _since: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Key → etag, and when that was first seen (monotonic seconds)."""

    def complete(self, listed: Iterable[Stored], now: float, tick: float) -> list[Stored]:
        """Those that are complete; `now` is in seconds since 1970, `tick` is monotonic."""
        listed = list(listed)
        before, self._since = self._since, {}
        done = []
        for one in listed:
            if 0 <= now - one.modified < self.patience or one.modified > now:
                etag, since = before.get(one.key, ("", tick))
                since = since if etag == one.etag else tick
                if tick - since < self.patience:
                    self._since[one.key] = (one.etag, since)
                    continue
            done.append(one)
        return done

    @property
    def waiting(self) -> frozenset[str]:
        """The keys of those that are not complete yet."""
        return frozenset(self._since)
