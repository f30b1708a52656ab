"""Which folders are watched for whoever may make a trigger."""

import pytest

from fnkit.core.errors import BadArgument, Unauthorized
from fnkit.events.allowed import Allowed
from fnkit.events.folder import Folder
from fnkit.events.sources import storage


@pytest.fixture
def allowed(tmp_path):
    for name in ("photos/new", "private", "data"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "photos" / "out").symlink_to(tmp_path / "private")
    (tmp_path / "in").symlink_to(tmp_path / "photos")
    return Allowed(tmp_path / "data", (tmp_path / "photos",))


@pytest.mark.parametrize("name", ["photos", "photos/new", "photos/not-there-yet", "in", "in/new"])
def test_what_was_named_and_what_is_below(allowed, tmp_path, name):
    allowed.check(storage(tmp_path / name).store, "")


@pytest.mark.parametrize("name", ["private", "photos/out", "photos/../private", "photos-2"])
def test_what_nobody_named(allowed, tmp_path, name):
    store = storage(tmp_path / name).store
    with pytest.raises(Unauthorized, match=r"Watching .*: a key alone opens no folder .* Do this\.") as refused:
        allowed.check(store, "Do this.")
    assert refused.value.status == 403
    allowed.check(store, "", permitted=True)


@pytest.mark.parametrize("store", ["objects:", "s3://bucket", "gs://bucket", "az://container"])
def test_what_is_no_folder_is_no_matter_of_it(allowed, store):
    allowed.check(store, "")


@pytest.mark.parametrize("name", ["data", "data/objects", "."])
def test_the_process_own_data_is_nobodys(allowed, tmp_path, name):
    everywhere = Allowed(allowed.data, (tmp_path,))
    with pytest.raises(BadArgument, match="keeps its own data"):
        everywhere.check(storage(tmp_path / name).store, "", permitted=True)


def test_a_watched_folder_that_became_a_link_is_not_followed(allowed, tmp_path):
    (tmp_path / "private" / "key.txt").write_text("secret")
    store = Folder.resolved(storage(tmp_path / "in" / "new").store)
    assert store == storage(tmp_path / "photos" / "new").store
    allowed.check(store, "")
    watched, new = storage(store).open(), tmp_path / "photos" / "new"
    (new / "key.txt").write_text("mine")
    assert [one.key for one in watched.list()] == ["key.txt"]
    assert watched.get("key.txt") == b"mine"
    (new / "key.txt").unlink()
    new.rmdir()
    new.symlink_to(tmp_path / "private")
    for look in (lambda: [*watched.list()], lambda: watched.get("key.txt"), lambda: watched.real("key.txt")):
        with pytest.raises(Unauthorized, match="is a link now"):
            look()
