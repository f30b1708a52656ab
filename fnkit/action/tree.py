"""A folder of libraries as an installer left it: what is never used is taken out, the rest is listed."""

import fnmatch
import re
import tomllib
from collections.abc import Mapping, Sequence
from email import message_from_string
from importlib import resources
from pathlib import Path
from typing import Any

from fnkit.action.installed import canonical_name
from fnkit.core.canonical import sha256, tree_digest


def fat() -> dict[str, list[str]]:
    """Patterns of paths that no action needs, by package."""
    table: dict[str, list[str]] = tomllib.loads(
        resources.files("fnkit.action").joinpath("fat.toml").read_text("utf-8")
    )
    return table


def prune(tree: Path) -> None:
    """Take out what is never used at run time, and what says when and where this was made."""
    patterns = [pattern for patterns in fat().values() for pattern in patterns]
    useless = re.compile("|".join(map(fnmatch.translate, patterns)))
    for path in sorted(tree.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif useless.match(path.relative_to(tree).as_posix()):
            path.unlink()


def index(tree: Path) -> dict[str, Any]:
    """`{"digest", "files": [{"path", "sha256", "size"}], "licences", "weights"}`; the files become read-only.

    `digest` is the layer's; `weights` has bytes by package, `licences` a short name for each.
    """
    files: list[dict[str, Any]] = []
    weights: dict[str, int] = {}
    for path in sorted(path for path in tree.rglob("*") if path.is_file()):
        inner, content = path.relative_to(tree).as_posix(), path.read_bytes()
        path.chmod(0o444)  # it may be linked to from elsewhere
        files.append({"path": inner, "sha256": sha256(content), "size": len(content)})
        top = inner.split("/")[0].removesuffix(".libs").removesuffix(".py")
        weights[top] = weights.get(top, 0) + len(content)
    licences = {}
    for path in tree.glob("*.dist-info/METADATA"):
        fields = message_from_string(path.read_text("utf-8", "replace"))
        licences[canonical_name(str(fields["Name"]))] = _licence(dict(fields), fields.get_all("Classifier") or [])
    digest = tree_digest((row["path"], row["sha256"], False) for row in files)
    return {"digest": digest, "files": files, "licences": licences, "weights": weights}


def _licence(fields: Mapping[str, Any], classifiers: Sequence[str]) -> str:
    """A short name: SPDX where it is given, else the classifier, else the first line of the old field."""
    if expression := fields.get("License-Expression"):
        return str(expression)
    for classifier in classifiers:
        if classifier.startswith("License ::"):
            return classifier.rsplit(" :: ", 1)[-1]
    return str(fields.get("License") or "not stated").strip().split("\n")[0][:60]
