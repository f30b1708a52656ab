"""The records of what ran, in the store."""

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from fnkit.core.entities import Json
from fnkit.local.jobs import Job, Status
from fnkit.local.records import Imprint, Record, join, record_of_stopped, split_times, summary
from fnkit.local.retention import USUAL, Keep, Retention
from fnkit.local.store import Store
from fnkit.local.tables import ACCEPTED, ACTIVATIONS

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which activations of a namespace: by name, and by start in ms, both ends included."""

    name: str | None = None
    since: int | None = None
    upto: int | None = None

    def where(self, namespace: str) -> tuple[str, list[Json]]:
        """The condition and its values."""
        terms: list[str] = ["namespace = ?"]
        values: list[Json] = [namespace]
        for term, value in (("name = ?", self.name), ("start >= ?", self.since), ("start <= ?", self.upto)):
            if value is not None:
                terms.append(term)
                values.append(value)
        return " AND ".join(terms), values


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A run that the end of the server cut off, to be begun again."""

    id: str
    namespace: str
    start: int
    again: Json
    common: Imprint


class Activations:
    """Records by id and by time. Nothing is acknowledged before it is on disk."""

    def __init__(self, store: Store, keep: Keep = USUAL) -> None:
        self._store = store
        self.retention = Retention(store, keep)
        self._promised: set[str] = set()

    async def save(self, record: Record) -> None:
        """Keep a record; returns when it is on disk."""
        self.write(record)
        await self._store.committed()

    def then(self, tell: Callable[[Exception | None], None]) -> None:
        """Call `tell` when everything written so far is on disk, or with what kept it from there."""
        self._store.then(tell)

    async def committed(self) -> None:
        """Return when everything written so far is on disk."""
        await self._store.committed()

    async def accept(self, job: Job, common: Imprint, again: Json = None) -> None:
        """As `promise`; returns when it is on disk."""
        self.promise(job, common, again)
        await self._store.committed()

    def promise(self, job: Job, common: Imprint, again: Json = None) -> None:
        """Keep that a job was promised: should the server die before its end, a restart makes it a record.

        Where it is to be run again instead, `again` says of what: `interrupted` gives it back.
        """
        self._promised.add(job.activation_id)
        self._store.keep(
            ACCEPTED,
            job.activation_id,
            job.namespace,
            common.filter_name,
            job.received_ms,
            common.text,
            common.cause,
            None if again is None else json.dumps(again),
            fresh=True,
        )

    def forget(self, activation_id: str) -> None:
        """What was promised did not come to disk, and does not run."""
        self._promised.discard(activation_id)

    def recover(self) -> int:
        """Turn what was promised and never ended into records of a platform error; gives how many."""
        # A step is run again by the sequence or composition that it is one of.
        steps = "again IS NOT NULL AND cause IS NOT NULL"
        if self._store.row(f"SELECT 1 FROM accepted WHERE {steps} LIMIT 1"):
            self._store.write(f"DELETE FROM accepted WHERE {steps}")
        query = "SELECT id, namespace, start, name, imprint, cause FROM accepted WHERE again IS NULL"
        rows = self._store.rows(query)
        self._promised.update(row[0] for row in rows)
        for activation_id, namespace, start, *common in rows:
            self.write(record_of_stopped(activation_id, namespace, start, Imprint(*common)))
        self._store.commit()
        return len(rows)

    def interrupted(self) -> list[Interrupted]:
        """The promises that are to be kept now, after a restart; one that cannot be read is a platform error."""
        query = "SELECT id, namespace, start, name, imprint, cause, again FROM accepted WHERE again IS NOT NULL"
        rows = self._store.rows(query)
        self._promised.update(row[0] for row in rows)
        found = []
        for run, namespace, start, *common, again in rows:
            try:
                found.append(Interrupted(run, namespace, start, json.loads(again), Imprint(*common)))
            except (ValueError, RecursionError) as fault:
                _LOG.error("what the activation %s runs cannot be read: %s", run, type(fault).__name__)
                self.write(record_of_stopped(run, namespace, start, Imprint(*common)))
        self._store.commit()
        return found

    def known(self, namespace: str, activation_id: str) -> bool:
        """Whether a run of that id was promised or has ended."""
        return activation_id in self._promised or self.ending(namespace, activation_id) is not None

    def get(self, namespace: str, activation_id: str) -> str | None:
        """The whole record as JSON text, None where there is none."""
        row = self._parts(namespace, activation_id, "head", "response", "logs")
        return join(*row) if row else None

    def ending(self, namespace: str, activation_id: str) -> tuple[str, int, str] | None:
        """Head, status and response of a record, None where there is none."""
        row = self._parts(namespace, activation_id, "head", "status", "response")
        return (row[0], int(row[1]), row[2]) if row else None

    def response(self, namespace: str, activation_id: str) -> str | None:
        """`response` of a record as JSON text."""
        row = self._parts(namespace, activation_id, "response")
        return str(row[0]) if row else None

    def logs(self, namespace: str, activation_id: str) -> str | None:
        """`logs` of a record as JSON text."""
        row = self._parts(namespace, activation_id, "logs")
        return str(row[0]) if row else None

    def several(self, namespace: str, ids: Iterable[str], column: Literal["status", "logs"]) -> dict[str, Json]:
        """One column of many records in one look, by id; those that there are."""
        # With the + the ids are looked up one by one; the index of the namespace would be read as a whole.
        query = (
            f"SELECT id, {column} FROM activations WHERE id IN (SELECT value FROM json_each(?)) AND +namespace = ?"
        )
        return dict(self._store.rows(query, json.dumps([*ids]), namespace))

    def times(self, namespace: str, activation_id: str) -> dict[str, Json] | None:
        """How the run began and where its time went (ms)."""
        row = self._parts(namespace, activation_id, "began", "head")
        return {"began": row[0] or None, **split_times(json.loads(row[1]))} if row else None

    def _parts(self, namespace: str, activation_id: str, *columns: str) -> Sequence[str] | None:
        row = self._store.find(ACTIVATIONS, activation_id, "namespace", *columns)
        return row[1:] if row and row[0] == namespace else None

    def count(self, namespace: str, wanted: Filter) -> int:
        """How many there are; where times are asked for, they are counted one by one."""
        if wanted.since is None and wanted.upto is None:
            where, values = wanted.where(namespace)
            return int(self._store.row(f"SELECT coalesce(sum(count), 0) FROM totals WHERE {where}", *values)[0])
        where, values = wanted.where(namespace)
        return int(self._store.row(f"SELECT count(*) FROM activations WHERE {where}", *values)[0])

    def summaries(self, namespace: str, wanted: Filter, skip: int, limit: int) -> list[dict[str, Json]]:
        """List items, newest first."""
        rows = self._listed("head, status", namespace, wanted, (skip, limit))
        return [summary(head, Status(status)) for head, status in rows]

    def records(self, namespace: str, wanted: Filter, skip: int, limit: int) -> list[str]:
        """Whole records as JSON texts, newest first."""
        rows = self._listed("head, response, logs", namespace, wanted, (skip, limit))
        return [join(*row) for row in rows]

    def _listed(self, columns: str, namespace: str, wanted: Filter, part: tuple[int, int]) -> list[Json]:
        where, values = wanted.where(namespace)
        skip, limit = part
        # The ids come from an index alone: what is skipped is never read.
        ids = f"SELECT id FROM activations WHERE {where} ORDER BY start DESC, id DESC LIMIT ? OFFSET ?"
        query = f"SELECT {columns} FROM activations WHERE id IN ({ids}) ORDER BY start DESC, id DESC"
        return self._store.rows(query, *values, limit, skip)

    def write(self, record: Record) -> None:
        """Keep a record in the transaction of this turn."""
        if record.id in self._promised:
            self._promised.discard(record.id)
            self._store.drop(ACCEPTED, record.id)
        size = len(record.head) + len(record.response) + len(record.logs)
        self._store.keep(
            ACTIVATIONS,
            record.id,
            record.namespace,
            record.filter_name,
            record.start,
            int(record.status),
            record.began,
            record.head,
            record.response,
            record.logs,
            size,
            fresh=True,
        )
        self.retention.added(size)
