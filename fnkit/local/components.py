"""`exec` of a sequence. Source: Exec.scala, FullyQualifiedEntityName.scala."""

from dataclasses import dataclass
from typing import Self

from fnkit.core.entities import Json
from fnkit.local.rejected import malformed
from fnkit.local.steps import segments

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
        paths = []
        for path in value:
            names = segments(path) if isinstance(path, str) else None
            if names is None or len(names) > 3:
                raise malformed("fully qualified name malformed")
            if len(names) < 2:
                raise malformed("requirement failed: path malformed")
            paths.append("/" + "/".join([namespace if names[0] == "_" else names[0], *names[1:]]))
        return cls(tuple(paths))
