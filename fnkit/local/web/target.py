"""Which action a path under /api/v1/web/ names. Pure. Source: WebActions.scala, routes and handleMatch."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, unquote

from starlette.types import Scope

from fnkit.core.names import legal
from fnkit.local.web.answer import EXTENSIONS

_PREFIX = "/api/v1/web/"
_PATH_SAFE = "!$&'()*+,;=:@"


@dataclass(frozen=True, slots=True)
class Target:
    """A web action, and what more its path says."""

    namespace: str
    package: str | None
    """None where the path says `default`."""
    name: str
    extension: str
    """One of EXTENSIONS; `.http` where the path has none of them."""
    rest: str
    """What follows the name, with its slash, percent-encoded."""

    @classmethod
    def of(cls, scope: Scope) -> Self | None:
        """The target of a request; None where its path has no three names, and so is not for a web action."""
        if not scope["path"].startswith(_PREFIX):
            return None
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        parts = [unquote(part) for part in raw_path.decode("ascii", "replace").removeprefix(_PREFIX).split("/")]
        if len(parts) < 3 or not all(map(legal, parts[:3])):
            return None
        namespace, package, name = parts[:3]
        extension = next((one for one in EXTENSIONS if name.endswith(one)), "")
        rest = "".join("/" + quote(part, safe=_PATH_SAFE) for part in parts[3:])
        own_package = None if package == "default" else package
        return cls(namespace, own_package, name.removesuffix(extension), extension or ".http", rest)

    @property
    def names(self) -> tuple[str, ...]:
        """The action's name, after its package's."""
        return (self.package, self.name) if self.package else (self.name,)
