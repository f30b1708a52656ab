"""The libraries of an action: resolved once, laid out once, remembered by content."""

import fnmatch
import json
import os
import platform
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_string
from importlib import resources
from pathlib import Path
from typing import Any

from fnkit.action.bundle import Layer, LayerFile
from fnkit.action.installed import canonical_name
from fnkit.action.resolve import installer, resolved
from fnkit.action.spec import Requirement
from fnkit.action.target import Target
from fnkit.core import places
from fnkit.core.canonical import canonical, sha256


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


def vendored(requirements: Sequence[str], constraints: Sequence[str], target: Target) -> Libraries:
    """The libraries layer for `target`, made now or found where it was made before.

    Raises MissingPackage where a library does not exist, or has no wheel for the target.
    """
    if not requirements:
        return Libraries(None, (), (), None, {})
    needed, provided = _resolved_once(requirements, constraints, target)
    folder = _laid_out(needed, target)
    image = _laid_out(provided, target)
    if folder is None:
        return Libraries(None, (), _licensed(provided, image), image / "tree" if image else None, {})
    index = json.loads((folder / "index.json").read_text("utf-8"))
    files = tuple(
        LayerFile(row["path"], row["sha256"], row["size"], folder / "tree" / row["path"]) for row in index["files"]
    )
    layer = Layer("libraries", files, folder / "packed.zip", folder / "tree")
    return Libraries(
        layer,
        _licensed(needed, folder),
        _licensed(provided, image),
        image / "tree" if image else None,
        index["weights"],
    )


def _resolved_once(
    requirements: Sequence[str], constraints: Sequence[str], target: Target
) -> tuple[tuple[Requirement, ...], tuple[Requirement, ...]]:
    """As `resolve.resolved`, remembered: the same question has the same answer, until the cache is emptied."""
    question = [list(requirements), list(constraints), target.python, _platform(target), dict(target.packages)]
    memory = places.cache() / "resolutions" / f"{sha256(canonical(question))}.json"
    if not memory.is_file():
        answer = [
            [[pin.name, pin.version] for pin in pins] for pins in resolved(requirements, constraints, target)
        ]
        memory.parent.mkdir(parents=True, exist_ok=True)
        aside = memory.with_suffix(f".{os.getpid()}")
        aside.write_text(json.dumps(answer), "utf-8")
        aside.replace(memory)
    needed, provided = json.loads(memory.read_text("utf-8"))
    return tuple(Requirement(*pin) for pin in needed), tuple(Requirement(*pin) for pin in provided)


def _platform(target: Target) -> str:
    return target.platform or f"{sys.platform}-{platform.machine()}"


def _licensed(pins: Sequence[Requirement], folder: Path | None) -> tuple[Requirement, ...]:
    if folder is None:
        return ()
    licences = json.loads((folder / "index.json").read_text("utf-8"))["licences"]
    return tuple(Requirement(pin.name, pin.version, licences.get(pin.name, "")) for pin in pins)


def _laid_out(pins: Sequence[Requirement], target: Target) -> Path | None:
    """The folder with `tree`, `index.json` and `packed.zip` of these pins; made aside and named at the end."""
    if not pins:
        return None
    key = sha256(canonical([[str(pin) for pin in pins], target.python, _platform(target), _fat()]))
    place = places.cache() / "libraries" / key
    if (place / "index.json").is_file():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".making-", dir=place.parent))
    try:
        installer().install(pins, aside / "tree", target)
        _pruned(aside / "tree")
        index = _index(aside / "tree")
        (aside / "index.json").write_text(json.dumps(index), "utf-8")
        aside.chmod(0o755)
        try:
            aside.rename(place)
        except OSError:
            if not (place / "index.json").is_file():  # else another process was first, with the same bytes
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return place


def _fat() -> dict[str, list[str]]:
    table: dict[str, list[str]] = tomllib.loads(
        resources.files("fnkit.action").joinpath("fat.toml").read_text("utf-8")
    )
    return table


def _pruned(tree: Path) -> None:
    """Take out what is never used at run time, and what says when and where this was made."""
    patterns = [pattern for patterns in _fat().values() for pattern in patterns]
    for path in sorted(tree.rglob("*"), reverse=True):
        inner = path.relative_to(tree).as_posix()
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif any(fnmatch.fnmatchcase(inner, pattern) for pattern in patterns):
            path.unlink()


def _index(tree: Path) -> dict[str, Any]:
    """All files with hashes and sizes, bytes by package, and licences."""
    paths = sorted(path for path in tree.rglob("*") if path.is_file())
    files = [
        {
            "path": path.relative_to(tree).as_posix(),
            "sha256": sha256(path.read_bytes()),
            "size": path.stat().st_size,
        }
        for path in paths
    ]
    licences = {}
    for path in tree.glob("*.dist-info/METADATA"):
        fields = message_from_string(path.read_text("utf-8", "replace"))
        licences[canonical_name(str(fields["Name"]))] = _licence(dict(fields), fields.get_all("Classifier") or [])
    weights: dict[str, int] = {}
    for row in files:
        top = str(row["path"]).split("/")[0].removesuffix(".libs").removesuffix(".py")
        weights[top] = weights.get(top, 0) + int(str(row["size"]))
    return {"files": files, "licences": licences, "weights": weights}


def _licence(fields: Mapping[str, Any], classifiers: Sequence[str]) -> str:
    """A short name: SPDX where it is given, else the classifier, else the first line of the old field."""
    if expression := fields.get("License-Expression"):
        return str(expression)
    for classifier in classifiers:
        if classifier.startswith("License ::"):
            return classifier.rsplit(" :: ", 1)[-1]
    return str(fields.get("License") or "not stated").strip().split("\n")[0][:60]
