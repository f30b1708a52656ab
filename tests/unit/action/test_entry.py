"""The signature as callers need it."""

import pytest

from fnkit.action.cells import from_history
from fnkit.action.entry import entry
from fnkit.action.statements import run
from fnkit.core.entities import Entry, EntryParameter
from fnkit.core.errors import BadCell


def read(*cells: str, name: str = "main", **namespace: object) -> Entry:
    return entry(name, run(from_history(["", *cells], namespace)))


def test_types_defaults_and_choices() -> None:
    found = read(
        "from typing import Literal, Optional\nPart = Literal['eyes', 'hips']\nLOWER = 'hips'",
        "def main(image: str, n: int, x: float = 1.5, on: bool = True, parts: list[str] = [], *,"
        " box: dict | None = None, upper: Part = 'eyes', lower: 'Part' = LOWER,"
        " size: Optional[int] = None, size2: Literal[1, 2] = 1, any=None):\n"
        "    '''Crop.\n\n    More.'''",
    )
    kinds = {p.name: (p.type, p.required, p.default, p.choices) for p in found.parameters}
    assert kinds == {
        "image": ("string", True, None, ()),
        "n": ("integer", True, None, ()),
        "x": ("number", False, 1.5, ()),
        "on": ("boolean", False, True, ()),
        "parts": ("array", False, [], ()),
        "box": ("object", False, None, ()),
        "upper": ("string", False, "eyes", ("eyes", "hips")),
        "lower": ("string", False, "hips", ("eyes", "hips")),
        "size": ("integer", False, None, ()),
        "size2": ("integer", False, 1, (1, 2)),
        "any": (None, False, None, ()),
    }
    assert found.doc == "Crop."
    assert not found.whole
    assert not found.rest


def test_live_values_say_what_names_mean() -> None:
    from typing import Literal

    found = read(
        "from lab import Part, FIRST", "def main(part: Part = FIRST): pass", Part=Literal["a", "b"], FIRST="b"
    )
    assert found.parameters == (EntryParameter("part", "string", False, "b", ("a", "b")),)


@pytest.mark.parametrize(
    "head", ["args", "params", "params: dict", "args: dict[str, str]", "params: 'Any'", "args={}"]
)
def test_one_object_as_it_is(head: str) -> None:
    found = read(f"def main({head.replace(chr(39), '')}): pass")
    assert found.whole
    assert found.parameters == ()


def test_a_parameter_called_args_of_another_type_is_a_parameter() -> None:
    assert [p.name for p in read("def main(args: list): pass").parameters] == ["args"]
    assert [p.name for p in read("def main(args, other): pass").parameters] == ["args", "other"]


def test_rest() -> None:
    found = read("def main(x: int, **rest): pass")
    assert found.rest
    assert [p.name for p in found.parameters] == ["x"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("async def main(): pass", "async"),
        ("def main(*args): pass", r"\*args"),
        ("def main(a, /): pass", "before a /"),
        ("main = lambda x: x", "not made with def"),
        ("class main: pass", "not made with def"),
        ("def crop(): pass", "no cell makes a function main.*crop"),
    ],
)
def test_what_cannot_be_called_with_one_object(body: str, words: str) -> None:
    with pytest.raises(BadCell, match=words):
        read(body)
