"""The platform's memory on disk: one SQLite database in WAL mode with one writer.

What is committed here survives `kill -9` of the server (and a power cut, with `full=True`). A commit of ours is a
line in the journal, one system call, so it is done at once; where it waits for the disk, the writes of one turn of
the event loop share it. SQLite's own commit, which costs ten times as much, comes a little later and takes many of
ours, and rows that come and go in between it never sees (`pending`).

Checkpoints run on another connection, in a thread of their own: in the committing connection they would take
4 to 14 ms now and then.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fnkit.local.journal import Journal, Write, to_line
from fnkit.local.migrations import MIGRATIONS, Migration, migrate
from fnkit.local.pending import Pending, bring
from fnkit.local.tables import Table

_LOG = logging.getLogger(__name__)
CHECKPOINT_EVERY = 4 * 1024 * 1024
"""Bytes written between two checkpoints, about."""
MOST = 256
"""Writes in the journal at which SQLite commits: some 3 ms, so rare that one call in a hundred never meets it."""
WITHIN = 0.25
"""Seconds after which it commits in any case."""
LARGE = 64 * 1024
"""Bytes of a line from which a commit of SQLite is no dearer."""
PER_WRITE = 3 * 4096
"""Bytes that a write adds to SQLite's log, about."""

Row = Sequence[Any]
Told = Callable[[Exception | None], None]
"""Hears that what was written is on disk, or why it is not."""


