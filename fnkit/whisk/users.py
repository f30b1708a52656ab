"""The users of an embedded platform, asked with the key of its operator."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote

from fnkit.core.entities import Json
from fnkit.whisk.messages import Request, Transport
from fnkit.whisk.resource import parsed

ROOT = "/fnkit/v1/users"


@dataclass(frozen=True, slots=True)
class User:
    """A namespace of the platform and what it may. Its key is in `props` and nowhere else."""

    name: str
    blocked: bool
    limits: Mapping[str, int]
    """`invocationsPerMinute`, `firesPerMinute`, `concurrentInvocations`."""
    props: Path
    """The file that opens the namespace, for `WSK_CONFIG_FILE`."""

    @classmethod
    def from_json(cls, item: Mapping[str, Json]) -> Self:
        """Read an answer."""
        return cls(item["name"], item["blocked"], item["limits"], Path(item["props"]))


@dataclass(frozen=True, slots=True)
class Users:
    """Users behind a transport that has the operator's key."""

    transport: Transport

    def list(self) -> tuple[User, ...]:
        """All of them, by name."""
        request = Request("GET", ROOT, "users", repeatable=True)
        return tuple(map(User.from_json, parsed(request, self.transport.send(request))["users"]))

    def get(self, name: str) -> User:
        """One of them. Raises Missing."""
        return self._ask(self._request("GET", name, repeatable=True))

    def create(self, name: str, limits: Mapping[str, Json] | None = None) -> User:
        """A new one with a key of its own. Raises Conflict where there is one of that name."""
        return self._ask(self._request("PUT", name, body={"limits": dict(limits or {})}, expected=(201,)))

    def change(self, name: str, *, blocked: bool | None = None, limits: Mapping[str, Json] | None = None) -> User:
        """Block it or let it in again, set some of its limits. Raises Missing."""
        body: dict[str, Json] = {"limits": dict(limits or {})}
        if blocked is not None:
            body["blocked"] = blocked
        return self._ask(self._request("POST", name, body=body, repeatable=True))

    def delete(self, name: str) -> User:
        """Forget it; what it deployed stays. Raises Missing."""
        return self._ask(self._request("DELETE", name))

    def _request(
        self,
        method: str,
        name: str,
        *,
        body: Json = None,
        expected: tuple[int, ...] = (200,),
        repeatable: bool = False,
    ) -> Request:
        path = f"{ROOT}/{quote(name, safe='')}"
        return Request(method, path, f"user {name}", body=body, expected=expected, repeatable=repeatable)

    def _ask(self, request: Request) -> User:
        return User.from_json(parsed(request, self.transport.send(request)))
