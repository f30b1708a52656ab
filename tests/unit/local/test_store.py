"""The database: what is committed is there, together or not at all."""

import asyncio
import sqlite3

import pytest

from fnkit.local import migrations
from fnkit.local.migrations import MIGRATIONS, NewerData, migrate
from fnkit.local.store import Store

INSERT = "INSERT INTO objects (namespace, key, size, etag, media_type, file) VALUES ('n', ?, 0, '', '', '')"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "whisk.db"


@pytest.fixture
def store(path):
    store = Store(path)
    yield store
    store.close()


def keys(path):
    """What somebody else sees in the file."""
    with sqlite3.connect(path) as db:
        return {row[0] for row in db.execute("SELECT key FROM objects")}


def test_nothing_is_told_before_another_connection_can_read_it(store, path):
    async def keep(key):
        store.write(INSERT, key)
        before = keys(path)
        await store.committed()
        return before, keys(path)

    before, after = asyncio.run(keep("a"))
    assert (before, after) == (set(), {"a"})


def test_the_writes_of_one_turn_share_a_commit(store, path):
    seen = []

    async def keep(key):
        store.write(INSERT, key)
        await store.committed()
        seen.append(len(keys(path)))

    async def all_at_once():
        await asyncio.gather(*(keep(str(number)) for number in range(20)))

    asyncio.run(all_at_once())
    assert seen == [20] * 20


def test_a_full_disk_is_told_to_everyone_who_waits_and_keeps_nothing(store, path):
    pages = store.row("PRAGMA page_count")[0]
    store.row(f"PRAGMA max_page_count = {pages + 2}")

    async def keep(key):
        store.write(INSERT, key)
        await store.committed()

    async def all_at_once():
        texts = ["small", "x" * 100_000]
        return await asyncio.gather(*(keep(text) for text in texts), return_exceptions=True)

    told = asyncio.run(all_at_once())
    assert [type(one) for one in told] == [sqlite3.OperationalError] * 2
    assert keys(path) == set()
    asyncio.run(keep("later"))
    assert keys(path) == {"later"}


def test_each_commit_waits_for_the_disk_only_where_asked(path):
    levels = {}
    for full in (False, True):
        store = Store(path, full)
        levels[full] = store.row("PRAGMA synchronous")[0]
        assert store.row("PRAGMA journal_mode")[0] == "wal"
        assert store.row("PRAGMA wal_autocheckpoint")[0] == 0
        store.close()
    assert levels == {False: 1, True: 2}


def test_closing_brings_everything_into_the_file(path):
    store = Store(path)
    store.write(INSERT, "a")
    store.close()
    assert not path.with_name("whisk.db-wal").exists()
    assert keys(path) == {"a"}


def test_a_later_versions_file_is_refused_and_left_alone(path):
    Store(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(NewerData) as refused:
        Store(path)
    assert (refused.value.found, refused.value.known) == (99, len(MIGRATIONS))


def test_migrations_run_once_and_in_order():
    ran = []
    db = sqlite3.connect(":memory:", isolation_level=None)
    steps = [lambda _: ran.append(1), lambda _: ran.append(2)]
    migrate(db, steps[:1])
    migrate(db, steps)
    migrate(db, steps)
    assert ran == [1, 2]


def test_a_migration_that_fails_leaves_the_file_as_it_was():
    db = sqlite3.connect(":memory:", isolation_level=None)

    def half(inner):
        inner.execute("CREATE TABLE half (x)")
        raise sqlite3.OperationalError("no")

    with pytest.raises(sqlite3.OperationalError):
        migrate(db, [half])
    assert db.execute("PRAGMA user_version").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_the_list_of_migrations_is_numbered_without_a_gap():
    numbers = [int(step.__name__[1:5]) for step in migrations.MIGRATIONS]
    assert numbers == list(range(1, len(numbers) + 1))
