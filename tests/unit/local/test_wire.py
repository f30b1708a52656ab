"""A response leaves in one piece, whatever it is made of; nothing stays behind."""

import asyncio

import pytest
import uvicorn
from uvicorn.server import ServerState

from fnkit.local.asgi import Response
from fnkit.local.wire import LARGE, Http


class Client(asyncio.Transport):
    """The client's end of a connection: what reached it, piece by piece."""

    def __init__(self):
        super().__init__({"sockname": ("127.0.0.1", 1), "peername": ("127.0.0.1", 2)})
        self.pieces = []
        self.closed = False

    def write(self, data):
        self.pieces.append(bytes(data))

    def close(self):
        self.closed = True

    def is_closing(self):
        return self.closed

    def pause_reading(self):
        """It sends little."""

    def resume_reading(self):
        """It sends little."""


async def app(scope, receive, send):
    """Answers what the path says."""
    if scope["path"] == "/broken":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        raise ValueError("no body")
    body = (await receive())["body"] if scope["path"] == "/echo" else b"x" * int(scope["path"].removeprefix("/"))
    if scope["path"] == "/2":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for part in (b"HTTP/1.1 a", b"HTTP/1.1 b"):
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body"})
        return
    await Response(body, 204 if not body else 200)(scope, receive, send)


def talk(*requests):
    """What a client gets that sends these, each when the one before was answered."""

    async def story():
        config, state, client = uvicorn.Config(app, log_level="critical"), ServerState(), Client()
        connection = Http(config, state, {})
        connection.connection_made(client)
        found = []
        for request in requests:
            before = len(client.pieces)
            connection.data_received(request)
            while state.tasks:
                await asyncio.wait(set(state.tasks), timeout=60)
            found.append(client.pieces[before:])
        closed = client.closed
        connection.connection_lost(None)
        return found, closed

    return asyncio.run(story())


def get(path, method="GET"):
    return f"{method} {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode()


def test_head_and_body_are_one_piece():
    (first, second), closed = talk(get("/3"), get("/3"))
    assert len(first) == len(second) == 1
    assert first[0].startswith(b"HTTP/1.1 200") and first[0].endswith(b"\r\n\r\nxxx")
    assert not closed


@pytest.mark.parametrize(("path", "method", "status"), [("/0", "GET", b"204"), ("/3", "HEAD", b"200")])
def test_a_head_without_a_body_does_not_wait_for_one(path, method, status):
    ((pieces,), _) = talk(get(path, method))
    assert b"".join(pieces).startswith(b"HTTP/1.1 " + status)
    assert b"".join(pieces).endswith(b"\r\n\r\n")


def test_what_is_large_is_not_copied():
    ((pieces,), _) = talk(get(f"/{LARGE + 1}"))
    assert [len(piece) > LARGE for piece in pieces] == [False, True]


def test_a_body_that_looks_like_a_head_arrives():
    ((pieces,), _) = talk(get("/2"))
    assert b"".join(pieces).endswith(b"a\r\nHTTP/1.1 a\r\na\r\nHTTP/1.1 b\r\n0\r\n\r\n")


def test_a_client_that_asks_first_is_told_to_go_on_at_once():
    request = b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\nhi"
    ((pieces,), _) = talk(request)
    assert pieces[0] == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert pieces[1].endswith(b"\r\n\r\nhi")


def test_what_was_begun_is_sent_before_the_end():
    ((pieces,), closed) = talk(get("/broken"))
    assert pieces[0].startswith(b"HTTP/1.1 200")
    assert closed
