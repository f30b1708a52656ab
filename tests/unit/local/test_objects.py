"""Objects: whole or not at all, by keys that are never paths."""

import asyncio
from hashlib import sha256

import pytest

from fnkit.core.errors import BadArgument
from fnkit.local.objects import Objects
from fnkit.local.store import Store


@pytest.fixture(params=[False, True], ids=["default", "full-sync"])
def store(request, tmp_path):
    store = Store(tmp_path / "whisk.db", full=request.param)
    yield store
    store.close()


@pytest.fixture
def objects(store, tmp_path):
    return Objects(store, tmp_path / "objects")


async def pieces(*content):
    for piece in content:
        yield piece


def put(objects, key, *content, namespace="guest"):
    return asyncio.run(objects.put((namespace, key), "image/jpeg", pieces(*content)))


def files(tmp_path):
    return list((tmp_path / "objects").iterdir())


def test_what_was_put_is_got_listed_and_deleted(objects, tmp_path):
    put(objects, "photos/a.jpg", b"one", b"two")
    put(objects, "photos/b.jpg", b"")
    put(objects, "other", b"x", namespace="another")
    found = objects.get("guest", "photos/a.jpg")
    assert found.path.read_bytes() == b"onetwo"
    assert (found.size, found.etag, found.media_type) == (6, sha256(b"onetwo").hexdigest(), "image/jpeg")
    assert [one.key for one in objects.list("guest", "photos/")] == ["photos/a.jpg", "photos/b.jpg"]
    assert objects.list("guest", "PHOTOS") == []
    asyncio.run(objects.delete("guest", "photos/a.jpg"))
    assert objects.get("guest", "photos/a.jpg") is None
    assert len(files(tmp_path)) == 2


def test_putting_again_replaces_and_leaves_one_file(objects, tmp_path):
    put(objects, "a", b"old")
    put(objects, "a", b"new")
    assert objects.get("guest", "a").path.read_bytes() == b"new"
    assert len(files(tmp_path)) == 1


def test_a_put_that_breaks_off_keeps_the_old_object(objects, tmp_path):
    put(objects, "a", b"old")

    async def broken():
        yield b"ne"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        asyncio.run(objects.put(("guest", "a"), "", broken()))
    assert objects.get("guest", "a").path.read_bytes() == b"old"
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "/abs", "a//b", "%2e%2e", "C:\\x", "späß ☃", "'; DROP TABLE objects"]
)
def test_a_key_is_a_name_and_never_a_path(objects, tmp_path, key):
    put(objects, key, b"x")
    assert objects.get("guest", key).path.parent == tmp_path / "objects"
    assert objects.list("guest", key)[0].key == key


@pytest.mark.parametrize("key", ["", "a\nb", "nul\0", "x" * 1025])
def test_what_cannot_be_a_key_is_refused(objects, tmp_path, key):
    with pytest.raises(BadArgument):
        put(objects, key, b"x")
    assert files(tmp_path) == []


def test_a_file_that_no_object_names_is_swept_at_the_next_start(objects, store, tmp_path):
    put(objects, "a", b"kept")
    (tmp_path / "objects" / "left").write_bytes(b"half")
    disk = tmp_path / "objects" / "lost+found"
    disk.mkdir()
    kept = Objects(store, tmp_path / "objects").get("guest", "a").path
    assert kept.read_bytes() == b"kept"
    assert {*files(tmp_path)} == {kept, disk}


@pytest.mark.parametrize("prefix", ["", "a", "a/", "a/ü", "a/\ud7ff", "\U0010ffff", "a\U0010ffff"])
def test_a_list_has_what_begins_with_the_prefix_and_nothing_else(objects, prefix):
    keys = ["A", "a", "a/", "a/u", "a/ü", "a/üb", "a/\ud7ff", "a/\ue000", "a0", "a\U0010ffff", "b", "\U0010ffffz"]
    for key in keys:
        put(objects, key, b"")
    found = [one.key for one in objects.list("guest", prefix)]
    assert found == sorted(key for key in keys if key.startswith(prefix))
