"""The libraries of an action: resolved once, laid out once, remembered by content."""

import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fnkit.action import bytecode, wheels
from fnkit.action.bundle import Layer, LayerFile
from fnkit.action.memory import keeping, note, recalled, remembered
from fnkit.action.resolve import installer, resolved
from fnkit.action.spec import Requirement
from fnkit.action.target import Target, running
from fnkit.action.tree import fat_text, gather
from fnkit.core import places
from fnkit.core.canonical import canonical, sha256
from fnkit.core.entities import Json


@dataclass(frozen=True, slots=True)
class Libraries:
    """What an action's imports come to on a target."""

    layer: Layer | None
    """None where everything is in the image, or nothing is needed."""
    requirements: tuple[Requirement, ...]
    provided: tuple[Requirement, ...]
    """What the target's image has of it; these lie in `image`."""
    image: Path | None
    """A folder with `provided`, for trying the action here."""
    weights: dict[str, int]
    """Package → bytes, not packed."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A folder of libraries, as `tree.gather` lists it."""

    tree: Path
    index: Mapping[str, Any]


def vendored(requirements: Sequence[str], constraints: Sequence[str], target: Target) -> Libraries:
    """The libraries layer for `target`, made now or found where it was made before.

    Raises MissingPackage where a library does not exist, or has no wheel for the target.
    """
    if not requirements:
        return Libraries(None, (), (), None, {})
    needed, provided = _resolved_once(requirements, constraints, target)
    travelling = _laid_out(needed, target)
    image = _laid_out(provided, target)
    there = image.tree if image else None
    if travelling is None:
        return Libraries(None, (), _licensed(provided, image), there, {})
    return Libraries(
        _layer(needed, travelling, target),
        _licensed(needed, travelling),
        _licensed(provided, image),
        there,
        travelling.index["weights"],
    )


def _layer(pins: Sequence[Requirement], made: LaidOut, target: Target) -> Layer:
    """For an embedded platform the files as they lie there; for any other with the wheels that hold them."""
    rows, tree = made.index["files"], made.tree
    held = {} if target.embedded else wheels.holders(pins, [row["path"] for row in rows], tree, target)
    files = tuple(
        LayerFile(row["path"], row["sha256"], row["size"], tree / row["path"], packed=held.get(row["path"]))
        for row in rows
    )
    return Layer("libraries", files, places.cache() / "packed" / f"{made.index['digest']}.zip", tree)


def _resolved_once(
    requirements: Sequence[str], constraints: Sequence[str], target: Target
) -> tuple[tuple[Requirement, ...], tuple[Requirement, ...]]:
    """As `resolve.resolved`, remembered: the same question has the same answer, until the cache is emptied."""
    question = [list(requirements), list(constraints), target.python, _platform(target), dict(target.packages)]

    def ask() -> Json:
        found = resolved(requirements, constraints, target)
        return [[[pin.name, pin.version] for pin in pins] for pins in found]

    needed, provided = remembered("resolutions", question, ask)
    return tuple(Requirement(*pin) for pin in needed), tuple(Requirement(*pin) for pin in provided)


def _platform(target: Target) -> str:
    return target.platform or f"{sys.platform}-{platform.machine()}"


def _licensed(pins: Sequence[Requirement], made: LaidOut | None) -> tuple[Requirement, ...]:
    if made is None:
        return ()
    licences = made.index["licences"]
    return tuple(Requirement(pin.name, pin.version, licences.get(pin.name, "")) for pin in pins)


def _laid_out(pins: Sequence[Requirement], target: Target) -> LaidOut | None:
    """The files of these pins, once by content: `trees/<digest of the layer>`, where a platform finds them too.

    They are made aside and named at the end; what the pins come to is noted last.
    """
    if not pins:
        return None
    key = sha256(canonical([[str(pin) for pin in pins], target.python, _platform(target), fat_text()]))
    listed, trees = places.cache() / "libraries" / f"{key}.json", places.cache() / "trees"
    known = recalled(listed)
    if known is not None and (trees / known["digest"]).is_dir():
        return LaidOut(trees / known["digest"], known)
    made = _made(pins, target, trees)
    note(listed, made.index)
    return made


@keeping("Laying out the libraries")
def _made(pins: Sequence[Requirement], target: Target, trees: Path) -> LaidOut:
    trees.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=trees) as aside:
        installed, fresh = Path(aside, "installed"), Path(aside, "tree")
        installer().install(pins, installed, target)
        index = gather(installed, fresh)
        if target.python == running():
            bytecode.take(fresh, [row["path"] for row in index["files"] if row["path"].endswith(".py")])
        place = trees / index["digest"]
        try:
            fresh.rename(place)
        except OSError:
            if not place.is_dir():  # else other pins, or another process, came to the same files
                raise
    return LaidOut(place, index)
