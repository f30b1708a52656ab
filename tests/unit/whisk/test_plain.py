"""What HTTP allows and the embedded platform does not say: each is read, or it is a broken connection."""

import os
import socket
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fnkit.core.errors import BadArgument
from fnkit.whisk.messages import Broken, Request, Response
from fnkit.whisk.plain import PIECE, Plain

from .scripted import SECRET, Answer, props, scripted

OK = b"HTTP/1.1 200 OK\r\n"
GET = Request("GET", "/", "thing")


@contextmanager
def saying(*answers: bytes) -> Iterator[str]:
    """The URL of a server that answers each connection's first request with bytes, and hangs up."""

    def serve() -> None:
        for answer in answers:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize(
    ("said", "status", "body"),
    [
        (OK + b"Content-Length: 2\r\n\r\nhi", 200, b"hi"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n", 200, b"hi"),
        (OK + b"\r\nuntil the end", 200, b"until the end"),
        (b"HTTP/1.1 100 Continue\r\nX: 1\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nhi", 200, b"hi"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, b"hi"),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}", 204, b""),
        (OK + b"Connection: close\r\nContent-Length: 2\r\n\r\nhi, and more", 200, b"hi"),
    ],
)
def test_an_answer_in_any_form(said, status, body):
    with saying(said) as url:
        answer = Plain(props(url)).attempt(GET)
    assert isinstance(answer, Response)
    assert (answer.status, answer.body) == (status, body)
    assert "x" not in answer.headers


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200",
        OK + b"Content-Length: 9\r\n\r\nhi",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nwhat\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    ],
)
def test_what_is_no_answer_is_a_broken_connection(said):
    with saying(said) as url:
        outcome = Plain(props(url)).attempt(GET)
    assert isinstance(outcome, Broken)
    assert outcome.how == "cut"
    assert outcome.words


def test_what_was_said_beyond_an_answer_answers_nothing_else():
    one = OK + b"Content-Length: 3\r\n\r\none"
    with saying(one + OK + b"Content-Length: 5\r\n\r\nagain", OK + b"Content-Length: 3\r\n\r\ntwo") as url:
        line = Plain(props(url))
        assert [line.attempt(GET).body for _ in range(2)] == [b"one", b"two"]


def test_an_answer_without_a_body_leaves_the_connection_open():
    with scripted(Answer(200, b"x" * 10)) as server:
        line = Plain(props(server.url))
        answers = [line.attempt(Request(method, "/", "thing")) for method in ("HEAD", "GET", "HEAD")]
        assert [answer.body for answer in answers] == [b"", b"x" * 10, b""]
        assert server.connections == 1


def test_a_large_body_travels_whole():
    content = bytes(range(256)) * (PIECE // 100)
    with scripted(Answer(200, content)) as server:
        answer = Plain(props(server.url)).attempt(Request("PUT", "/", "thing", body=content))
        assert server.heard[0].body == content == answer.body


def test_an_answer_that_came_before_all_was_sent_is_read():
    """A platform that refuses what is too large does not hear it to its end."""

    def pieces() -> Iterator[bytes]:
        yield b"first"
        assert refused.wait(60)
        for _ in range(200):
            yield bytes(PIECE)

    refused = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def refuse() -> None:
            connection, _ = listening.accept()
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 413 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            refused.set()
            while connection.recv(65536):
                pass
            connection.close()

        thread = threading.Thread(target=refuse)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        answer = Plain(props(url)).attempt(Request("PUT", "/", "thing", body=pieces))
        thread.join()
    assert isinstance(answer, Response)
    assert answer.status == 413


@pytest.mark.parametrize("text", ["1\r\nX: 2", "snow \u2603"])
def test_a_header_is_one_line(text):
    with scripted(Answer(200, {})) as server:
        with pytest.raises(BadArgument, match="line break") as raised:
            Plain(props(server.url)).attempt(Request("GET", "/", "thing", headers={"ce-id": text}))
        assert SECRET not in "".join(traceback.format_exception(raised.value))
        assert server.heard == []


def test_an_interrupted_call_leaves_nothing_to_the_next():
    with scripted(Answer(200, {"ok": True})) as server:
        line = Plain(props(server.url))
        with pytest.raises(KeyboardInterrupt):
            line.attempt(Request("PUT", "/", "thing", body=interrupted))
        assert line.attempt(GET).json() == {"ok": True}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks: not on Windows")
def test_a_fork_leaves_the_connections_of_its_parent_alone():
    with scripted(Answer(200, {})) as server:
        line = Plain(props(server.url))
        line.attempt(GET)
        child = os.fork()
        if child == 0:  # pragma: no cover - another process
            os._exit(0 if isinstance(line.attempt(GET), Response) else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert server.connections == 2
        line.attempt(GET)
        assert server.connections == 2


def interrupted() -> Iterator[bytes]:
    yield b"half"
    raise KeyboardInterrupt
