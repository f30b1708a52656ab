"""Which installed distribution a module's file belongs to."""

import json
import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path


def canonical_name(name: str) -> str:
    """A distribution's name as registries compare it. Source: PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def records() -> Mapping[str, str]:
    """Distribution → its list of files, one a line. Without editable installs: no registry has them."""
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


def _editable(distribution: metadata.Distribution) -> bool:
    text = distribution.read_text("direct_url.json")
    return text is not None and "dir_info" in json.loads(text)
