"""What a conductor of fnkit tells of its run, in the records of its turns. ARCHITECTURE.md has it."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from fnkit.compose.machine import KEY, TOLD
from fnkit.core.entities import Activation, Json

NAME = "fnkit-flow"
"""Of the annotation too."""
_LINE = re.compile(rf"(?:^|\s){NAME} (\{{.*\}}|\[.*\])\s*$")


@dataclass(frozen=True, slots=True)
class Event:
    """One of them."""

    event: str
    """`enter`, `choice`, `call`, `branch`, `error` or `leave`."""
    node: str
    """The id of a node."""
    taken: bool | None = None
    """Of a choice."""
    action: str = ""
    activation: str = ""
    """Of a branch that was started."""
    index: int | None = None
    """Of a branch."""
    error: Json = None

    @classmethod
    def from_json(cls, item: Json) -> Self | None:
        """Read one object; None where it is none of ours: anybody may tell anything."""
        if not isinstance(item, dict) or not isinstance(item.get("event"), str):
            return None
        index, taken = item.get("index"), item.get("taken")
        return cls(
            item["event"],
            str(item.get("node", "")),
            taken if isinstance(taken, bool) else None,
            str(item.get("action", "")),
            str(item.get("activation", "")),
            index if isinstance(index, int) else None,
            item.get("error"),
        )


def told(record: Activation) -> Iterator[Event]:
    """The events of one turn of a conductor, in order: those in its log, and then those beside its state."""
    yield from events(record.logs)
    found = record.result
    for name in ("state", KEY, TOLD):
        found = found.get(name) if isinstance(found, dict) else None
    yield from _read(found)


def events(logs: Iterable[str]) -> Iterator[Event]:
    """The events in a log, in order: a line is a list of them, or one as conductors wrote it long ago."""
    for line in logs:
        found = _LINE.search(line)
        if found is None:
            continue
        try:
            said = json.loads(found[1])
        except ValueError:
            continue  # a line that was cut
        yield from _read(said if isinstance(said, list) else [said])


def _read(items: Json) -> Iterator[Event]:
    for item in items if isinstance(items, list) else ():
        event = Event.from_json(item)
        if event is not None:
            yield event
