"""Names of entities within bodies: `/namespace/name`, `/_/package/name`, or `{"path", "name"}`. Pure.

Source: FullyQualifiedEntityName.scala, EntityPath.scala.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from fnkit.core.entities import Json
from fnkit.core.names import legal
from fnkit.local.rejected import malformed

_TOO_SHORT = (
    "The fully qualified name of the entity must contain at least the namespace and the name of the entity."
)
_NO_NAME = "fully qualified name malformed"


@dataclass(frozen=True, slots=True)
class Reference:
    """A full name as a rule keeps it."""

    path: str
    """`namespace` or `namespace/package`."""
    name: str

    @classmethod
    def read(cls, value: Json, own: str) -> Self:
        """The name that a body gives; `_` is the namespace `own`. Raises Rejected 400."""
        if isinstance(value, str):
            *path, name = _segments(value, least=2)
        elif isinstance(value, dict) and isinstance(value.get("path"), str) and legal_text(value.get("name")):
            path, name = _segments(value["path"], least=1), value["name"]
        else:
            raise malformed(_NO_NAME)
        if path[0] == "_":
            path[0] = own
        return cls("/".join(path), name)

    @classmethod
    def from_json(cls, kept: Mapping[str, Json]) -> Self:
        """What `to_json` gave."""
        return cls(kept["path"], kept["name"])

    @property
    def namespace(self) -> str:
        """The first part of the path."""
        return self.path.partition("/")[0]

    @property
    def inner(self) -> str:
        """What follows the namespace: `name`, or `package/name`."""
        package = self.path.partition("/")[2]
        return f"{package}/{self.name}" if package else self.name

    def to_json(self) -> dict[str, Json]:
        """As in a document."""
        return {"path": self.path, "name": self.name}

    def __str__(self) -> str:
        return f"{self.path}/{self.name}"


def legal_text(value: Json) -> bool:
    """True for a text that may be a name."""
    return isinstance(value, str) and legal(value)


def segments(text: str) -> list[str] | None:
    """The names that a path holds, with slashes between, before or after; None where one of them is not legal."""
    names = [name for name in text.split("/") if name]
    return names if names and all(map(legal, names)) else None


def _segments(text: str, least: int) -> list[str]:
    parts = [part for part in text.split("/") if part]
    if not parts:
        raise malformed("requirement failed: path undefined")
    if not all(map(legal, parts)):
        raise malformed(f"requirement failed: path contains invalid parts WrappedArray({', '.join(parts)})")
    if len(parts) < least:
        raise malformed(f"requirement failed: {_TOO_SHORT}")
    return parts
