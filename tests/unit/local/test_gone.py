"""A client that goes, and one that asks for what no path of content can do."""

import asyncio
import base64
import logging
from types import SimpleNamespace

import pytest

from fnkit.local.entities import Entities
from fnkit.local.objects import Objects
from fnkit.local.routes.content import Content
from fnkit.local.routes.v1 import V1
from fnkit.local.store import Store
from fnkit.local.users import Users, ensure_user


@pytest.fixture
def platform(tmp_path):
    store = Store(tmp_path / "db")
    caller = ensure_user(store)
    objects, entities = Objects(store, tmp_path), Entities(store)
    yield SimpleNamespace(users=Users(store), objects=objects, entities=entities, caller=caller)
    store.close()


def asked(application, platform, method, path, *messages):
    """What is sent to a client that sends these messages and goes."""
    sent, given = [], [*messages]

    async def receive():
        return given.pop(0) if given else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    basic = b"Basic " + base64.b64encode(platform.caller.auth.encode())
    headers = [(b"authorization", basic), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": method, "path": path, "headers": headers, "query_string": b""}
    asyncio.run(application(platform)({**scope, "transaction_id": "t" * 32}, receive, send))
    return sent


@pytest.mark.parametrize(
    ("application", "path"), [(V1, "/api/v1/namespaces/_/actions/a"), (Content, "/fnkit/v1/objects/a")]
)
def test_a_client_that_goes_during_its_body_is_no_fault(application, path, platform, caplog):
    caplog.set_level(logging.INFO)
    half = {"type": "http.request", "body": b'{"a', "more_body": True}
    assert asked(application, platform, "PUT", path, half) == []
    assert caplog.records == []


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/fnkit/v1/objects/a", b"GET, HEAD, PUT, DELETE"), ("/fnkit/v1/feeds/t/files/a", b"GET, HEAD")],
)
def test_what_may_be_asked_is_said_where_something_else_is(path, allowed, platform):
    start, _ = asked(Content, platform, "POST", path)
    assert (start["status"], dict(start["headers"])[b"allow"]) == (405, allowed)


@pytest.mark.parametrize(("method", "size"), [("GET", 4), ("HEAD", 4), ("GET", 12)])
def test_an_object_that_is_not_what_was_put_is_never_served(method, size, platform):
    """After a power cut, or from a copy that broke off."""

    async def whole():
        yield b"0123456789"

    put = asyncio.run(platform.objects.put(("guest", "cut"), "text/plain", whole()))
    with put.path.open("r+b") as file:
        file.truncate(size)
    start, body = asked(Content, platform, method, "/fnkit/v1/objects/cut")
    assert start["status"] == 500
    assert f"{size} of 10 bytes are on disk".encode() in body["body"]
    assert b"Put it again" in body["body"]
