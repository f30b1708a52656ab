"""Which folders of this machine a feed may watch: those that somebody names who can read the data folder.

An action has its owner's key, and so has whoever is given one; the files of this machine are not for them. The
permit is a signature with the operator's key, which lies in the data folder and which no sandbox shows.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument
from fnkit.core.signatures import FOLDER, signed
from fnkit.events.sources import storage
from fnkit.local.keys import OPERATOR
from fnkit.local.platform import Platform
from fnkit.local.rejected import Rejected


def check(platform: Platform, place: tuple[str, str], body: Mapping[str, Json], known: str = "") -> None:
    """Nothing where the feed of a trigger may watch its store. Raises Rejected 403, BadArgument.

    `body` has `parameters` and `permit`, the signature of namespace, trigger and `store` as they are given;
    `known` is the store that the feed watches already.
    """
    given = (body.get("parameters") or {}).get("store")
    if not isinstance(given, str) or not given:
        return
    store = storage(given).store
    if not store.startswith("file://") or store == known:
        return
    folder = Path(store.removeprefix("file://"))
    tried = f"Watching {folder}"
    if overlap(folder, platform.keys.folder.root):
        raise BadArgument(tried, "the platform keeps its own data there.", "Watch another folder.")
    if not signed(str(body.get("permit")), f"{OPERATOR}:{platform.operator}", FOLDER, *place, given):
        found = "a key alone opens no folder of the platform's machine."
        advice = "Do it with fnkit there, as the user who runs the platform; or watch objects: or a bucket."
        raise Rejected(403, str(BadArgument(tried, found, advice)), False)


def overlap(folder: Path, data: Path) -> bool:
    """Whether what is told of a folder could be of the data folder; hidden names are never told."""
    here, kept = Path(os.path.realpath(folder)), Path(os.path.realpath(data))
    if here.is_relative_to(kept):
        return True
    return kept.is_relative_to(here) and not any(name[0] == "." for name in kept.relative_to(here).parts)
