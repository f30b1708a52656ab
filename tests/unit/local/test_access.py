"""Who may do what: the owner all, others what a public package allows."""

import asyncio

import pytest

from fnkit.local.access import owner_only, provider_of, readable_package
from fnkit.local.entities import Entities
from fnkit.local.exchange import Call
from fnkit.local.rejected import Rejected
from fnkit.local.store import Store
from fnkit.local.users import Identity

ANN = Identity("ann", "u1", "k" * 64, "t1")
BOB = Identity("bob", "u2", "k" * 64, "t2")
PACKAGES = {
    ("ann", "public"): (True, {}),
    ("ann", "private"): (False, {}),
    ("ann", "bound"): (True, {"namespace": "ann", "name": "public"}),
    ("ann", "loose"): (False, {"namespace": "ann", "name": "gone"}),
    ("bob", "to-public"): (False, {"namespace": "ann", "name": "public"}),
    ("bob", "to-private"): (False, {"namespace": "ann", "name": "private"}),
    ("bob", "to-nothing"): (False, {"namespace": "ann", "name": "gone"}),
}


@pytest.fixture
def entities(tmp_path):
    store = Store(tmp_path / "whisk.db")
    entities = Entities(store)

    async def fill():
        for place, (publish, binding) in PACKAGES.items():
            document = {
                "publish": publish,
                "binding": binding,
                "parameters": [],
                "annotations": [],
                "version": "0.0.1",
            }
            await entities.put("package", place, document)
        await entities.put("action", ("ann", "one"), {"publish": True, "annotations": []})

    asyncio.run(fill())
    yield entities
    store.close()


def call(identity, namespace, *names):
    return Call(None, identity, "t", 0, namespace, names)


@pytest.mark.parametrize(
    ("identity", "namespace", "name"),
    [(ANN, "ann", "private"), (ANN, "ann", "bound"), (BOB, "ann", "public"), (BOB, "bob", "to-public")],
)
def test_what_may_be_read(entities, identity, namespace, name):
    package = readable_package(entities, call(identity, namespace, name), namespace, name)
    assert package.path == f"{namespace}/{name}"
    assert provider_of(entities, package).name == package.document["binding"].get("name", name)


@pytest.mark.parametrize(
    ("identity", "namespace", "name", "status", "named"),
    [
        (BOB, "ann", "private", 403, "'ann/private'"),
        (BOB, "ann", "bound", 403, "'ann/bound'"),
        (BOB, "ann", "gone", 403, "'ann/gone'"),
        (BOB, "ann", "one", 403, "'ann/one'"),
        (BOB, "bob", "to-private", 403, "'ann/private'"),
        (BOB, "bob", "to-nothing", 403, "'ann/gone'"),
        (ANN, "ann", "loose", 404, "'ann/loose'"),
        (ANN, "ann", "gone", 404, "does not exist"),
        (ANN, "ann", "one", 409, "not in this collection"),
    ],
)
def test_what_may_not(entities, identity, namespace, name, status, named):
    with pytest.raises(Rejected) as refused:
        readable_package(entities, call(identity, namespace, name), namespace, name)
    assert refused.value.status == status
    assert named in refused.value.text


def test_everything_else_is_the_owners():
    owner_only(call(ANN, "ann", "p", "one"))
    with pytest.raises(Rejected, match="'ann/p/one'"):
        owner_only(call(BOB, "ann", "p", "one"))
