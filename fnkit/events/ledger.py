"""The feeds and their events on disk: what is watched, what was seen, what has to be fired, what came of it.

It is the queue between a watcher and the platform. What was seen and what has to be fired are written in one
commit, so that an end of the process at any moment neither loses an event nor makes it twice.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

from fnkit.events.cloudevents import Event
from fnkit.events.feed import Change, Feed, Fired, Pending, Told

DEPTH = "fnkitdepth"
"""The attribute of an event that says how many stand before it in a row (`loops`)."""
KEPT = 10_000
"""Events of a feed that are remembered after they were fired, or have failed."""
TIDIED = 100
"""Events after which those that are too many are looked for."""


class Database(Protocol):
    """SQLite with one writer; writes of one turn of the event loop are one commit."""

    def rows(self, query: str, *values: Any) -> list[Any]:
        """All rows of a query."""

    def row(self, query: str, *values: Any) -> Any:
        """The first row, or None."""

    def write(self, statement: str, *values: Any) -> None:
        """Write in the transaction of this turn."""

    async def committed(self) -> None:
        """Return when everything written so far is on disk."""


def tables(db: sqlite3.Connection) -> None:
    """Feeds by trigger, what each has seen of its store, and its events."""
    for statement in (
        # `mark`: up to when alarms were looked at, ms. `trouble`: why the store cannot be watched just now.
        "CREATE TABLE feeds (namespace TEXT, name TEXT, kind TEXT NOT NULL, settings TEXT NOT NULL,"
        " active INTEGER NOT NULL, reason TEXT NOT NULL, changed INTEGER NOT NULL, mark INTEGER NOT NULL,"
        " fired INTEGER NOT NULL DEFAULT 0, missed INTEGER NOT NULL DEFAULT 0, last INTEGER,"
        " trouble TEXT NOT NULL DEFAULT '', PRIMARY KEY (namespace, name)) WITHOUT ROWID",
        "CREATE TABLE seen (namespace TEXT, name TEXT, key TEXT, etag TEXT NOT NULL,"
        " PRIMARY KEY (namespace, name, key),"
        " FOREIGN KEY (namespace, name) REFERENCES feeds ON DELETE CASCADE) WITHOUT ROWID",
        "CREATE TABLE events (number INTEGER PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL,"
        " id TEXT NOT NULL, document TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,"
        " due INTEGER NOT NULL, fired INTEGER, activation TEXT, error TEXT NOT NULL DEFAULT '',"
        " UNIQUE (namespace, name, id),"
        " FOREIGN KEY (namespace, name) REFERENCES feeds ON DELETE CASCADE)",
        "CREATE INDEX events_by_state ON events (namespace, name, state, due, number)",
    ):
        db.execute(statement)


def notes(db: sqlite3.Connection) -> None:
    """When each event was first heard of: `due` moves when it is put off, and ids must not."""
    db.execute("ALTER TABLE events ADD COLUMN noted INTEGER NOT NULL DEFAULT 0")
    db.execute("UPDATE events SET noted = due")


_FEED = "namespace, name, kind, settings, active, reason, changed, mark, fired, missed, last, trouble"


class Ledger:
    """All feeds of one process."""

    def __init__(self, database: Database, kept: int = KEPT) -> None:
        self._db = database
        self._kept = kept
        self._ended: Counter[tuple[str, str]] = Counter()
        """By feed: events that were fired or have failed since the start."""

    def feeds(self) -> list[Feed]:
        """All of them, by name."""
        return [_feed(row) for row in self._db.rows(f"SELECT {_FEED} FROM feeds ORDER BY namespace, name")]

    def find(self, namespace: str, name: str) -> Feed | None:
        """The feed of a trigger, None where it has none here."""
        row = self._db.row(f"SELECT {_FEED} FROM feeds WHERE namespace = ? AND name = ?", namespace, name)
        return _feed(row) if row else None

    def put(self, feed: Feed) -> None:
        """Keep a feed, new or changed; its events and what it has seen stay."""
        values = (json.dumps(feed.settings), feed.active, feed.reason, feed.changed, feed.mark)
        self._db.write(
            "INSERT INTO feeds (namespace, name, kind, settings, active, reason, changed, mark)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (namespace, name) DO UPDATE SET kind = excluded.kind,"
            " settings = excluded.settings, active = excluded.active, reason = excluded.reason,"
            " changed = excluded.changed, mark = excluded.mark",
            *feed.place,
            feed.kind,
            *values,
        )

    def delete(self, feed: Feed) -> None:
        """Forget a feed with all that it has seen and fired."""
        self._db.write("DELETE FROM feeds WHERE namespace = ? AND name = ?", *feed.place)

    def forget_seen(self, feed: Feed) -> None:
        """Begin anew with its store."""
        self._db.write("DELETE FROM seen WHERE namespace = ? AND name = ?", *feed.place)

    def seen(self, feed: Feed) -> dict[str, str]:
        """Key → etag of what was seen of its store."""
        query = "SELECT key, etag FROM seen WHERE namespace = ? AND name = ?"
        return dict(self._db.rows(query, *feed.place))

    def add(self, feed: Feed, change: Change, now: int) -> None:
        """Remember what was seen, and the events that it makes; one that is known already is not new."""
        for event in change.events:
            self._db.write(
                "INSERT OR IGNORE INTO events (namespace, name, id, document, state, due, noted)"
                " VALUES (?, ?, ?, ?, 'pending', ?, ?)",
                *feed.place,
                event.id,
                json.dumps(event.structured()),
                now,
                now,
            )
        for key, etag in change.seen.items():
            self._db.write("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", *feed.place, key, etag)
        for key in change.gone:
            self._db.write("DELETE FROM seen WHERE namespace = ? AND name = ? AND key = ?", *feed.place, key)

    def marked(self, feed: Feed, mark: int, missed: int = 0) -> None:
        """Alarms were looked at up to `mark`; `missed` were passed over."""
        self._db.write(
            "UPDATE feeds SET mark = ?, missed = missed + ? WHERE namespace = ? AND name = ?",
            mark,
            missed,
            *feed.place,
        )

    def troubled(self, feed: Feed, trouble: str) -> None:
        """The store cannot be watched, or can be again (an empty text)."""
        self._db.write("UPDATE feeds SET trouble = ? WHERE namespace = ? AND name = ?", trouble, *feed.place)

    def pending(self, feed: Feed, most: int) -> list[Pending]:
        """What has to be fired, the first that is due first."""
        rows = self._db.rows(
            "SELECT number, document, attempts, due, noted FROM events WHERE namespace = ? AND name = ?"
            " AND state = 'pending' ORDER BY due, number LIMIT ?",
            *feed.place,
            most,
        )
        return [Pending(row[0], _event(row[1]), *row[2:]) for row in rows]

    def fired(self, feed: Feed, pending: Pending, activation: str | None, now: int) -> None:
        """An event was fired; `activation` is the firing's, None where no rule was there to hear it."""
        self._db.write(
            "UPDATE events SET state = 'fired', fired = ?, activation = ?, error = ?, attempts = attempts + 1"
            " WHERE number = ?",
            now,
            activation,
            "" if activation else "no active rule",
            pending.number,
        )
        self._db.write(
            "UPDATE feeds SET fired = fired + 1, last = ? WHERE namespace = ? AND name = ?", now, *feed.place
        )
        self._tidy(feed)

    def postponed(self, pending: Pending, due: int, error: str) -> None:
        """An event could not be fired and is tried again at `due`."""
        self._db.write(
            "UPDATE events SET due = ?, error = ?, attempts = attempts + 1 WHERE number = ?",
            due,
            error,
            pending.number,
        )

    def failed(self, feed: Feed, pending: Pending, error: str) -> None:
        """An event will never be fired; it is kept with its error."""
        self._db.write(
            "UPDATE events SET state = 'failed', error = ?, attempts = attempts + 1 WHERE number = ?",
            error,
            pending.number,
        )
        self._tidy(feed)

    def told(self, feed: Feed, most: int = 100) -> list[Told]:
        """The latest events, the newest first."""
        rows = self._db.rows(
            "SELECT id, document, state, attempts, fired, activation, error FROM events"
            " WHERE namespace = ? AND name = ? ORDER BY number DESC LIMIT ?",
            *feed.place,
            most,
        )
        return [Told(row[0], _event(row[1]).subject or "", *row[2:]) for row in rows]

    def heard(self, feed: Feed, most: int = 200, since: int = 0) -> list[Fired]:
        """The events that were fired last, of those that were first heard of at `since` (ms) or later."""
        rows = self._db.rows(
            "SELECT document, fired, activation FROM events WHERE namespace = ? AND name = ? AND state = 'fired'"
            " AND noted >= ? ORDER BY number DESC LIMIT ?",
            *feed.place,
            since,
            most,
        )
        events = ((_event(document), at, activation) for document, at, activation in rows)
        return [
            Fired(event.subject or "", at, activation, event.extensions.get(DEPTH, 0))
            for event, at, activation in events
        ]

    def counts(self, feed: Feed) -> dict[str, int]:
        """How many events are pending, and how many failed."""
        query = "SELECT state, count(*) FROM events WHERE namespace = ? AND name = ? GROUP BY state"
        found = dict(self._db.rows(query, *feed.place))
        return {"pending": found.get("pending", 0), "failed": found.get("failed", 0)}

    def _tidy(self, feed: Feed) -> None:
        """Forget the oldest of this feed, now and then: to find them takes a look at all that are kept."""
        self._ended[feed.place] += 1
        if self._ended[feed.place] % TIDIED == 0:
            over = "namespace = ? AND name = ? AND state != 'pending'"
            self._db.write(
                f"DELETE FROM events WHERE {over} AND number <="
                f" (SELECT number FROM events WHERE {over} ORDER BY number DESC LIMIT 1 OFFSET ?)",
                *feed.place,
                *feed.place,
                self._kept,
            )

    async def committed(self) -> None:
        """Return when everything written so far is on disk."""
        await self._db.committed()


def _feed(row: Sequence[Any]) -> Feed:
    namespace, name, kind, settings, active, *rest = row
    return Feed(namespace, name, kind, json.loads(settings), bool(active), *rest)


def _event(text: str) -> Event:
    known = json.loads(text)
    own = (known["id"], known["source"], known["type"], known.get("data"))
    extensions = {DEPTH: known[DEPTH]} if DEPTH in known else {}
    return Event(*own, known.get("subject"), known.get("time"), extensions=extensions)
