"""The database: what is committed is there, together or not at all."""

import asyncio
import queue
import resource
import shutil
import sqlite3

import pytest

from fnkit.local import migrations
from fnkit.local.journal import Journal
from fnkit.local.migrations import MIGRATIONS, NewerData, migrate
from fnkit.local.store import LARGE, MOST, Store, _checkpoints
from fnkit.local.tables import ACTIVATIONS, Table
from tests.unit.local.lives import left_by, next_life

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


def survivors(path):
    """What a store finds that opens the files as they are now: as after kill -9."""
    other = path.parent / "after"
    shutil.rmtree(other, ignore_errors=True)
    other.mkdir()
    store = Store(left_by(path, other))
    found = {row[0] for row in store.rows("SELECT key FROM objects")}
    store.close()
    return found


def fresh_folder(path):
    """For what another process finds."""
    folder = path.parent / "other"
    folder.mkdir()
    return folder


def recent(path):
    """The journal."""
    return path.with_name(f"{path.name}-recent")


def keep(store, *statements):
    """Commits one after the other, in a turn of the loop that leaves SQLite no time for its own."""

    async def commits():
        for statement in statements:
            store.write(*statement)
            store.commit()

    asyncio.run(commits())


def test_nothing_is_told_before_it_survives_a_crash(store, path):
    async def told(key):
        store.write(INSERT, key)
        before = survivors(path)
        await store.committed()
        return before, survivors(path)

    before, after = asyncio.run(told("a"))
    assert (before, after) == (set(), {"a"})


def test_sqlite_commits_many_at_once(store, path):
    async def keep_many():
        for number in range(MOST):
            assert keys(path) == set()
            store.write(INSERT, str(number))
            store.commit()
        for turn in range(1000):
            if keys(path):
                return turn
            await asyncio.sleep(0)
        raise AssertionError("SQLite never committed")

    asyncio.run(keep_many())
    assert len(keys(path)) == MOST
    assert recent(path).stat().st_size == 0


def test_what_is_large_goes_past_the_journal(store, path):
    keep(store, (INSERT, "small"), (INSERT, "x" * (LARGE + 1)))
    assert len(keys(path)) == 2
    assert recent(path).stat().st_size == 0


def test_a_line_that_was_not_written_to_its_end_is_none(store, path):
    keep(store, (INSERT, "a"), (INSERT, "b"))
    recent(path).write_bytes(recent(path).read_bytes()[:-9])
    assert survivors(path) == {"a"}


def test_a_line_that_sqlite_has_is_not_written_again(path):
    store = Store(path)
    keep(store, (INSERT, "a"), ("UPDATE objects SET size = size + 1",))
    kept = recent(path).read_bytes()
    store.close()
    recent(path).write_bytes(kept)
    store = Store(path)
    assert store.row("SELECT size FROM objects") == (1,)
    store.close()


