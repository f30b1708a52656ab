"""In whose name a web action runs, and who is told what, with actions run in the test itself."""

import asyncio
from dataclasses import fields

import pytest

from fnkit.local.activations import Activations
from fnkit.local.asgi import Request
from fnkit.local.controller import Controller
from fnkit.local.documents import action_document, read_action
from fnkit.local.entities import Entities
from fnkit.local.limits import QUEUE
from fnkit.local.platform import Platform
from fnkit.local.positions import Positions
from fnkit.local.rejected import Rejected
from fnkit.local.routes.web import serve
from fnkit.local.store import Store
from fnkit.local.throttles import Throttles
from fnkit.local.users import Users
from fnkit.local.web.target import Target
from tests.unit.local.inprocess import InProcess

EXPORTED = [{"key": "web-export", "value": True}, {"key": "provide-api-key", "value": True}]
CODE = "def main(args): return {'body': args.get('__ow_user', 'nobody')}"


class Never(InProcess):
    """A scheduler whose jobs do not end; `full` is set when no more may come."""

    def __init__(self):
        super().__init__()
        self.full = asyncio.Event()

    async def run(self, job):
        self.jobs.append(job)
        if len(self.jobs) == QUEUE:
            self.full.set()
        await asyncio.Event().wait()


@pytest.fixture
def place(tmp_path):
    store = Store(tmp_path / "whisk.db")
    for name in ("ann", "bob"):
        query = "INSERT INTO users (namespace, uuid, key, object_token) VALUES (?, ?, ?, ?)"
        store.write(query, name, f"u-{name}", "k" * 64, f"t-{name}")
    store.commit()
    yield store
    store.close()


class World:
    """Ann has packages, Bob binds them."""

    def __init__(self, store, scheduler):
        entities = Entities(store)
        activations = Activations(store)
        throttles = Throttles()
        positions = Positions(store, activations)
        controller = Controller(entities, activations, positions, scheduler, throttles, "http://here")
        self.scheduler = scheduler
        self.users = Users(store)
        given = {
            "url": "http://here",
            "users": self.users,
            "throttles": throttles,
            "entities": entities,
            "controller": controller,
        }
        # The rest no web action comes near.
        self.platform = Platform(**{**dict.fromkeys(field.name for field in fields(Platform)), **given})

    async def fill(self):
        for name, publish in (("public", True), ("private", False)):
            await self._package("ann", name, publish, {})
            await self._package("bob", f"to-{name}", False, {"namespace": "ann", "name": name})
            await self._action("ann", f"{name}/web", EXPORTED)
            await self._action("ann", f"{name}/hidden", [])
        await self._action("bob", "own", EXPORTED)

    async def visit(self, path, verb="GET", user=None):
        scope = {
            "type": "http",
            "method": verb,
            "path": f"/api/v1/web/{path}",
            "query_string": b"",
            "headers": [],
            "transaction_id": "t",
        }

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        identity = user and self.users.by_namespace(user)
        return await serve(self.platform, Request(scope, receive), Target.of(scope), identity)

    async def _package(self, namespace, name, publish, binding):
        document = {
            "publish": publish,
            "binding": binding,
            "parameters": [],
            "annotations": [],
            "version": "0.0.1",
        }
        await self.platform.entities.put("package", (namespace, name), document)

    async def _action(self, namespace, name, annotations):
        body = {"exec": {"kind": "python:3", "code": CODE}, "annotations": annotations}
        document = action_document(read_action(body, {"python:3": "python:3.11"}, namespace), None)
        await self.platform.entities.put("action", (namespace, name), document, CODE)


def visit(store, path, scheduler=None, **options):
    """The answer to one visit and the jobs that it made."""
    world = World(store, scheduler or InProcess())

    async def story():
        await world.fill()
        return await world.visit(path, **options)

    return asyncio.run(story()), world.scheduler.jobs


def refused(store, path, **options):
    with pytest.raises(Rejected) as found:
        visit(store, path, **options)
    return found.value


@pytest.mark.parametrize("path", ["bob/default/own", "bob/to-public/web"])
def test_it_runs_in_its_owners_name_with_its_owners_key(place, path):
    answer, (job,) = visit(place, path, user="ann")
    assert (answer.status, answer.body) == (200, b"ann")
    assert (job.namespace, job.api_key) == ("bob", f"u-bob:{'k' * 64}")


def test_what_is_private_needs_no_key_where_it_is_exported(place):
    answer, (job,) = visit(place, "ann/private/web")
    assert (answer.body, job.namespace) == (b"nobody", "ann")


def test_a_binding_of_what_became_private_is_forbidden_only_where_it_is_exported(place):
    told = refused(place, "bob/to-private/web")
    text = "The supplied authentication is not authorized to access 'ann/private'."
    assert (told.status, told.text, told.cors, told.headers) == (403, text, False, ())
    assert refused(place, "bob/to-private/hidden").status == 404


@pytest.mark.parametrize(
    "path", ["eve/default/own", "_/default/own", "bob/default/to-public", "bob/to-public/none"]
)
def test_what_is_missing_is_missing_for_all_alike(place, path):
    for user in (None, "bob"):
        told = refused(place, path, user=user)
        assert (told.status, told.text, told.cors) == (404, "The requested resource does not exist.", False)


def test_the_owner_is_throttled_whoever_calls(place):
    world = World(place, Never())

    async def story():
        await world.fill()
        calls = [asyncio.create_task(world.visit("bob/default/own", user="ann")) for _ in range(QUEUE)]
        await world.scheduler.full.wait()
        with pytest.raises(Rejected) as found:
            await world.visit("bob/default/own")
        for one in calls:
            one.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await world.platform.controller.close(0)
        return found.value

    told = asyncio.run(story())
    assert told.status == 429
    assert told.text.startswith("Too many concurrent requests in flight")
