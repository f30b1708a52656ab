"""What `whisk.system` offers: each action's parameters and a sample, as its annotations say them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from fnkit.core.entities import Json
from fnkit.events.alarms import PARAMETERS
from fnkit.events.sources import Storage

LINES = {"name": "lines", "required": True, "type": "array", "description": "An array of strings"}
PAYLOAD = {"name": "payload", "required": True, "description": "A string"}


@dataclass(frozen=True, slots=True)
class Offer:
    """One action. What it says of itself is the first line of its file."""

    package: str
    name: str
    parameters: tuple[Mapping[str, Json], ...] = ()
    sample: Mapping[str, Json] = field(default_factory=dict)
    answer: Mapping[str, Json] | None = None
    """To the sample; None where it is another one each time."""
    feed: bool = False
    """True where it makes triggers fire: all feeds are one file, which asks its own name which it is."""

    @property
    def code(self) -> str:
        """The file."""
        return _text("feed.py" if self.feed else f"{self.package}/{self.name}.py")

    @property
    def annotations(self) -> dict[str, Json]:
        """As OpenWhisk's catalog annotates: description, parameters, sampleInput, sampleOutput."""
        notes: dict[str, Any] = {"description": _first_line(self.code)}
        if self.feed:
            notes["feed"] = True
        if self.parameters:
            notes["parameters"] = [dict(parameter) for parameter in self.parameters]
        notes["sampleInput"] = dict(self.sample)
        if self.answer is not None:
            notes["sampleOutput"] = dict(self.answer)
        return notes


def _named(names: Sequence[str]) -> tuple[Mapping[str, Json], ...]:
    needed = {"cron", "minutes", "date", "store"}
    return tuple({"name": name, "required": name in needed} for name in names)


OFFERS = (
    Offer(
        "utils",
        "echo",
        ({"name": "payload", "required": False, "description": "Any JSON entity"},),
        {"payload": "Five fuzzy felines"},
        {"payload": "Five fuzzy felines"},
    ),
    Offer("utils", "cat", (LINES,), {"lines": [4, 2, 3]}, {"lines": [4, 2, 3], "payload": "4\n2\n3"}),
    Offer(
        "utils",
        "smash",
        (
            {
                "name": "$fieldName",
                "required": True,
                "type": "string",
                "description": "Name of property to nest object under",
            },
        ),
        {"a": 1, "b": {"c": 2, "d": 3}, "$fieldName": "p"},
        {"p": {"a": 1, "b": {"c": 2, "d": 3}}},
    ),
    Offer(
        "utils",
        "split",
        (PAYLOAD, {"name": "separator", "required": False, "description": "What to split the string at"}),
        {"payload": "one,two,three", "separator": ","},
        {"lines": ["one", "two", "three"], "payload": "one,two,three"},
    ),
    Offer("utils", "sort", (LINES,), {"lines": [4, 2, 3]}, {"lines": [2, 3, 4], "length": 3}),
    Offer(
        "utils",
        "head",
        (
            LINES,
            {"name": "num", "required": False, "type": "integer", "description": "The length of the prefix"},
        ),
        {"lines": [4, 2, 3], "num": 2},
        {"lines": [4, 2], "num": 2},
    ),
    Offer("utils", "date"),
    Offer("utils", "namespace"),
    Offer(
        "samples",
        "greeting",
        (
            {"name": "name", "required": False},
            {
                "name": "place",
                "required": False,
                "description": "The string to be included in the return value",
            },
        ),
        {"payload": "Cat", "place": "Narrowsburg"},
        {"payload": "Hello, Cat from Narrowsburg!"},
    ),
    Offer(
        "samples",
        "helloWorld",
        (
            {
                "name": "payload",
                "required": False,
                "description": "The string to be included in the log record",
            },
        ),
        {"payload": "Cat"},
        {},
    ),
    Offer("samples", "wordCount", (PAYLOAD,), {"payload": "Five fuzzy felines"}, {"count": 3}),
    *(Offer("alarms", kind, _named(names), feed=True) for kind, names in PARAMETERS.items()),
    Offer("storage", "changes", _named(list(Storage.__dataclass_fields__)), feed=True),
)


def description(package: str) -> str:
    """What a package says of itself."""
    return _first_line(_text(f"{package}/__init__.py"))


def _text(path: str) -> str:
    return resources.files("fnkit.local.catalog").joinpath(path).read_text("utf-8")


def _first_line(text: str) -> str:
    return text.partition('"""')[2].partition('"""')[0]
