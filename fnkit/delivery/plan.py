"""What a deploy would do, decided from what is wanted and what is there. Pure: no I/O."""

from dataclasses import dataclass
from typing import Literal

from fnkit.action.spec import Requirement
from fnkit.core.names import ActionName

Change = Literal["create", "update", "unchanged"]
Carrier = Literal["zip", "layers"]
"""How it travels: one zip in a PUT, or missing layers by digest and then a small zip."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a deploy would do and why; `--dry-run` shows it."""

    name: ActionName
    host: str
    change: Change
    reasons: tuple[str, ...]
    """`code: 3f2a… → 9c01…`, `memory: 256 → 512 MB`; empty where nothing changes."""
    digest: str
    kind: str
    files: tuple[tuple[str, int], ...]
    """(path, bytes) of every file of the code layer, then of the other layers."""
    requirements: tuple[Requirement, ...]
    model: str
    """`movenet-multipose, from the shared cache`; empty where there is none."""
    carrier: Carrier
    size: int
    """Bytes of `exec.code`: base64, what the limit counts."""
    limit: int
    notes: tuple[str, ...] = ()
