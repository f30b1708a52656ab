"""`exec` of a sequence. Source: Exec.scala, FullyQualifiedEntityName.scala."""

from dataclasses import dataclass
from typing import Self

from fnkit.core.entities import Json
from fnkit.local.references import Reference
from fnkit.local.rejected import malformed

SEQUENCE = "sequence"
"""The kind of an action that is a list of others."""


@dataclass(frozen=True, slots=True)
class Components:
    """A checked `exec` of a sequence."""

    paths: tuple[str, ...]
    """`/namespace/[package/]name` of each."""
    kind: str = SEQUENCE
    code: str = ""

    def to_json(self) -> dict[str, Json]:
        """As in a document."""
        return {"kind": self.kind, "components": list(self.paths)}

    @classmethod
    def read(cls, value: Json, namespace: str) -> Self:
        """Read `exec.components`; `namespace` is what `_` means. Raises Rejected 400."""
        if value is None:
            raise malformed("'components' must be defined for sequence kind")
        if not isinstance(value, list):
            raise malformed("'components' must be an array")
        paths = [f"/{Reference.read(path, namespace)}" for path in value]
        if any(path.count("/") > 3 for path in paths):
            raise malformed("fully qualified name malformed")
        return cls(tuple(paths))
