"""Names as OpenWhisk spells them: entities, packages, namespaces, kinds.

Source: apache/openwhisk EntityPath.scala, EntityName; docs/reference.md.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

from fnkit.core.errors import BadArgument

LONGEST = 256
ENTITY = re.compile(r"\A([A-Za-z0-9_]|[A-Za-z0-9_][A-Za-z0-9_@ .&-]*[A-Za-z0-9_@.&-])\Z")

JOIN = "/whisk.system/fnkit/join"
"""What a conductor on an embedded platform calls to wait for branches; `/_/fnkit/join` is the action elsewhere."""
FLOW = "fnkit-flow"
"""The annotation of a conductor that holds its flow as JSON."""
DESTINATION = "fnkit-destination"
"""That of the conductor round a target: where its outcome goes."""


def legal(name: str) -> bool:
    """True where `name` may be the name of an action, a package or a namespace."""
    return len(name) <= LONGEST and ENTITY.match(name) is not None


@dataclass(frozen=True, slots=True)
class ActionName:
    """A name as a person types it: `name`, `package/name`, `/namespace/name`, `/namespace/package/name`.

    `namespace` is `_` where none was given: the namespace of the key.
    """

    name: str
    package: str | None = None
    namespace: str = "_"

    @classmethod
    def parse(cls, text: str) -> "ActionName":
        """Read a typed name. Raises BadArgument with the rule that it breaks."""
        namespace, *parts = _parts(text, "action")
        if not 1 <= len(parts) <= 2:
            raise BadArgument(
                f"Reading the action name {text!r}",
                "it is not of the form name, package/name or /namespace/package/name.",
            )
        return cls(parts[-1], parts[0] if len(parts) == 2 else None, namespace)

    @property
    def path(self) -> str:
        """`package/name` or `name`: what follows /actions/ in a URL, percent-encoded."""
        return "/".join(quote(part, safe="") for part in (self.package, self.name) if part)

    def __str__(self) -> str:
        name = f"{self.package}/{self.name}" if self.package else self.name
        return name if self.namespace == "_" else f"/{self.namespace}/{name}"


@dataclass(frozen=True, slots=True)
class EntityName:
    """The name of a package, a trigger or a rule as a person types it: `name` or `/namespace/name`.

    `namespace` is `_` where none was given: the namespace of the key.
    """

    name: str
    namespace: str = "_"

    @classmethod
    def parse(cls, text: str, kind: str) -> "EntityName":
        """Read the typed name of a `kind` (`trigger`). Raises BadArgument with the rule that it breaks."""
        namespace, *parts = _parts(text, kind)
        if len(parts) != 1:
            raise BadArgument(
                f"Reading the {kind} name {text!r}", "it is not of the form name or /namespace/name."
            )
        return cls(parts[0], namespace)

    def __str__(self) -> str:
        return self.name if self.namespace == "_" else f"/{self.namespace}/{self.name}"


def _parts(text: str, kind: str) -> list[str]:
    """The namespace and the names below it, each of them legal."""
    parts = text[1:].split("/") if text.startswith("/") else ["_", *text.split("/")]
    for part in parts:
        if not legal(part):
            raise BadArgument(
                f"Reading the {kind} name {text!r}",
                f"{part!r} is not a legal name.",
                "Use up to 256 letters, digits and _ @ . & - and spaces; start with a letter, digit or _.",
            )
    return parts
