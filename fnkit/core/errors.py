"""Every error that fnkit raises on purpose.

FnkitError
├── Fixable               you can mend it here, nothing was sent
│   ├── BadArgument       a name, an option or a value was typed wrong
│   ├── BadCell           the cell cannot become a function as it stands
│   ├── CheckFailed       cell, action file and platform did not give the same answer
│   ├── MissingPackage    a library is missing or has no wheel for the target
│   ├── TooLarge          over a limit of the platform; says what weighs how much
│   ├── BadModel          unknown, wrong hash, not reachable, not a model, not convertible
│   ├── BadPhoto          not an image, too large, not readable
│   ├── BadVideo          not a video, broken, or shorter than it says
│   ├── NoPerson          nobody was found on the photo
│   └── PartMissing       a body part was not found, is unknown, or the pair is upside down
├── Refused               the platform said no
│   ├── Unauthorized      401, 403
│   ├── Missing           404
│   ├── Conflict          409
│   ├── Throttled         429
│   ├── Rejected          400, 413: what was sent is not acceptable, as it is
│   ├── Unreachable       nobody answers at that host, or not what was expected
│   └── PlatformFault     any other answer that is not a success
└── ActionFailed          your code raised or answered with an error

Each message has three parts: what was tried on which thing, what came back, what to do next.
"""

from collections.abc import Sequence


class FnkitError(Exception):
    """What was tried, what came back, what to do next: three sentences, in this order."""

    def __init__(self, tried: str, found: str, advice: str = "") -> None:
        self.tried = tried
        self.found = found
        self.advice = advice
        super().__init__(tried, found, advice)

    def __str__(self) -> str:
        return f"{self.tried}: {self.found}" + (f" {self.advice}" if self.advice else "")


class Fixable(FnkitError):
    """You can mend it here; nothing was sent."""


class BadArgument(Fixable):
    """A name, an option or a value was typed wrong."""


class BadCell(Fixable):
    """The cell cannot become a function as it stands."""


class CheckFailed(Fixable):
    """The cell, the action file and the platform did not give the same answer."""


class MissingPackage(Fixable):
    """A library is missing, or has no wheel for the target."""


class TooLarge(Fixable):
    """Over a limit of the platform."""


class BadModel(Fixable):
    """A model is unknown, has the wrong hash, cannot be reached or cannot be loaded."""


class BadPhoto(Fixable):
    """Bytes that are not an image that can be opened safely."""


class BadVideo(Fixable):
    """A file that is not a video, is broken, or ends before its end."""


class NoPerson(Fixable):
    """Nobody was found on the photo."""


class PartMissing(Fixable):
    """A body part is unknown, was not found, or the two are upside down."""


class Refused(FnkitError):
    """The platform said no. `status` is the HTTP status, None where there was no answer."""

    def __init__(self, tried: str, found: str, advice: str = "", status: int | None = None) -> None:
        super().__init__(tried, found, advice)
        self.status = status


class Unauthorized(Refused):
    """401 or 403."""


class Missing(Refused):
    """404."""


class Conflict(Refused):
    """409."""


class Throttled(Refused):
    """429."""


class Rejected(Refused):
    """400 or 413: what was sent is malformed, outside the limits or too large."""


class Unreachable(Refused):
    """Nobody answers at that host."""


class PlatformFault(Refused):
    """Any other answer that is not a success."""


class ActionFailed(FnkitError):
    """Your code raised or answered with an error; `activation_id` and `logs` say more."""

    def __init__(
        self, tried: str, found: str, advice: str = "", activation_id: str = "", logs: Sequence[str] = ()
    ) -> None:
        super().__init__(tried, found, advice)
        self.activation_id = activation_id
        self.logs = tuple(logs)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A sentence with the nearest of `known` to `word`, or with all of them where none is near.

    >>> did_you_mean("eyse", ["eyes", "hips"])
    'Did you mean eyes?'
    """
    import difflib

    near = difflib.get_close_matches(word, known, n=1)
    if near:
        return f"Did you mean {near[0]}?"
    return f"There is: {', '.join(sorted(known))}." if known else "There is none yet."
