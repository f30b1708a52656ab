"""A traceback's lines of the action file, as cell and line."""

import re
from collections.abc import Iterable, Sequence

from fnkit.action.spec import Origin

# OpenWhisk's launcher imports the action file as `main__`.
_LINE = re.compile(r'File "(?P<path>[^"]*?(?:__main__|main__|exec__main)\.py)", line (?P<line>\d+)')


def origins_from_json(rows: Iterable[Sequence[object]]) -> tuple[Origin, ...]:
    """Origins as the manifest and the annotation `fnkit` have them."""
    return tuple(Origin(int(str(a)), int(str(b)), str(label), int(str(d))) for a, b, label, d in rows)


def located(origins: Iterable[Origin], line: int) -> tuple[str, int] | None:
    """(`In [5]`, its line) for a line of the action file, None where fnkit wrote that line."""
    for origin in origins:
        if origin.line <= line < origin.line + origin.count:
            return origin.label, origin.origin_line + line - origin.line
    return None


def mapped(text: str, origins: Iterable[Origin]) -> str:
    """A traceback (or any text) with `In [5], line 3` for each place in the action file that came from a cell."""
    known = tuple(origins)

    def place(match: re.Match[str]) -> str:
        found = located(known, int(match["line"]))
        return f"{found[0]}, line {found[1]}" if found else match[0]

    return _LINE.sub(place, text)
