"""One door: what comes back as an answer, what as which error, and what is sent again."""

import logging
import socket
import threading
import traceback
from dataclasses import replace

import pytest
import requests

from fnkit.core.errors import (
    Conflict,
    Missing,
    PlatformFault,
    Refused,
    Rejected,
    Throttled,
    Unauthorized,
    Unreachable,
)
from fnkit.whisk import transport
from fnkit.whisk.messages import Request
from fnkit.whisk.network import Network
from fnkit.whisk.plain import Plain
from fnkit.whisk.transport import Http

from .scripted import SECRET, Answer, props, scripted

FINE = Answer(200, {"ok": True})
GONE = Answer(0)


def get(**more) -> Request:
    return Request("GET", "/api/v1/namespaces/_/actions/hello", "action hello", repeatable=True, **more)


def post(**more) -> Request:
    return Request("POST", "/api/v1/namespaces/_/actions/hello", "action hello", body={"a": 1}, **more)


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(params=[Plain, Network])
def http(request):
    """A client over each of the ways to a platform."""
    return lambda props, **more: Http(props, **more, line=request.param(props))


class Pauses:
    """A clock that notes how long it was asked to sleep."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)


def test_a_request_as_it_goes_out(http):
    with scripted(FINE) as server:
        answer = http(props(server.url)).send(
            Request("PUT", "/a%20b", "thing", {"overwrite": "true"}, {"text": "ü"})
        )
        heard = server.heard[0]
    assert answer.json() == {"ok": True}
    assert (heard.method, heard.path) == ("PUT", "/a%20b?overwrite=true")
    assert heard.body == '{"text":"ü"}'.encode()
    assert heard.headers["Content-Type"] == "application/json"
    assert heard.headers["Authorization"].startswith("Basic ")


def test_the_connection_is_kept(http):
    with scripted(FINE) as server:
        ours = http(props(server.url))
        for _ in range(3):
            ours.send(get())
        assert server.connections == 1


def test_nothing_is_sent_that_was_not_given(http, tmp_path, monkeypatch):
    """No body, no content type; without a key no credentials, whatever a .netrc says."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    with scripted(FINE) as server:
        http(props(server.url, key=None)).send(get())
        assert "Authorization" not in server.heard[0].headers
        assert "Content-Type" not in server.heard[0].headers


def test_a_proxy_does_not_stand_between_two_processes_of_one_machine(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("NO_PROXY", "")
    with scripted(FINE) as server:
        assert Http(props(server.url)).send(get()).status == 200


def test_pieces_are_streamed_and_made_anew_for_another_attempt(http):
    with scripted(GONE, FINE) as server:
        request = Request(
            "PUT",
            "/layer",
            "layer",
            body=lambda: iter([b"one", b"two"]),
            media="application/x-tar",
            repeatable=True,
        )
        http(props(server.url), sleep=Pauses()).send(request)
        assert [heard.body for heard in server.heard] == [b"onetwo", b"onetwo"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, Unauthorized),
        (403, Unauthorized),
        (404, Missing),
        (405, PlatformFault),
        (409, Conflict),
        (413, Rejected),
        (429, Throttled),
        (500, PlatformFault),
        (503, PlatformFault),
    ],
)
def test_each_refusal_has_its_kind_and_three_parts(http, status, kind):
    body = {"error": "The platform's own words", "code": "x"}
    with scripted(Answer(status, body, {"X-Request-ID": "tid42"})) as server:
        with pytest.raises(Refused) as caught:
            http(props(server.url), sleep=Pauses()).send(post())
        host = server.url.removeprefix("http://")
    error = caught.value
    assert type(error) is kind
    assert error.status == status
    assert error.tried == f"POST action hello at {host}"
    assert error.found == f"HTTP {status}, The platform's own words."
    assert error.advice or status in (400, 405)
    assert ("tid42" in error.advice) is (status >= 500)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"Request too large", "Request too large."),
        (b"<html><body>Bad Gateway</body></html>", "no explanation."),
        (b"", "no explanation."),
        (b'{"error": {"deep": 1}}', '{"deep": 1}.'),
        (b"[1]", "[1]."),
        (b"x" * 5000, "x" * 1000 + "…"),
    ],
)
def test_refusals_that_are_not_openwhisks(http, body, words):
    with scripted(Answer(400, body)) as server, pytest.raises(Rejected) as caught:
        http(props(server.url)).send(post())
    assert caught.value.found == f"HTTP 400, {words}"


def test_the_advice_for_a_key_says_where_it_is_from(http):
    with scripted(Answer(401, {"error": "The supplied authentication is invalid"})) as server:
        with pytest.raises(Unauthorized, match=r"The key user…ssss is from WHISK_AUTH"):
            http(props(server.url)).send(get())
        with pytest.raises(Unauthorized, match="There is no key for this host yet"):
            http(props(server.url, key=None)).send(get())


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(http, status):
    with scripted(Answer(status, b"", {"Location": "https://elsewhere.example.com/"})) as server:
        with pytest.raises(Unreachable, match=r"it sends to https://elsewhere\.example\.com/"):
            http(props(server.url)).send(post())
        assert server.methods == ["POST"]


def test_an_expected_status_is_an_answer(http):
    with scripted(Answer(502, {"response": {}})) as server:
        assert http(props(server.url)).send(post(expected=(200, 502))).status == 502
        assert server.methods == ["POST"]


