"""URLs for actions: each opens one thing, for some time, of one user."""

from urllib.parse import unquote

import pytest

from fnkit.core.clock import now_ms
from fnkit.local import signed
from fnkit.local.store import Store
from fnkit.local.users import Users, ensure_user

WHAT = ("objects", "a b/ü.jpg")


@pytest.fixture
def users(tmp_path):
    store = Store(tmp_path / "whisk.db")
    ensure_user(store)
    users = Users(store)
    users.create("other.one@x", {})
    yield users
    store.close()


def test_a_token_opens_what_it_was_made_for(users):
    for name in ("guest", "other.one@x"):
        identity = users.get(name)
        token = signed.token(identity, WHAT)
        assert identity.object_token not in token
        assert signed.owner(users, unquote(token), WHAT) == identity
        for other in (("objects", "a b/ü.jp"), ("feeds", "objects", WHAT[1]), ("objects",), ()):
            assert signed.owner(users, unquote(token), other) is None


@pytest.mark.parametrize("seconds", [0, 5, 700, signed.LASTING])
def test_a_token_lasts_as_long_as_asked_for_and_little_longer(users, seconds):
    before = now_ms() // 1000
    expires = int(signed.token(users.get("guest"), WHAT, seconds).partition(".")[0])
    assert before + seconds <= expires <= now_ms() // 1000 + seconds * 1.01 + 1


def test_a_token_ends_and_cannot_be_changed(users):
    guest = users.get("guest")
    assert signed.owner(users, signed.token(guest, WHAT, -1), WHAT) is None
    expires, signature, namespace = signed.token(guest, WHAT, 60).split(".")
    later = str(int(expires) + 1)
    for wrong in (
        f"{later}.{signature}.{namespace}",
        f"{expires}.{signature}.nobody",
        f"{expires}..{namespace}",
        f"{expires}.ü.{namespace}",
        guest.object_token,
        "",
    ):
        assert signed.owner(users, wrong, WHAT) is None
    users.change("guest", True, {})
    assert signed.owner(users, f"{expires}.{signature}.{namespace}", WHAT) is None