def test_lines_of_another_database_are_left_out(store, path):
    keep(store, (INSERT, "a"), (INSERT, "b"))
    both = recent(path).read_bytes()
    recent(path).write_bytes(both[len(both) // 2 :])  # the second line is as long as the first
    assert survivors(path) == set()
    recent(path).write_bytes(both)
    assert survivors(path) == {"a", "b"}


def test_a_journal_that_cannot_grow_is_told_and_loses_nothing_that_was_told(store, path):
    async def told(key):
        store.write(INSERT, key)
        await store.committed()

    keep(store, (INSERT, "before"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (recent(path).stat().st_size + 20, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            asyncio.run(told("lost"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert {row[0] for row in store.rows("SELECT key FROM objects")} == survivors(path) == {"before"}
    asyncio.run(told("later"))
    assert survivors(path) == {"before", "later"}


@pytest.fixture
def full(path):
    """A store that waits for the disk at each commit."""
    store = Store(path, full=True)
    yield store
    store.close()


def test_the_writes_of_one_turn_share_a_commit_where_it_waits_for_the_disk(full, path):
    store, seen = full, []

    async def keep(key):
        store.write(INSERT, key)
        await store.committed()
        seen.append(len(survivors(path)))

    async def all_at_once():
        await asyncio.gather(*(keep(str(number)) for number in range(20)))

    asyncio.run(all_at_once())
    assert seen == [20] * 20


async def all_at_once(store, *texts):
    """What those are told who write these in one turn."""

    async def keep(key):
        store.write(INSERT, key)
        await store.committed()

    return await asyncio.gather(*(keep(text) for text in texts), return_exceptions=True)


def test_a_full_disk_is_told_to_everyone_who_waits_and_keeps_nothing(full, path):
    full.row(f"PRAGMA max_page_count = {full.row('PRAGMA page_count')[0] + 2}")
    told = asyncio.run(all_at_once(full, "small", "x" * 100_000))
    assert [type(one) for one in told] == [sqlite3.OperationalError] * 2
    assert survivors(path) == set()
    asyncio.run(all_at_once(full, "later"))
    assert survivors(path) == {"later"}


def test_a_full_disk_takes_nothing_from_who_was_told(store, path):
    store.row(f"PRAGMA max_page_count = {store.row('PRAGMA page_count')[0] + 2}")
    told = asyncio.run(all_at_once(store, "small", "x" * 100_000, "other"))
    assert [type(one) for one in told] == [type(None), sqlite3.OperationalError, type(None)]
    assert survivors(path) == {"small", "other"}


PROMISES = Table("accepted", ("id", "namespace", "name", "start", "imprint"), "REPLACE")


def promise(store, name, value, fresh=False, table=PROMISES):
    store.keep(table, name, "n", value, 0, "", fresh=fresh)


def promises(store):
    """What a query finds."""
    return store.rows("SELECT id, name FROM accepted ORDER BY id")


def test_a_row_that_is_kept_is_seen_at_once_and_survives(store, path):
    async def story():
        promise(store, "a", "1", fresh=True)
        promise(store, "b", "1", fresh=True)
        promise(store, "a", "2")
        store.commit()
        other = Store(left_by(path, fresh_folder(path)))
        found = promises(other)
        other.close()
        assert found == promises(store) == [("a", "2"), ("b", "1")]
        store.drop(PROMISES, "a")
        assert promises(store) == [("b", "1")]

    asyncio.run(story())


def test_sqlite_never_hears_of_what_comes_and_goes(store, path):
    async def story():
        before = store.row("SELECT total_changes()")[0]
        for number in range(20):
            promise(store, str(number), "1", fresh=True)
            store.commit()
            store.drop(PROMISES, str(number))
            store.commit()
        assert promises(store) == []
        assert store.row("SELECT total_changes()")[0] == before
        other = Store(left_by(path, fresh_folder(path)))
        assert promises(other) == []
        other.close()

    asyncio.run(story())


def test_who_asks_for_something_else_makes_sqlite_hear_of_nothing(store):
    def told():
        return store.row("SELECT total_changes()")[0]

    promise(store, "a", "1", fresh=True)
    assert promises(store) == [("a", "1")]
    before = told()
    promise(store, "a", "2")
    promise(store, "b", "1", fresh=True)
    assert store.rows("SELECT name FROM entities") == []
    assert [store.find(PROMISES, one, "namespace", "name") for one in "abc"] == [("n", "2"), ("n", "1"), None]
    store.drop(PROMISES, "a")
    store.drop(PROMISES, "b")
    assert [store.find(PROMISES, one, "name") for one in "ab"] == [None, None]
    assert told() == before
    assert promises(store) == []
    assert told() == before + 1


def test_what_is_derived_from_a_row_is_seen_with_it(store):
    derived = Table(PROMISES.name, PROMISES.columns, "REPLACE", derived=("derived",))
    store.row("CREATE TEMP TABLE derived (id)")
    store.row("CREATE TEMP TRIGGER comes AFTER INSERT ON accepted BEGIN INSERT INTO derived VALUES (NEW.id); END")
    promise(store, "a", "1", fresh=True, table=derived)
    assert store.rows("SELECT id FROM derived") == [("a",)]


def test_lines_after_such_rows_survive(store, path):
    """SQLite has nothing to write then, but has to know where the journal begins anew."""

    async def story():
        for number in range(MOST // 2):
            promise(store, str(number), "1", fresh=True)
            store.commit()
            store.drop(PROMISES, str(number))
            store.commit()
        while recent(path).stat().st_size:
            await asyncio.sleep(0)
        promise(store, "later", "1", fresh=True)
        store.commit()
        other = Store(left_by(path, fresh_folder(path)))
        assert promises(other) == [("later", "1")]
        other.close()

    asyncio.run(story())


def test_a_row_that_sqlite_has_is_dropped_there(store):
    promise(store, "a", "1", fresh=True)
    assert promises(store) == [("a", "1")]
    promise(store, "a", "2")
    store.drop(PROMISES, "a")
    store.commit()
    assert promises(store) == []


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
    assert {file.name for file in path.parent.iterdir()} == {"whisk.db"}
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


def test_what_came_is_summed_up_once_however_often_it_is_written(tmp_path):
    """Also by a server that died before SQLite had heard of it."""

    def row(number, name="a"):
        return f"{number:032x}", "guest", name, number, 0, "warm", "{}", "{}", "[]", 10

    async def first():
        store = Store(next_life(tmp_path / "db"))
        for number in range(5):
            store.keep(ACTIVATIONS, *row(number), fresh=True)
        store.keep(ACTIVATIONS, *row(5, "b"), fresh=True)
        await store.committed()
        assert store.row("SELECT count, size FROM totals WHERE name = 'a'") == (5, 50)
        store.keep(ACTIVATIONS, *row(0), fresh=True)  # there already
        store.keep(ACTIVATIONS, *row(6), fresh=True)
        await store.committed()

    asyncio.run(first())
    store = Store(next_life(tmp_path / "db"))
    found = dict(store.rows("SELECT name, count FROM totals"))
    assert found == {"a": 6, "b": 1} == dict(store.rows("SELECT name, count(*) FROM activations GROUP BY name"))
    store.close()


def test_who_is_told_after_a_commit_shares_it_with_the_others_of_the_turn(tmp_path):
    async def turn():
        store = Store(tmp_path / "db")
        told = []
        for number in range(4):
            store.keep(
                ACTIVATIONS, f"{number:032x}", "guest", "a", number, 0, "warm", "{}", "{}", "[]", 10, fresh=True
            )
            store.then(lambda fault, number=number: told.append((number, fault)))
        store.then(lambda fault: 1 // 0)
        store.then(lambda fault: told.append(("last", fault)))
        assert told == []
        await asyncio.sleep(0)
        assert told == [(0, None), (1, None), (2, None), (3, None), ("last", None)]
        lines = [*Journal(tmp_path / "db-recent").lines()]
        assert [len(writes) for _, writes in lines] == [4]
        store.close()

    asyncio.run(turn())


def test_a_checkpoint_that_cannot_be_made_ends_nothing(path, caplog):
    Store(path).close()
    wake = queue.SimpleQueue()
    for go_on in (True, True, False):
        wake.put(go_on)
    _checkpoints(path.parent / "gone" / path.name, wake)
    assert wake.empty() and caplog.text.count("a checkpoint of") == 2


def test_who_makes_checkpoints_opens_nothing_before_the_first(path):
    wake = queue.SimpleQueue()
    wake.put(False)
    _checkpoints(path, wake)
    assert not path.exists()
