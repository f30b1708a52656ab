"""Actions, packages and what else has a name: one name space per OpenWhisk namespace, kept in the store."""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fnkit.core.clock import now_ms
from fnkit.core.entities import Json
from fnkit.local.rejected import Rejected, missing, other_kind
from fnkit.local.store import Store

Kind = Literal["action", "package", "trigger", "rule"]

_COLUMNS = "namespace, name, kind, updated, revision, document"


@dataclass(frozen=True, slots=True)
class Entity:
    """One version of one entity, without its code."""

    namespace: str
    name: str
    """`name`, or `package/name` of an action in a package."""
    kind: Kind
    updated: int
    revision: str
    """New with every PUT; sorts by time."""
    document: Mapping[str, Json]
    """What the API shows, less namespace, name and updated."""

    @property
    def package(self) -> str | None:
        """The name of the package that it lies in."""
        return self.name.rpartition("/")[0] or None

    @property
    def path(self) -> str:
        """`namespace/package/name`."""
        return f"{self.namespace}/{self.name}"

    def to_json(self, **changed: Json) -> dict[str, Json]:
        """The document as the API answers it; `changed` replaces fields."""
        package, _, name = self.name.rpartition("/")
        place = f"{self.namespace}/{package}" if package else self.namespace
        own = {"namespace": place, "name": name, "updated": self.updated}
        return {**self.document, **own, **changed}


class Entities:
    """The entities of all namespaces. Writes are on disk when they return."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.generation = 0
        """Changes with every write: what was worked out from entities holds as long as it does."""

    def find(self, namespace: str, name: str) -> Entity | None:
        """The entity of that name, of whatever kind."""
        query = f"SELECT {_COLUMNS} FROM entities WHERE namespace = ? AND name = ?"
        row = self._store.row(query, namespace, name)
        return _entity(row) if row else None

    def get(self, namespace: str, name: str, kind: Kind) -> Entity:
        """The entity of that name and kind. Raises Rejected 404 or 409."""
        found = self.find(namespace, name)
        if found is None:
            raise missing()
        if found.kind != kind:
            raise other_kind()
        return found

    def code(self, entity: Entity) -> str:
        """The code of an action."""
        query = "SELECT code FROM codes WHERE namespace = ? AND name = ?"
        row = self._store.row(query, entity.namespace, entity.name)
        return str(row[0]) if row else ""

    def within(self, namespace: str, package: str) -> list[Entity]:
        """What lies in a package, newest first."""
        # "0" is the sign after "/".
        query = (
            f"SELECT {_COLUMNS} FROM entities WHERE namespace = ? AND name > ? AND name < ?"
            " ORDER BY updated DESC, revision DESC"
        )
        return [_entity(row) for row in self._store.rows(query, namespace, f"{package}/", f"{package}0")]

    def all(self, namespace: str, kind: Kind) -> list[Entity]:
        """All entities of one kind, newest first."""
        query = (
            f"SELECT {_COLUMNS} FROM entities WHERE namespace = ? AND kind = ?"
            " ORDER BY updated DESC, revision DESC"
        )
        return [_entity(row) for row in self._store.rows(query, namespace, kind)]

    async def put(
        self, kind: Kind, place: tuple[str, str], document: Mapping[str, Json], code: str | None = None
    ) -> Entity:
        """Keep a new version at `place` (namespace, name); without `code` an action keeps what it has."""
        namespace, name = place
        revision = f"{time.time_ns():016x}{secrets.token_hex(4)}"
        entity = Entity(namespace, name, kind, now_ms(), revision, document)
        self._store.write(
            f"INSERT INTO entities ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (namespace, name) DO UPDATE"
            " SET kind = excluded.kind, updated = excluded.updated, revision = excluded.revision,"
            " document = excluded.document",
            namespace,
            name,
            kind,
            entity.updated,
            revision,
            json.dumps(document, ensure_ascii=False),
        )
        if code is not None:
            self._store.write(
                "INSERT OR REPLACE INTO codes (namespace, name, code) VALUES (?, ?, ?)", namespace, name, code
            )
        self.generation += 1
        await self._store.committed()
        return entity

    def amend(self, entity: Entity, document: Mapping[str, Json]) -> None:
        """Change a document without a new version or time, in the transaction of this turn.

        A put, a delete or `committed` after it in the same turn brings it to disk.
        """
        self._store.write(
            "UPDATE entities SET document = ? WHERE namespace = ? AND name = ?",
            json.dumps(document, ensure_ascii=False),
            entity.namespace,
            entity.name,
        )

    async def committed(self) -> None:
        """Return when everything written so far is on disk."""
        await self._store.committed()

    async def delete(self, *entities: Entity) -> None:
        """Forget entities and their code, all or none."""
        for entity in entities:
            self._store.write(
                "DELETE FROM entities WHERE namespace = ? AND name = ?", entity.namespace, entity.name
            )
        self.generation += 1
        await self._store.committed()


def already_exists() -> Rejected:
    """409 of a PUT without overwrite."""
    return Rejected(409, "resource already exists")


def _entity(row: tuple[str, str, Kind, int, str, str]) -> Entity:
    return Entity(*row[:5], json.loads(row[5]))
