"""A traceback's lines of the action file, as cell and line."""

import re
from collections.abc import Iterable, Sequence

from fnkit.action.spec import Origin

STAMP = re.compile(r"\A\d{4}-\d\d-\d\dT\S+ +(std(out|err): )?")
"""Of a log line: the time, in a field of 30 characters, and the stream, which OpenWhisk standalone leaves out."""
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
    """A traceback (or any text) as `told` tells its lines."""
    return "\n".join(told(text.split("\n"), origins))


def told(lines: Iterable[str], origins: Iterable[Origin]) -> list[str]:
    """Log lines with `In [5], line 3` for each place in the action file that came from a cell.

    Frames of what fnkit wrote there are left out, unless the error is in one.
    """
    known = tuple(origins)
    kept: list[str] = []
    wrapper: list[str] = []
    for line in lines:
        bare = STAMP.sub("", line)
        if bare.startswith('  File "'):
            wrapper = []
            place = _LINE.search(bare)
            if known and place and located(known, int(place["line"])) is None:
                wrapper = [line]
                continue
        elif wrapper and bare.startswith("    "):
            wrapper.append(line)
            continue
        kept += [*wrapper, _placed(line, known)]
        wrapper = []
    return kept + wrapper


def _placed(line: str, known: tuple[Origin, ...]) -> str:

    def place(match: re.Match[str]) -> str:
        found = located(known, int(match["line"]))
        return f"{found[0]}, line {found[1]}" if found else match[0]

    return _LINE.sub(place, line)
