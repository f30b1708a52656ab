"""The loop guard: does what an event starts make the next event? Pure.

A flow that writes into what starts it would run for ever. Where its destinations say so it is refused when it is
wired (`wiring`). Where the action itself writes, it is caught at work: what appears while a run is going on and
bears the name of what started that run counts as made by it; so many names in a row, each grown out of the one
before it, are a loop. The same name again is none: whoever replaces a file does not wait for the run of the one
before, and nobody can tell a camera's next picture from what that run wrote.
"""

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from fnkit.events.feed import Fired

DEEPEST = 4
"""Events in a row, each made by what the one before it started."""

InFlight = Callable[[Fired, int], bool]
"""Whether a run of that event was going on at that time (ms)."""


def depth(key: str, made: int, fired: Iterable[Fired], in_flight: InFlight) -> int:
    """How many other names stand before this one in a row; `made`: when its object was written, ms."""
    parents = (one for one in fired if one.at <= made and derived(key, one.key) and in_flight(one, made))
    return max((one.depth + (one.key != key) for one in parents), default=0)


def derived(key: str, parent: str) -> bool:
    """Whether a key looks as if it was made from another: it holds its name without the end, or is the same."""
    if key == parent:
        return True
    stem = PurePosixPath(parent).stem
    return len(stem) >= 2 and stem in PurePosixPath(key).name


def overlap(prefix: str, suffix: tuple[str, ...], into: str, end: str) -> bool:
    """Whether objects that are written under `into` with that end are among those that are watched."""
    return (into.startswith(prefix) or prefix.startswith(into)) and (not suffix or end.endswith(suffix))
