"""Keys: made once, compared safely, shown to nobody."""

import stat

import pytest

from fnkit.local.folder import Folder
from fnkit.local.keys import Keys
from fnkit.local.store import Store
from fnkit.local.users import GUEST, Users, ensure_user


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "whisk.db")
    yield store
    store.close()


def test_the_first_start_makes_a_random_key_and_the_next_one_keeps_it(store, tmp_path):
    first = ensure_user(store)
    assert ensure_user(store) == first
    assert len(first.key) == 64
    other = Store(tmp_path / "other.db")
    assert ensure_user(other).auth != first.auth
    other.close()


def test_guest_sets_the_well_known_key_and_keeps_the_object_token(store):
    first = ensure_user(store)
    guest = ensure_user(store, guest=True)
    assert guest.auth == GUEST
    assert guest.object_token == first.object_token
    assert Users(store).by_auth(first.uuid, first.key) is None


def test_only_the_whole_key_opens(store):
    identity = ensure_user(store)
    users = Users(store)
    assert users.by_auth(identity.uuid, identity.key) == identity
    for user, key in (
        (identity.uuid, identity.key[:-1]),
        (identity.uuid, f"{identity.key}:more"),
        (identity.uuid, ""),
        ("nobody", identity.key),
        ("nobody", "x" * 64),
        (identity.uuid, "ä" * 64),
    ):
        assert users.by_auth(user, key) is None


def test_no_key_is_in_a_repr(store):
    identity = ensure_user(store)
    assert identity.key not in repr(identity)
    assert identity.object_token not in repr(identity)


def test_props_are_for_their_owner_only(store, tmp_path):
    identity = ensure_user(store)
    path = tmp_path / ".wskprops"
    path.write_text("old")
    path.chmod(0o644)
    Keys(Folder(tmp_path), "http://127.0.0.1:3233").write(identity)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().splitlines()[:2] == ["APIHOST=http://127.0.0.1:3233", f"AUTH={identity.auth}"]