def test_a_connection_that_was_closed_meanwhile_is_not_used_for_an_invocation(http):
    with scripted(Answer(200, {}, closes=True), FINE) as server:
        ours = http(props(server.url))
        ours.send(get())
        assert server.closed.wait(10)
        assert ours.send(post()).status == 200
        assert server.methods == ["GET", "POST"]
        assert server.connections == 2


def test_what_can_be_repeated_is(http):
    for bad in (GONE, Answer(502, b""), Answer(503, b""), Answer(504, b"")):
        pauses = Pauses()
        with scripted(bad, bad, FINE) as server:
            assert http(props(server.url), sleep=pauses).send(get()).status == 200
            assert server.methods == ["GET"] * 3
        assert pauses.asked == list(transport.PAUSES)


def test_attempts_end(http):
    with scripted(GONE) as server:
        with pytest.raises(Unreachable, match="the connection broke"):
            http(props(server.url), sleep=Pauses()).send(get())
        assert server.methods == ["GET"] * 3


@pytest.mark.parametrize("bad", [GONE, Answer(502, b""), Answer(503, b""), Answer(429, {"error": "no"})])
def test_an_invocation_that_may_have_run_is_never_repeated(http, bad):
    with scripted(bad, FINE) as server:
        with pytest.raises(Refused):
            http(props(server.url), sleep=Pauses()).send(post())
        assert server.methods == ["POST"]


def test_a_broken_invocation_says_that_it_may_have_run(http):
    with scripted(GONE) as server, pytest.raises(Unreachable, match="It may have been done all the same"):
        http(props(server.url)).send(post())


def test_an_invocation_that_never_left_is_sent_again(http):
    """The port is closed at first; the server starts while the client pauses."""
    port = closed_port()
    with scripted(FINE) as server:
        address = server.server_address
        ours = http(props(f"http://127.0.0.1:{port}"), sleep=lambda _: relay.start(port, address[1]))
        relay = Relay()
        assert ours.send(post()).status == 200
        assert server.methods == ["POST"]
        relay.stop()


class Relay:
    """A port that begins to listen late and passes bytes on."""

    def __init__(self) -> None:
        self.listener: socket.socket | None = None

    def start(self, port: int, to: int) -> None:
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._serve, args=(to,), daemon=True).start()

    def _serve(self, to: int) -> None:
        assert self.listener is not None
        near, _ = self.listener.accept()
        far = socket.create_connection(("127.0.0.1", to))
        for one, other in ((near, far), (far, near)):
            threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()

    def stop(self) -> None:
        assert self.listener is not None
        self.listener.close()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    while data := one.recv(65536):
        other.sendall(data)
    other.close()


def test_nobody_there(http):
    with pytest.raises(Unreachable, match=r"nobody answers there .*Start it: fnkit start\.") as caught:
        http(props(f"http://127.0.0.1:{closed_port()}"), sleep=Pauses()).send(post())
    assert caught.value.status is None
    assert "The host is from WHISK_APIHOST." in caught.value.advice


def test_an_answer_that_takes_too_long(http):
    with (
        socket.create_server(("127.0.0.1", 0)) as mute,
        pytest.raises(Unreachable, match=r"no answer within 0\.1 s"),
    ):
        http(props(f"http://127.0.0.1:{mute.getsockname()[1]}")).send(get(seconds=0.1))


def test_a_certificate_that_nobody_vouches_for(tls_server):
    with pytest.raises(Unreachable, match=r"TLS certificate is not accepted .*REQUESTS_CA_BUNDLE"):
        Http(props(tls_server.url)).send(get())


def test_a_certificate_that_the_user_vouches_for(tls_server, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls_server.certificate))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert Http(props(tls_server.url)).send(get()).status == 200


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_certificates_unchecked_when_asked(tls_server, monkeypatch):
    """Also where the environment names authorities, which would win over the session."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls_server.certificate.with_name("none.pem")))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    unchecked = replace(props(tls_server.url), verify=False)
    assert Http(unchecked).send(get()).status == 200


class Failing(requests.adapters.BaseAdapter):
    """A wire that fails in one way."""

    def __init__(self, error: type[Exception]) -> None:
        super().__init__()
        self.error = error

    def send(self, *args, **kwargs):
        raise self.error("words")

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "error",
    [
        error
        for error in vars(requests.exceptions).values()
        if isinstance(error, type)
        and issubclass(error, requests.RequestException)
        and error is not requests.exceptions.JSONDecodeError  # raised by Response.json, which is not used
    ],
)
def test_every_error_of_requests_is_translated(error):
    line = Network(props("http://127.0.0.1:1"))
    line._session.mount("http://", Failing(error))
    with pytest.raises(Unreachable) as caught:
        Http(props("http://127.0.0.1:1"), sleep=Pauses(), line=line).send(post())
    assert caught.value.tried.startswith("POST action hello")


@pytest.mark.parametrize("bad", [GONE, Answer(401, {"error": f"wrong key user:{SECRET}"})])
def test_no_error_carries_the_key(http, bad, caplog):
    caplog.set_level(logging.DEBUG)
    with scripted(bad) as server:
        ours = http(props(server.url), sleep=Pauses())
        with pytest.raises(Refused) as caught:
            ours.send(get())
    error = caught.value
    shown = "".join(traceback.format_exception(error)) + repr(ours) + repr(error.args) + caplog.text
    assert SECRET not in shown
    assert error.__cause__ is None
    assert error.__context__ is None
