"""One connection for many requests; what was closed meanwhile is made anew, for what may be sent twice."""

import socket
import ssl
import threading
from contextlib import contextmanager

import pytest

from fnkit.core import wire
from fnkit.core.wire import Wire

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@contextmanager
def server(*connections):
    """Reads so many requests of each connection and then closes it; gives its URL and what it read."""
    listener, heard = socket.create_server(("127.0.0.1", 0)), []

    def serve():
        for requests in connections:
            connection, _ = listener.accept()
            with connection:
                for _ in range(requests):
                    heard.append(connection.recv(1 << 16).split(b" ", 2)[:2])
                    connection.sendall(ANSWER)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard, thread
    finally:
        listener.close()


def ended(wire, thread):
    """The server has closed its last connection: a request finds nobody."""
    thread.join(60)
    with pytest.raises(OSError, match=r"."):
        wire.send("POST", "/", b"", {})


def test_requests_share_a_connection_until_it_is_closed_and_then_another_one():
    with server(2, 2) as (url, heard, thread):
        wire = Wire(url)
        assert [wire.send("GET", f"/{n}", None, {}) for n in range(4)] == [(200, b"hello")] * 4
        ended(wire, thread)
    assert heard == [[b"GET", b"/0"], [b"GET", b"/1"], [b"GET", b"/2"], [b"GET", b"/3"]]


def test_what_may_not_be_sent_twice_is_not():
    with server(1, 1) as (url, heard, thread):
        wire = Wire(url)
        wire.send("POST", "/a", b"x", {})
        with pytest.raises(OSError, match=r"."):
            wire.send("POST", "/b", b"x", {})
        assert wire.send("POST", "/c", b"x", {}) == (200, b"hello")
        ended(wire, thread)
    assert [path for _, path in heard] == [b"/a", b"/c"]


def test_where_nobody_is_there_it_is_tried_once():
    with server() as (url, _, thread):
        thread.join(60)
    with pytest.raises(OSError, match="refused"):
        Wire(url).send("GET", "/", None, {})


def test_no_more_is_read_than_wanted_and_the_rest_is_nobody_elses_answer():
    with server(1, 1) as (url, _, thread):
        wire = Wire(url)
        assert wire.send("GET", "/", None, {}, most=2) == (200, b"he")
        assert wire.send("GET", "/", None, {}, most=5) == (200, b"hello")
        ended(wire, thread)


def test_a_thread_has_its_own_connection_and_keeps_it():
    found = []
    with server() as (url, _, _):
        thread = threading.Thread(target=lambda: found.append(wire.kept(url)))
        thread.start()
        thread.join(60)
        assert wire.kept(url) is wire.kept(url) is not found[0]


@pytest.mark.parametrize("origin", ["http://minio:80", "https://minio:443", "http://minio:9000", "https://minio"])
def test_the_host_that_is_said_is_the_one_that_was_given(origin):
    """A signature is of it."""
    wire = Wire(origin)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire._connection.sock = ours
        theirs.sendall(ANSWER)
        assert wire.send("GET", "/", None, {}) == (200, b"hello")
        said = [line for line in theirs.recv(1 << 16).split(b"\r\n") if line.lower().startswith(b"host:")]
    assert said == [f"Host: {wire.host}".encode()] == [f"Host: {origin.partition('//')[2]}".encode()]


class Broken:
    """A connection that was kept, and what becomes of it."""

    def __init__(self, error):
        self.error = error

    def sendall(self, data):
        raise self.error

    def close(self):
        """Nothing is behind it."""


@pytest.mark.parametrize("error", [ssl.SSLEOFError("EOF"), ssl.SSLZeroReturnError("end"), BrokenPipeError("pipe")])
def test_a_connection_that_had_gone_stale_is_made_anew(error):
    with server(1) as (url, _, _):
        wire = Wire(url)
        wire._connection.sock = Broken(error)
        assert wire.send("GET", "/", None, {}) == (200, b"hello")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), TimeoutError("late"), RuntimeError("an alarm's")])
def test_a_request_that_was_broken_off_does_not_break_the_next_one(error):
    with server(1) as (url, heard, _):
        wire = Wire(url)
        wire._connection.sock = Broken(error)
        with pytest.raises(type(error)):
            wire.send("GET", "/a", None, {})
        assert wire.send("GET", "/b", None, {}) == (200, b"hello")
    assert heard == [[b"GET", b"/b"]]
