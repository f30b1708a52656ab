"""The database's shape, as numbered functions: each runs once, in its own transaction, in this order.

A later version adds a function at the end and never changes one that was released.
"""

import sqlite3
from collections.abc import Callable, Sequence

from fnkit.events.ledger import notes, tables

Migration = Callable[[sqlite3.Connection], None]


def _0001_first(db: sqlite3.Connection) -> None:
    """Users, entities of every kind in one name space, activations, objects."""
    for statement in (
        "CREATE TABLE users (uuid TEXT PRIMARY KEY, key TEXT NOT NULL, namespace TEXT NOT NULL UNIQUE,"
        " object_token TEXT NOT NULL) WITHOUT ROWID",
        # Actions, packages, triggers and rules of a namespace share their names; `name` is `package/name`
        # for an action in a package.
        "CREATE TABLE entities (namespace TEXT, name TEXT, kind TEXT NOT NULL, updated INTEGER NOT NULL,"
        " revision TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (namespace, name)) WITHOUT ROWID",
        "CREATE INDEX entities_by_time ON entities (namespace, kind, updated)",
        # Code lies apart, so that a list or a GET without code never reads megabytes.
        "CREATE TABLE codes (namespace TEXT, name TEXT, code TEXT NOT NULL, PRIMARY KEY (namespace, name),"
        " FOREIGN KEY (namespace, name) REFERENCES entities (namespace, name) ON DELETE CASCADE)",
        # Ids start with the time, so that inserts go to the end of the tree. `name` is what a list filters by.
        "CREATE TABLE activations (id TEXT PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL,"
        " start INTEGER NOT NULL, status INTEGER NOT NULL, began TEXT NOT NULL, head TEXT NOT NULL,"
        " response TEXT NOT NULL, logs TEXT NOT NULL) WITHOUT ROWID",
        "CREATE INDEX activations_by_time ON activations (namespace, start)",
        # Runs that a caller was promised and that have no record yet.
        "CREATE TABLE accepted (id TEXT PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL,"
        " start INTEGER NOT NULL, imprint TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE objects (namespace TEXT, key TEXT, size INTEGER NOT NULL, etag TEXT NOT NULL,"
        " media_type TEXT NOT NULL, file TEXT NOT NULL, PRIMARY KEY (namespace, key)) WITHOUT ROWID",
    ):
        db.execute(statement)


def _0002_positions(db: sqlite3.Connection) -> None:
    """Where each sequence and composition is that has not ended; `cause` is the one that it is a step of."""
    db.execute("CREATE TABLE positions (id TEXT PRIMARY KEY, cause TEXT, document TEXT NOT NULL) WITHOUT ROWID")
    db.execute("ALTER TABLE accepted ADD COLUMN cause TEXT")


def _0003_users(db: sqlite3.Connection) -> None:
    """A user can be shut out, and have limits of its own (JSON, by OpenWhisk's names)."""
    db.execute("ALTER TABLE users ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE users ADD COLUMN limits TEXT NOT NULL DEFAULT '{}'")


def _0004_sizes(db: sqlite3.Connection) -> None:
    """What each record weighs, and indexes that answer which records a page has without touching a record."""
    for statement in (
        "ALTER TABLE activations ADD COLUMN size INTEGER NOT NULL DEFAULT 0",
        "UPDATE activations SET size = length(head) + length(response) + length(logs)",
        "DROP INDEX activations_by_time",
        "CREATE INDEX activations_by_time ON activations (namespace, start, id, size)",
        "CREATE INDEX activations_by_name ON activations (namespace, name, start, id)",
    ):
        db.execute(statement)


def _0005_journal(db: sqlite3.Connection) -> None:
    """The number of the last line of the journal that is in the database."""
    db.execute("CREATE TABLE journal (number INTEGER NOT NULL)")
    db.execute("INSERT INTO journal VALUES (0)")


def _0006_events(db: sqlite3.Connection) -> None:
    """Feeds and their events. A promise may be kept after a restart: `again` says of what (JSON)."""
    tables(db)
    db.execute("ALTER TABLE accepted ADD COLUMN again TEXT")


def _0007_totals(db: sqlite3.Connection) -> None:
    """How many records each action has and what they weigh: a million are not counted one by one."""
    for statement in (
        "CREATE TABLE totals (namespace TEXT, name TEXT, count INTEGER NOT NULL, size INTEGER NOT NULL,"
        " PRIMARY KEY (namespace, name)) WITHOUT ROWID",
        "INSERT INTO totals SELECT namespace, name, count(*), sum(size) FROM activations GROUP BY namespace, name",
        "CREATE TRIGGER activations_come AFTER INSERT ON activations BEGIN"
        " INSERT INTO totals VALUES (new.namespace, new.name, 1, new.size) ON CONFLICT (namespace, name)"
        " DO UPDATE SET count = count + 1, size = size + excluded.size; END",
        "CREATE TRIGGER activations_go AFTER DELETE ON activations BEGIN"
        " UPDATE totals SET count = count - 1, size = size - old.size"
        " WHERE namespace = old.namespace AND name = old.name; END",
        # Nothing asks for sizes by time any more.
        "DROP INDEX activations_by_time",
        "CREATE INDEX activations_by_time ON activations (namespace, start, id)",
    ):
        db.execute(statement)


def _0008_signatures(db: sqlite3.Connection) -> None:
    """What signs URLs was part of them before: each user gets another one."""
    db.execute("UPDATE users SET object_token = lower(hex(randomblob(32)))")


def _0009_notes(db: sqlite3.Connection) -> None:
    """An event that is put off keeps its ids."""
    notes(db)


def _0010_sums(db: sqlite3.Connection) -> None:
    """Records are added to the totals many at a time (`tables.SUMS`)."""
    db.execute("DROP TRIGGER activations_come")


def _0011_permits(db: sqlite3.Connection) -> None:
    """The folders that a permit opened; those that are watched were allowed when that began."""
    db.execute(
        "CREATE TABLE permits (namespace TEXT, name TEXT, store TEXT NOT NULL, PRIMARY KEY (namespace, name))"
        " WITHOUT ROWID"
    )
    db.execute(
        "INSERT INTO permits SELECT namespace, name, json_extract(settings, '$.store') FROM feeds"
        " WHERE kind = 'storage' AND json_extract(settings, '$.store') LIKE 'file://%'"
    )


MIGRATIONS: Sequence[Migration] = (
    _0001_first,
    _0002_positions,
    _0003_users,
    _0004_sizes,
    _0005_journal,
    _0006_events,
    _0007_totals,
    _0008_signatures,
    _0009_notes,
    _0010_sums,
    _0011_permits,
)
FEEDS: Sequence[Migration] = (_0005_journal, tables, notes)
"""Of a database that holds feeds and nothing else: that of `fnkit feeds run`."""


class NewerData(Exception):
    """The database was written by a later version; `found` is its number, `known` the last one here."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(found, known)
        self.found = found
        self.known = known


def migrate(db: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring `db` up to date. Raises NewerData, with nothing changed, where it is ahead of this version."""
    done: int = db.execute("PRAGMA user_version").fetchone()[0]
    if done > len(migrations):
        raise NewerData(done, len(migrations))
    for number, migration in enumerate(migrations[done:], done + 1):
        db.execute("BEGIN IMMEDIATE")
        try:
            migration(db)
            db.execute(f"PRAGMA user_version = {number}")
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")
