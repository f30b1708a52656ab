"""The positions of running sequences and compositions on disk, and the records that they end as."""

import logging
from collections.abc import Callable

from fnkit.core.entities import Json
from fnkit.local.activations import Activations
from fnkit.local.conductors import BROKEN
from fnkit.local.jobs import Status
from fnkit.local.position import Position
from fnkit.local.records import STOPPED, Record
from fnkit.local.steps import Answer, Ending
from fnkit.local.store import Store
from fnkit.local.tables import POSITIONS

_LOG = logging.getLogger(__name__)
_WITHIN = (
    "WITH RECURSIVE chain (id) AS"
    " (SELECT ? UNION SELECT positions.id FROM positions JOIN chain ON cause = chain.id)"
    " SELECT id, document FROM positions JOIN chain USING (id)"
)
"""A position and those within it."""


class Positions:
    """The positions on disk."""

    def __init__(self, store: Store, activations: Activations) -> None:
        self._store = store
        self._activations = activations

    def save(self, position: Position) -> None:
        """Keep it, in the transaction of this turn."""
        fresh = not position.kept
        position.kept = True
        self._store.keep(POSITIONS, position.id, position.cause, position.to_text(), fresh=fresh)

    def begin_join(self, outer: Position, arguments: Json) -> Position:
        """The join of branches as a step of `outer`, kept in the transaction of this turn."""
        position = Position.joining(outer, arguments)
        self.save(position)
        return position

    def then(self, told: Callable[[Exception | None], None]) -> None:
        """Call `told` when everything written so far is on disk, or with what kept it from there."""
        self._store.then(told)

    def end(self, position: Position) -> Record:
        """Put its record in its place, in the transaction of this turn."""
        record = position.record()
        self._activations.write(record)
        self._store.drop(POSITIONS, position.id)
        return record

    def fail(self, position: Position) -> None:
        """End it and those within it as platform errors, in the transaction of this turn."""
        for name, text in self._store.rows(_WITHIN, position.id):
            one = position if name == position.id else _read(name, text)
            if one is None:
                self._lose(name, text)
            else:
                self._activations.write(one.record(BROKEN))
                self._store.drop(POSITIONS, name)

    def recover(self) -> None:
        """Have records of a platform error where one cannot be read, so that all others go on."""
        rows = self._store.rows("SELECT id, document FROM positions")
        lost = [(name, text) for name, text in rows if _read(name, text) is None]
        for name, text in lost:
            self._lose(name, text)
        if lost:
            self._store.commit()

    def _lose(self, name: str, text: str) -> None:
        try:
            self._activations.write(Position.cut_off(text).record())
        except Exception:  # noqa: BLE001 - whose it was cannot be read either
            _LOG.exception("activation %s has no record", name)
        self._store.drop(POSITIONS, name)

    def ended(self, namespace: str, activation_id: str) -> bool:
        """Whether a step has its record."""
        return self._activations.ending(namespace, activation_id) is not None

    def ending(self, namespace: str, activation_id: str) -> Ending:
        """How a step ended."""
        found = self._activations.ending(namespace, activation_id)
        if found is None:  # its record was too old to keep
            return Ending(activation_id, Answer.fault(STOPPED, Status.INTERNAL_ERROR), 0, None)
        return Ending.of(*found)

    def find(self, activation_id: str) -> Position | None:
        """The position of that id, None where it has ended or never was one."""
        row = self._store.find(POSITIONS, activation_id, "document")
        return Position.from_text(row[0]) if row else None

    def outermost(self) -> list[Position]:
        """Those that are no step of another, and can be read."""
        rows = self._store.rows("SELECT id, document FROM positions WHERE cause IS NULL ORDER BY id")
        return [one for one in (_read(*row) for row in rows) if one is not None]


def _read(name: str, text: str) -> Position | None:
    """The position; None, and the log says so, where it cannot be read."""
    try:
        return Position.from_text(text)
    except Exception as fault:  # noqa: BLE001 - whatever is wrong with it, it is one of many
        _LOG.error("how far the activation %s is cannot be read: %s", name, type(fault).__name__)
        return None