class Store:
    """An open database. All calls belong to the thread of the event loop."""

    def __init__(self, path: Path, full: bool = False, migrations: Sequence[Migration] = MIGRATIONS) -> None:
        self.full = full
        """Whether a commit waits for the disk."""
        self._pending = Pending()
        self._db = _connect(path)
        migrate(self._db, migrations)
        self._db.execute(f"PRAGMA synchronous = {'FULL' if full else 'NORMAL'}")
        self._journal = Journal(path.with_name(f"{path.name}-recent"), full)
        self._number: int = self.row("SELECT number FROM journal")[0]
        """Of the last commit of ours."""
        self._batch: list[Write] = []
        """Writes of this turn."""
        self._journaled = 0
        """Writes in the journal."""
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: list[Told] = []
        """Who is told of the next commit,"""
        self._safe: list[Told] = []
        """and those whose writes are on disk already."""
        self._since_checkpoint = 0
        self._wake: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._checkpointer = threading.Thread(
            target=_checkpoints, args=(path, self._wake), name="checkpoints", daemon=True
        )
        self._checkpointer.start()
        self._replay()
        self._flush()

    def rows(self, query: str, *values: Any) -> list[Any]:
        """All rows of a query; what was written in this turn is seen."""
        if self._pending.matters(query):
            self._tell_sqlite()
        return self._db.execute(query, values).fetchall()

    def row(self, query: str, *values: Any) -> Any:
        """The first row of a query, or None."""
        if self._pending.matters(query):
            self._tell_sqlite()
        return self._db.execute(query, values).fetchone()

    def find(self, table: Table, name: str, *columns: str) -> Row | None:
        """Columns of the row of that name in a table of kept rows, None where there is none."""
        known = self._pending.find(table, name)
        if known is not None:
            return tuple(known[table.columns.index(one)] for one in columns) if known else None
        query = f"SELECT {', '.join(columns)} FROM {table.name} WHERE {table.columns[0]} = ?"
        row: Row | None = self._db.execute(query, (name,)).fetchone()
        return row

    def write(self, statement: str, *values: Any) -> None:
        """Write in the commit of this turn: await `committed` before you tell. Values are text, numbers, None."""
        if self._pending.matters(statement):
            self._tell_sqlite()
        self._begin()
        try:
            self._db.execute(statement, values)
        except sqlite3.OperationalError as error:  # a full disk: SQLite may have undone the others' writes too
            self._undo()
            self._tell(error)
            raise
        self._batch.append((statement, values))

    def keep(self, table: Table, *values: Any, fresh: bool = False) -> None:
        """As `write`, a row that SQLite hears of later, or never; `fresh` where none of its name was there."""
        self._pending.keep(table, values, fresh)
        self._batch.append((table.keep, values))

    def drop(self, table: Table, name: str) -> None:
        """As `write`, the end of a row that was kept."""
        self._pending.drop(table, name)
        self._batch.append((table.drop, (name,)))

    async def committed(self) -> None:
        """Return when everything written so far is on disk. Raises OSError or sqlite3.Error where it is not."""
        if not self.full:
            self.commit()
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def told(fault: Exception | None) -> None:
            if not done.done():
                done.set_exception(fault) if fault else done.set_result(None)

        self.then(told)
        await done

    def then(self, told: Told) -> None:
        """As `committed`, for who cannot await it: `told` hears of the end, and what went wrong.

        What one turn of the loop brings shares a commit: the answers of many instances, at one write.
        """
        if not (self._waiting or self._safe):
            asyncio.get_running_loop().call_soon(self._commit_for_all)
        self._waiting.append(told)

    def commit(self) -> None:
        """Commit now. Raises OSError or sqlite3.Error where that cannot be: what was not committed is gone."""
        try:
            if self._batch:
                self._keep()
        except (sqlite3.Error, OSError) as error:
            self._undo()
            self._tell(error)
            raise
        if self._waiting:
            self._safe += self._waiting
            self._waiting = []

    def _commit_for_all(self) -> None:
        try:  # noqa: SIM105 - a context manager takes three calls more, once for each call
            self.commit()
        except (sqlite3.Error, OSError):
            pass  # they are told
        safe, self._safe = self._safe, []
        for told in safe:
            try:
                told(None)
            except Exception:  # noqa: BLE001 - the others have nothing to do with it
                _LOG.exception("after a commit")

    def close(self) -> None:
        """Commit, bring the log into the database and let go of the files."""
        try:
            self.commit()
            if self._timer is not None:
                self._timer.cancel()
            self._flush()
        finally:
            self._wake.put(False)
            self._checkpointer.join()
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()
        self._journal.close()

    def _begin(self) -> None:
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")

    def _tell_sqlite(self) -> None:
        """What it was not told of yet: somebody asks for it, or it commits."""
        if not self._pending:
            return
        self._begin()
        try:
            self._pending.tell(self._db)
        except sqlite3.Error as error:
            self._undo()
            self._tell(error)
            raise

    def _keep(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # at the start and at the end there is nobody to commit later
            self._flush()
            return
        line = to_line(self._number + 1, self._batch)
        if len(line) > LARGE:
            self._flush()
            return
        self._journal.append(line)
        self._number += 1
        before, self._journaled = self._journaled, self._journaled + len(self._batch)
        self._batch = []
        if self._timer is None:
            self._timer = loop.call_later(WITHIN, self._settle)
        elif self._journaled >= MOST > before:
            self._timer.cancel()
            self._timer = loop.call_later(0, self._settle)

    def _settle(self) -> None:
        """Let SQLite commit what the journal has; where it cannot, the journal keeps it for another time."""
        self._timer = None
        if self._batch:  # their turn has not ended
            self._timer = asyncio.get_running_loop().call_later(0, self._settle)
            return
        try:
            self._flush()
        except sqlite3.Error:
            self._undo()
            self._timer = asyncio.get_running_loop().call_later(WITHIN, self._settle)

    def _flush(self) -> None:
        """SQLite's commit, of everything."""
        self._tell_sqlite()
        if self._journaled or self._db.in_transaction:
            self._begin()
            self._since_checkpoint += PER_WRITE * (self._journaled + len(self._batch))
            self._db.execute("UPDATE journal SET number = ?", (self._number,))
            self._db.execute("COMMIT")
        self._batch, self._journaled = [], 0
        self._journal.clear()
        if self._since_checkpoint > CHECKPOINT_EVERY:
            self._since_checkpoint = 0
            self._wake.put(True)

    def _undo(self) -> None:
        """Take back what was not committed, and nothing else."""
        self._db.rollback()
        self._pending.clear()
        self._batch, self._journaled = [], 0
        self._number = self.row("SELECT number FROM journal")[0]
        self._replay()

    def _replay(self) -> None:
        """Write again what SQLite did not commit. A line out of order is another database's, or a power cut's."""
        for number, writes in self._journal.lines():
            if number == self._number + 1:
                self._begin()
                for statement, values in writes:
                    bring(self._db, statement, (values,))
                self._number = number
                self._journaled += len(writes)

    def _tell(self, fault: Exception) -> None:
        waiting, self._waiting = self._waiting, []
        for told in waiting:
            asyncio.get_running_loop().call_soon(told, fault)


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute("PRAGMA foreign_keys = ON")
    return db


def _checkpoints(path: Path, wake: "queue.SimpleQueue[bool]") -> None:
    """Checkpoints until told to end; one that cannot be made is left to the next."""
    db: sqlite3.Connection | None = None
    while wake.get():
        try:
            db = db or _connect(path)  # not before: most stores are closed without a checkpoint
            db.execute("PRAGMA wal_checkpoint(PASSIVE)")
        except sqlite3.Error as fault:
            _LOG.warning("a checkpoint of %s: %s", path.name, fault)
    if db is not None:
        db.close()
