"""The libraries of a layer: what is ever used of what an installer left, copied and listed."""

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from email import message_from_string
from importlib import resources
from pathlib import Path
from typing import Any

from fnkit.action.installed import canonical_name
from fnkit.core.canonical import sha256, tree_digest


def fat() -> dict[str, list[str]]:
    """Patterns of paths that no action needs, by package."""
    import tomllib

    table: dict[str, list[str]] = tomllib.loads(fat_text())
    return table


def fat_text() -> str:
    """The file that has them."""
    return resources.files("fnkit.action").joinpath("fat.toml").read_text("utf-8")


def gather(installed: Path, tree: Path) -> dict[str, Any]:
    """Copy what may be used at run time of what an installer left in `installed` to `tree`, and list it.

    `{"digest", "files": [{"path", "sha256", "size"}], "licences", "weights"}`: `digest` is the layer's, `weights`
    has bytes by package, `licences` a short name for each. What says when and where this was made stays behind.
    The copies are read-only, since others link to them; none is itself a link into an installer's cache, where
    whoever edits his environment would change it.
    """
    paths = sorted(_used(installed))
    for folder in {(tree / inner).parent for inner in paths}:
        folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as threads:  # who reads, hashes or writes lets go of the interpreter
        files = list(threads.map(lambda inner: _copied(installed / inner, tree / inner, inner), paths))
    weights: dict[str, int] = {}
    for row in files:
        top = row["path"].split("/")[0].removesuffix(".libs").removesuffix(".py")
        weights[top] = weights.get(top, 0) + row["size"]
    licences = {}
    for path in tree.glob("*.dist-info/METADATA"):
        fields = message_from_string(path.read_text("utf-8", "replace"))
        licences[canonical_name(str(fields["Name"]))] = _licence(dict(fields), fields.get_all("Classifier") or [])
    digest = tree_digest((row["path"], row["sha256"], False) for row in files)
    return {"digest": digest, "files": files, "licences": licences, "weights": weights}


def _copied(source: Path, place: Path, inner: str) -> dict[str, Any]:
    content = source.read_bytes()
    place.write_bytes(content)
    place.chmod(0o444)
    return {"path": inner, "sha256": sha256(content), "size": len(content)}


def _used(installed: Path) -> Iterator[str]:
    """Paths of the files that no pattern of `fat` takes out."""
    patterns = [pattern for patterns in fat().values() for pattern in patterns]
    useless = re.compile("|".join(map(fnmatch.translate, patterns)))
    for path in installed.rglob("*"):
        inner = path.relative_to(installed).as_posix()
        if path.is_file() and not useless.match(inner):
            yield inner


def _licence(fields: Mapping[str, Any], classifiers: Sequence[str]) -> str:
    """A short name: SPDX where it is given, else the classifier, else the first line of the old field."""
    if expression := fields.get("License-Expression"):
        return str(expression)
    for classifier in classifiers:
        if classifier.startswith("License ::"):
            return classifier.rsplit(" :: ", 1)[-1]
    return str(fields.get("License") or "not stated").strip().split("\n")[0][:60]
