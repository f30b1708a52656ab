"""Compiled forms of a layer's modules, taken over from where this Python has them: compiling is most of an import.

The cell ran here, so what it imports of its libraries was compiled here already, from the same files. The rest is
compiled where it is first imported: by the rehearsal, which leaves it beside the module as Python always does.
"""

import sys
from collections.abc import Iterable, Sequence
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from os import stat_result
from pathlib import Path

HEAD = 16
"""Bytes before the code. Source: PEP 552."""


def take(tree: Path, modules: Iterable[str], known: Sequence[str] | None = None) -> None:
    """Lay the compiled form beside those of `modules`, paths in `tree`, of which this interpreter has one.

    `known`: the folders in which the same files may lie, compiled (default: those of what is installed here).
    """
    folders = [*map(Path, _installed() if known is None else known)]
    for path in modules:
        ours = tree / path
        source = ours.read_bytes()
        code = next((found for folder in folders if (found := _code(folder / path, source))), None)
        if code is not None:
            place = Path(cache_from_source(str(ours)))
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(MAGIC_NUMBER + bytes(4) + _stamp(ours.stat()) + code)


def _installed() -> list[str]:
    return [folder for folder in sys.path if Path(folder).name in ("site-packages", "dist-packages")]


def _code(theirs: Path, source: bytes) -> bytes | None:
    """What this Python has compiled `theirs` to, None where it has not, or where that is another text."""
    try:
        if theirs.read_bytes() != source:
            return None
        made = Path(cache_from_source(str(theirs))).read_bytes()
        by_hash = len(made) > HEAD and made[4] & 1
        expected = source_hash(source) if by_hash else _stamp(theirs.stat())
    except OSError:
        return None
    return made[HEAD:] if made[:4] == MAGIC_NUMBER and made[8:HEAD] == expected else None


def _stamp(about: stat_result) -> bytes:
    """By which Python knows that a compiled form is of this file: its time and its size."""
    return b"".join((int(number) & 0xFFFFFFFF).to_bytes(4, "little") for number in (about.st_mtime, about.st_size))
