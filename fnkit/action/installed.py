"""Which installed distribution a module's file belongs to, and what that needs in turn.

Both mean reading what every distribution says of itself, and are remembered until one comes, goes or changes.
"""

import json
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fnkit.action.memory import remembered
from fnkit.core.entities import Json

if TYPE_CHECKING:
    from importlib.metadata import Distribution


def canonical_name(name: str) -> str:
    """A distribution's name as registries compare it. Source: PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def records() -> Mapping[str, str]:
    """Distribution → its list of files, one a line. Without editable installs: no registry has them."""
    from importlib import metadata

    found: dict[str, str] = {}
    for distribution in metadata.distributions():
        text = distribution.read_text("RECORD")
        if text and not _editable(distribution):
            folder = Path(str(getattr(distribution, "_path", ""))).name
            name = folder.partition("-")[0] or distribution.metadata["Name"]
            found.setdefault(canonical_name(name), f"\n{text}")
    return found


def owner(module: str, known: Mapping[str, str]) -> str | None:
    """The distribution that a dotted module comes from: by its file, since a top name (`google`) may be shared."""
    parts = module.split(".")
    for count in range(len(parts), 0, -1):
        path = "/".join(parts[:count])
        owners = [name for name, text in known.items() if f"\n{path}/" in text or f"\n{path}." in text]
        if len(owners) == 1:
            return owners[0]
        if owners:
            whole = [name for name in owners if f"\n{path}/__init__.py" in known[name]]
            return whole[0] if len(whole) == 1 else None
    return None


def owners(modules: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """Dotted module → the name and version of the distribution that it comes from; without those of none."""

    def ask() -> Json:
        from importlib import metadata

        known = records()
        found = {module: owner(module, known) for module in modules}
        return {module: [name, _public(metadata.version(name))] for module, name in found.items() if name}

    answer = _known("owners", modules, ask)
    return {module: (name, version) for module, (name, version) in answer.items()}


def needed(names: Sequence[str]) -> Mapping[str, str]:
    """Distribution → version, of `names` and of all that they need in turn, as far as that is installed here."""
    return dict(_known("needed", names, lambda: dict(_needed(names))))


def _needed(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    from importlib import metadata

    waiting, seen = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        yield name, _public(distribution.version)
        wanted = [each for each in distribution.requires or () if "extra ==" not in each]
        waiting += [canonical_name(found[0]) for each in wanted if (found := re.match(r"[\w.-]+", each))]


def _public(version: str) -> str:
    """Without what a registry does not know: `2.0+cpu` is its 2.0."""
    return version.partition("+")[0]


def _known(kind: str, asked: Sequence[str], answer: Callable[[], Json]) -> Json:
    """The answer, remembered until something is installed, upgraded or taken away, as far as that can be seen."""
    try:
        state = [sys.version, *(row for place in sys.path for row in _state(place or os.curdir))]
    except OSError:
        return answer()
    return remembered(kind, [state, list(asked)], answer)


def _state(place: str) -> list[list[Json]]:
    """When what is in a place of sys.path came: a folder's distributions one by one, an archive as a whole."""
    try:
        about = Path(place).stat()
    except FileNotFoundError:
        return []
    if not stat.S_ISDIR(about.st_mode):
        return [[place, about.st_mtime_ns, about.st_size]]
    with os.scandir(place) as inside:
        found = [each for each in inside if each.name.endswith((".dist-info", ".egg-info"))]
    return sorted([each.path, each.stat().st_mtime_ns] for each in found)


def _editable(distribution: "Distribution") -> bool:
    text = distribution.read_text("direct_url.json")
    return text is not None and "dir_info" in json.loads(text)
