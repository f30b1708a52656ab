"""Answers that cost something, remembered by their questions in the user's cache until it is emptied."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fnkit.core import places
from fnkit.core.canonical import canonical, sha256
from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument


def remembered(kind: str, question: Json, answer: Callable[[], Json]) -> Json:
    """The answer to a question, worked out by `answer` the first time.

    The question has to say all that the answer hangs on; both are JSON. `kind` names a folder of the cache. Where
    that cannot be written, the answer is worked out each time.
    """
    place = places.cache() / kind / f"{sha256(canonical(question))}.json"
    if (known := recalled(place)) is not None:
        return known
    found = answer()
    note(place, found)
    return found


def recalled(place: Path) -> Json:
    """What was noted at `place`, None where nothing was, or what is there cannot be read."""
    try:
        return json.loads(place.read_bytes())
    except (OSError, ValueError):
        return None


def note(place: Path, value: Json) -> None:
    """JSON at `place`: all of it or nothing, which is what comes of it where the cache cannot be written."""
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        aside = place.with_suffix(f".{os.getpid()}")
        aside.write_text(json.dumps(value), "utf-8")
        aside.replace(place)


@contextmanager
def keeping(tried: str) -> Iterator[None]:
    """Around what has to lie in the cache: raises BadArgument, which begins with `tried`, where it cannot."""
    try:
        yield
    except OSError as error:
        found = f"nothing can be kept in {places.cache()}: {error.strerror or error}."
        raise BadArgument(tried, found, "Name another folder in FNKIT_CACHE, or make room there.") from error
