"""What a conductor of fnkit tells of its run: the lines `fnkit-flow […]` of its log. ARCHITECTURE.md has them."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from fnkit.core.entities import Json

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
        """Read one object; None where it is none of ours: anybody may print anything."""
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


def events(logs: Iterable[str]) -> Iterator[Event]:
    """The events of one turn of a conductor, in order; `logs` are the lines of its record.

    A line is a list of them; a conductor that was deployed long ago writes a line for each.
    """
    for line in logs:
        found = _LINE.search(line)
        if found is None:
            continue
        try:
            said = json.loads(found[1])
        except ValueError:
            continue  # a line that was cut
        for item in said if isinstance(said, list) else [said]:
            event = Event.from_json(item)
            if event is not None:
                yield event
