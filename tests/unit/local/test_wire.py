"""A response leaves in one piece where that changes nothing else, and as uvicorn sends it where it does."""

import asyncio
from contextlib import contextmanager

import pytest
import uvicorn
from uvicorn.server import ServerState

from fnkit.local.asgi import Response
from fnkit.local.repeats import Repeats
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


class Asked:
    """What answers a head that is known: whatever comes is said back, at once or when it is told to."""

    def __init__(self, at_once=True, takes=True):
        self.at_once = at_once
        self.takes = takes
        self.bodies = []
        self.waiting = []

    def begin(self, body, reply):
        if self.takes:
            self.bodies.append(body)
            self.waiting.append(lambda: reply(200, b"x-own: yes\r\n", b"<" + body + b">"))
            if self.at_once:
                self.go()
        return self.takes

    def go(self):
        self.waiting.pop(0)()


def post(body, path="/echo", more=""):
    return f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n{more}\r\n{body}".encode()


async def learning(scope, receive, send):
    """Says what a request's head means, then answers it."""
    learn = scope["extensions"].get("fnkit.again")
    if learn is not None and scope["path"] == "/echo":
        learn(scope["state"]["asked"].begin, (0, 0))
    await app(scope, receive, send)


@contextmanager
def connected(asked):
    """A connection, what its client got, and a function that awaits the tasks that are under way."""
    config, state, client = uvicorn.Config(learning, log_level="critical"), ServerState(), Client()
    connection = Http(config, state, {"asked": asked}, repeats=Repeats())
    connection.connection_made(client)

    async def settled():
        await asyncio.sleep(0)
        while state.tasks:
            await asyncio.wait(set(state.tasks), timeout=60)

    yield connection, client, settled
    connection.connection_lost(None)


def bodies(client):
    return [piece.rpartition(b"\r\n\r\n")[2] for piece in client.pieces]


def played(asked, *pieces):
    """What a client gets that sends these pieces, and awaits what is under way after each."""

    async def story():
        with connected(asked) as (connection, client, settled):
            for piece in pieces:
                connection.data_received(piece)
                await settled()
            return bodies(client)

    return asyncio.run(story())


def test_a_head_that_was_read_is_answered_by_who_knows_it():
    asked = Asked()
    assert played(asked, post("a"), post("b"), post("cc"), post("dd"), get("/")) == [
        b"a",
        b"<b>",
        b"cc",
        b"<dd>",
        b"xxx",
    ]


@pytest.mark.parametrize("cut", [1, 40, len(post("abc")) - 3, len(post("abc")) - 1])
def test_a_known_message_may_come_in_pieces(cut):
    whole = post("abc")
    asked = Asked()
    assert played(asked, whole, whole[:cut], whole[cut:], whole)[-1] == b"<abc>"
    assert all(body == b"abc" for body in asked.bodies)


def test_what_is_not_taken_goes_the_usual_way():
    assert played(Asked(takes=False), post("a"), post("b")) == [b"a", b"b"]


def test_what_follows_a_known_message_waits_for_its_answer():
    async def story():
        asked = Asked(at_once=False)
        with connected(asked) as (connection, client, settled):
            connection.data_received(post("a"))
            await settled()
            connection.data_received(post("b"))
            connection.data_received(get("/") + post("c"))
            await settled()
            assert bodies(client) == [b"a"]
            asked.go()
            await settled()
            return bodies(client)

    # One that does not come alone is read by the parser.
    assert asyncio.run(story()) == [b"a", b"<b>", b"xxx", b"c"]


def test_a_message_is_answered_once():
    async def story():
        asked = Asked(at_once=False)
        with connected(asked) as (connection, client, settled):
            connection.data_received(post("a"))
            await settled()
            connection.data_received(post("b"))
            first = asked.waiting[0]
            asked.go()
            first()
            connection.data_received(post("c"))
            first()
            asked.go()
            await settled()
            return bodies(client)

    assert asyncio.run(story()) == [b"a", b"<b>", b"<c>"]


@pytest.mark.parametrize("more", ["connection: close\r\n", "expect: 100-continue\r\n"])
def test_what_means_something_to_the_connection_is_not_remembered(more):
    asked = Asked()
    played(asked, post("a", more=more), post("a", more=more))
    assert asked.bodies == []


def test_chunks_are_not_remembered():
    request = b"POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
    asked = Asked()
    assert played(asked, request, request) == [b"a", b"a"]
    assert asked.bodies == []


def test_a_server_that_stops_gives_the_last_answer_and_closes():
    async def story():
        asked = Asked(at_once=False)
        with connected(asked) as (connection, client, settled):
            connection.data_received(post("a"))
            await settled()
            connection.data_received(post("b"))
            connection.shutdown()
            assert not client.closed
            asked.go()
            return client.pieces[-1], client.closed

    piece, closed = asyncio.run(story())
    assert closed and b"connection: close\r\n" in piece and piece.endswith(b"<b>")


def test_a_client_that_is_gone_gets_nothing():
    async def story():
        asked = Asked(at_once=False)
        with connected(asked) as (connection, client, settled):
            connection.data_received(post("a"))
            await settled()
            connection.data_received(post("b"))
            client.close()
            asked.go()
            return bodies(client)

    assert asyncio.run(story()) == [b"a"]


def test_a_connection_that_is_used_is_kept():
    async def story():
        asked = Asked()
        with connected(asked) as (connection, client, settled):
            connection.data_received(post("a"))
            await settled()
            connection.data_received(post("b"))
            connection.timeout_keep_alive_handler()
            kept = not client.closed
            connection.timeout_keep_alive = 0
            connection.timeout_keep_alive_handler()
            return kept, client.closed

    assert asyncio.run(story()) == (True, True)


def test_a_connection_is_kept_in_the_middle_of_a_message():
    async def story():
        with connected(Asked()) as (connection, client, settled):
            connection.data_received(post("a"))
            await settled()
            connection.data_received(post("b"))
            connection.data_received(post("c")[:-1])
            connection.timeout_keep_alive = 1e-9
            connection.timeout_keep_alive_handler()
            kept = not client.closed
            connection.data_received(b"c")
            return kept, bodies(client)

    assert asyncio.run(story()) == (True, [b"a", b"<b>", b"<c>"])


@pytest.mark.parametrize("takes", [True, False])
def test_a_server_that_stops_in_the_middle_of_a_message_answers_it_and_closes(takes):
    async def story():
        with connected(Asked(takes=takes)) as (connection, client, settled):
            connection.data_received(post("a"))
            await settled()
            connection.data_received(post("b")[:-1])
            connection.shutdown()
            before = client.closed
            connection.data_received(b"b")
            await settled()
            return before, b"".join(client.pieces[1:]), client.closed

    before, said, after = asyncio.run(story())
    assert not before and after
    assert b"connection: close\r\n" in said and said.endswith(b"<b>" if takes else b"\r\n\r\nb")
