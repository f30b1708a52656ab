"""One line that opens a store, in a notebook and in an action, and what is wrong with it told."""

from urllib.request import urlopen

import pytest

import fnkit
from fnkit.core.errors import ActionFailed, BadArgument, Missing, Unauthorized, Unreachable
from fnkit.events import stores
from fnkit.events.objects import Objects

KEYS = ("a b ü.txt", "below/c.txt")


@pytest.fixture(autouse=True)
def ours(embedded, monkeypatch):
    """The session's platform, chosen as a person chooses it."""
    monkeypatch.setenv("WSK_CONFIG_FILE", str(embedded.props))


@pytest.fixture
def kept():
    """A part of the platform's own store, emptied afterwards."""
    store = stores.open("objects:test-stores/")
    yield store
    for one in list(store.list()):
        store.delete(one.key)


def keep(place: str, key: str, text: str):
    """Writes what it is told, and gives where that can be read."""
    store = stores.open(place)
    store.put(key, text.encode(), "text/plain")
    return {"url": store.presign(key)}


def test_what_is_put_is_listed_read_and_deleted(kept):
    for key in KEYS:
        kept.put(key, key.encode(), "text/plain")
    assert sorted(one.key for one in kept.list()) == sorted(KEYS)
    assert [one.key for one in kept.list("below")] == ["below/c.txt"]
    assert kept.get(KEYS[0]) == KEYS[0].encode()
    assert stores.open("objects:").get(f"test-stores/{KEYS[0]}") == KEYS[0].encode()
    kept.delete(KEYS[0])
    kept.delete(KEYS[0])
    for read in (kept.get, kept.presign):
        with pytest.raises(Missing):
            read(KEYS[0])


def test_an_action_writes_into_the_platforms_store(kept):
    fnkit.deploy(keep, "keep", annotation={"provide-api-key": True})
    url = fnkit.invoke("keep", place="objects:test-stores/", key="from action.txt", text="ü").result["url"]
    assert kept.get("from action.txt") == "ü".encode()
    with urlopen(url) as answer:
        assert answer.read() == "ü".encode()
    assert fnkit.deploy(keep, "keep").plan.reasons == ("annotation provide-api-key: taken away",)
    assert fnkit.deploy(keep, "keep").plan.change == "unchanged"
    with pytest.raises(ActionFailed, match="Deploy it with the annotation provide-api-key"):
        fnkit.invoke("keep", place="objects:test-stores/", key="x", text="x")
    fnkit.delete("keep")


def test_a_folder_by_its_name(tmp_path):
    stores.open(tmp_path).put("x/y.txt", b"y")
    assert stores.open(f"file://{tmp_path}").get("x/y.txt") == b"y"


def test_what_is_wrong_is_told(embedded):
    with pytest.raises(BadArgument, match="nothing is kept there"):
        stores.open("ftp://somewhere")
    with pytest.raises(Unauthorized):
        Objects(embedded.apihost, "no:key").get("x")
    with pytest.raises(Unreachable):
        Objects("http://127.0.0.1:1", "no:key").put("x", b"")
