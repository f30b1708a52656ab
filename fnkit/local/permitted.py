"""The folders that permits opened, each for one trigger: a permit lives as long as the server, a feed longer."""

from fnkit.local.store import Store


class Permitted:
    """What is kept of permits."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, place: tuple[str, str], store: str) -> None:
        """The feed of a trigger (namespace, name) may watch that, in the transaction of this turn."""
        self._store.write(
            "INSERT OR REPLACE INTO permits (namespace, name, store) VALUES (?, ?, ?)", *place, store
        )

    def has(self, place: tuple[str, str], store: str) -> bool:
        """Whether it may."""
        query = "SELECT 1 FROM permits WHERE namespace = ? AND name = ? AND store = ?"
        return self._store.row(query, *place, store) is not None
