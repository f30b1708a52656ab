"""A response leaves in one piece where that changes nothing else, and as uvicorn sends it where it does."""

import asyncio

import pytest
import uvicorn
from uvicorn.server import ServerState

from fnkit.local.asgi import Response
from fnkit.local.wire import Http


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
    path, headers = scope["path"], []
    if path == "/header":
        headers.append((b"x-request-id", b"a\nb"))
    if path == "/closing":
        headers.append((b"connection", b"close"))
    if path == "/twice":
        headers.append((b"content-length", b"3"))
    body = (await receive())["body"] if path == "/echo" else b"" if path == "/none" else b"xxx"
    await Response(body, 204 if path == "/none" else 200, headers, b"text/plain")(scope, receive, send)


def get(path, method="GET"):
    return f"{method} {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode()


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


def test_head_and_body_are_one_piece():
    (first, second), closed = talk(get("/"), get("/"))
    assert len(first) == len(second) == 1
    assert first[0].startswith(b"HTTP/1.1 200 OK\r\n") and first[0].endswith(b"\r\n\r\nxxx")
    assert b"content-length: 3\r\n" in first[0] and b"content-type: text/plain\r\n" in first[0]
    assert not closed


def test_it_is_what_uvicorn_sends():
    ((ours,), _), (theirs, _) = talk(get("/")), talk(get("/twice"))
    joined = b"".join(theirs[0]).replace(b"content-length: 3\r\n", b"", 1)
    assert sorted(ours[0].split(b"\r\n")) == sorted(joined.split(b"\r\n"))


@pytest.mark.parametrize(("path", "method", "status"), [("/none", "GET", b"204"), ("/", "HEAD", b"200")])
def test_what_has_no_body_ends_with_its_head(path, method, status):
    ((pieces,), closed) = talk(get(path, method))
    assert b"".join(pieces).startswith(b"HTTP/1.1 " + status)
    assert b"".join(pieces).endswith(b"\r\n\r\n")
    assert not closed


def test_a_header_that_breaks_a_line_is_never_sent():
    ((pieces,), closed) = talk(get("/header"))
    assert b"a\nb" not in b"".join(pieces)
    assert closed


@pytest.mark.parametrize("request_", [get("/closing"), b"GET / HTTP/1.0\r\nhost: x\r\n\r\n"])
def test_a_connection_that_is_to_close_closes(request_):
    ((pieces,), closed) = talk(request_)
    assert b"connection: close" in b"".join(pieces)
    assert closed


def test_a_client_that_asks_first_is_told_to_go_on_at_once():
    request = b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\nhi"
    ((pieces,), _) = talk(request)
    assert pieces[0] == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert pieces[1].endswith(b"\r\n\r\nhi")


def test_requests_that_come_together_are_answered_in_order():
    ((pieces,), _) = talk(get("/") + b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi" + get("/"))
    assert [piece.rpartition(b"\r\n\r\n")[2] for piece in pieces] == [b"xxx", b"hi", b"xxx"]
