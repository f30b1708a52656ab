"""What is made of a wiring, and the two conductors that it puts between."""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from fnkit.core.errors import BadArgument
from fnkit.events import destination, router
from fnkit.events.places import Outcome, Place, place
from fnkit.events.sources import storage
from fnkit.events.wiring import Timer, Wiring

TIMER = Timer("alarm", {"cron": "* * * * *"})


def test_the_way_of_an_event():
    plain = Wiring("t", TIMER, "/_/work")
    assert (plain.route.first, plain.route.generated) == ("/_/work", ())
    both = Wiring("t", TIMER, "/_/work", {"a": ["x"]}, Outcome(success=(place("objects:out/"),)))
    assert both.route.first == "/_/t-router"
    first, second = both.route.generated
    assert json.loads(first.order) == {"pattern": {"a": ["x"]}, "target": "/_/t-destination"}
    assert json.loads(second.order)["target"] == "/_/work"
    assert all(one.annotations["conductor"] for one in both.route.generated)


@pytest.mark.parametrize(
    ("text", "kind", "to", "label"),
    [
        ("keep", "action", "/_/keep", "keep"),
        ("action:pkg/keep", "action", "/_/pkg/keep", "pkg/keep"),
        ("trigger:after", "trigger", "/_/after", "trigger:after"),
        ("objects:out/", "store", "out/", "objects:out/"),
        ("https://host/hook?key=hush", "http", "https://host/hook?key=hush", "https://host/…"),
    ],
)
def test_a_place(text, kind, to, label):
    found = place(text)
    assert (found.kind, found.to, found.label) == (kind, to, label)
    assert "hush" not in repr(found)


@pytest.mark.parametrize("text", ["ftp://host/x", "https://", "trigger:a/b", "not legal!"])
def test_what_is_no_place(text):
    with pytest.raises(BadArgument):
        place(text)


@pytest.mark.parametrize(
    "wrong",
    [
        Wiring("t", TIMER, "/_/work", {"a": "x"}),
        Wiring("t", TIMER, "/_/work", None, Outcome(success=(place("trigger:t"),))),
        Wiring("t", TIMER, "/_/work", None, Outcome(failure=(place("work"),))),
        Wiring("t", storage("objects:in/"), "/_/work", None, Outcome(success=(place("objects:in/done/"),))),
        Wiring("t", storage("objects:in/done/"), "/_/work", None, Outcome(success=(place("objects:in/"),))),
        Wiring("t", TIMER, "/_/work", None, Outcome(retries=-1)),
    ],
)
def test_wrong_patterns_and_loops_are_refused(wrong):
    with pytest.raises(BadArgument):
        wrong.check()


def test_a_store_that_is_not_watched_is_no_loop():
    for source in (storage("objects:in/"), storage("objects:", suffix=".jpg")):
        Wiring("t", source, "/_/work", None, Outcome(success=(place("objects:out/"),))).check()


def test_the_router(monkeypatch):
    monkeypatch.setenv("FNKIT_ROUTER", json.dumps({"pattern": {"n": [1]}, "target": "/_/work"}))
    assert router.main({"n": 2}) == {"params": {"matched": False}}
    step = router.main({"n": 1, "__ow_headers": {}})
    assert (step["action"], step["params"]) == ("/_/work", {"n": 1, "__ow_headers": {}})
    assert router.main({"answer": 42, **step["state"]}) == {"params": {"answer": 42}}
    assert router.main({"error": "no", **step["state"]}) == {"error": "no"}


def order(monkeypatch, **given):
    usual = {"target": "/_/work", "retries": 0, "pause": 0, "success": [], "failure": [], "dead": []}
    monkeypatch.setenv("FNKIT_DESTINATION", json.dumps({**usual, **given}))


def played(request, answers):
    """Every step of the conductor, with what the called actions answer; the last one is the end."""
    steps = [destination.main(dict(request))]
    for answer in answers:
        steps.append(destination.main({**answer, **steps[-1]["state"]}))
    return steps


def action(name):
    return {"kind": "action", "to": f"/_/{name}"}


def test_a_success_goes_on_and_is_the_answer(monkeypatch):
    order(monkeypatch, success=[action("keep")], failure=[action("tell")])
    first, second, end = played({"n": 1}, [{"answer": 42}, {"kept": True}])
    assert (first["action"], first["params"]) == ("/_/work", {"n": 1})
    assert second["action"] == "/_/keep"
    told = {"condition": "success", "action": "/_/work", "attempts": 1}
    assert second["params"] == {**told, "request": {"n": 1}, "response": {"answer": 42}}
    assert end == {"params": {"answer": 42}}


def test_a_failure_is_tried_again_and_then_told(monkeypatch):
    order(monkeypatch, retries=2, success=[action("keep")], failure=[action("tell")])
    *tries, told, end = played({"n": 1}, [{"error": "no"}] * 3 + [{}])
    assert [one["action"] for one in tries] == ["/_/work"] * 3
    assert (told["action"], told["params"]["attempts"]) == ("/_/tell", 3)
    assert end == {"error": "no"}


def test_a_success_after_a_failure_is_one(monkeypatch):
    order(monkeypatch, retries=2, failure=[action("tell")])
    assert played({}, [{"error": "no"}, {"answer": 1}])[-1] == {"params": {"answer": 1}}


def test_what_cannot_be_delivered_goes_to_the_dead_letters(monkeypatch):
    order(monkeypatch, success=[action("keep"), action("too")], dead=[action("dead")])
    *_, too, dead, end = played({}, [{"answer": 1}, {"error": "full"}, {}, {}])
    assert (too["action"], dead["action"]) == ("/_/too", "/_/dead")
    assert dead["params"]["undelivered"] == ["/_/keep: full"]
    assert end == {"params": {"answer": 1}}


def test_without_dead_letters_it_is_the_error_of_the_run(monkeypatch):
    order(monkeypatch, success=[action("keep")])
    end = played({}, [{"answer": 1}, {"error": "full"}])[-1]
    assert end == {"error": "it could not be delivered to /_/keep: full", "response": {"answer": 1}}


def test_a_request_that_is_too_large_is_left_out(monkeypatch):
    order(monkeypatch, success=[action("keep")])
    [_, step] = played({"photo": "x" * 1_000_000}, [{"answer": 1}])
    assert step["params"]["request"] is None


@pytest.fixture
def address():
    """An HTTP address that answers with the given codes, one after the other, then with 200: and what it got."""
    got, codes = [], []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            got.append((self.headers["Content-Type"], json.loads(body or "null")))
            code = codes.pop(0) if codes else 200
            self.send_response(code)
            self.send_header("Content-Length", "0")
            if 300 <= code < 400:
                self.send_header("Location", f"http://127.0.0.1:{server.server_port}/moved")
            self.end_headers()

        do_GET = do_POST  # noqa: N815

        def log_message(self, *words):
            pass

    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook?key=hush", got, codes
    server.shutdown()
    server.server_close()


def test_an_http_address_gets_a_cloudevent_also_at_the_second_try(monkeypatch, address):
    url, got, codes = address
    codes += [503]
    order(monkeypatch, success=[Place("http", url).to_json()])
    end = played({"__ow_headers": {"ce-id": "7"}}, [{"answer": 1}])[-1]
    assert end == {"params": {"answer": 1}}
    assert [media for media, _ in got] == ["application/cloudevents+json"] * 2
    assert got[1][1]["id"] == "7"
    assert got[1][1]["type"] == "fnkit.action.success"
    assert got[1][1]["data"]["response"] == {"answer": 1}


def test_an_address_that_says_no_is_not_asked_again_and_its_key_is_not_told(monkeypatch, address):
    url, got, codes = address
    codes += [401]
    order(monkeypatch, success=[Place("http", url).to_json()])
    end = played({}, [{"answer": 1}])[-1]
    assert len(got) == 1
    assert "401" in end["error"]
    assert "hush" not in end["error"]


NEXT = {"action": "/_/wipe", "params": {"x": 1}, "state": {"$fnkit": {}}}


def test_an_error_answer_starts_nothing(monkeypatch):
    monkeypatch.setenv("FNKIT_ROUTER", json.dumps({"pattern": {}, "target": "/_/work"}))
    assert router.main({"error": "no", "code": 4, **NEXT, "$fnkit": {}}) == {"error": "no", "code": 4}
    order(monkeypatch, failure=[action("tell")])
    *_, told, end = played({}, [{"error": "no", "code": 4, "action": "/_/wipe", "params": {"x": 1}}, {}])
    assert (told["action"], told["params"]["response"]["action"]) == ("/_/tell", "/_/wipe")
    assert end == {"error": "no", "code": 4}


def test_an_address_that_has_moved_is_told_and_gets_no_empty_request(monkeypatch, address):
    url, got, codes = address
    codes += [301]
    order(monkeypatch, success=[Place("http", url).to_json()])
    assert "301" in played({}, [{"answer": 1}])[-1]["error"]
    assert [body["data"]["response"] for _, body in got] == [{"answer": 1}]


def test_what_speaks_no_http_goes_to_the_dead_letters_without_its_address(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            there, _ = server.accept()
            with there:
                there.recv(65536)
                there.sendall(b"220 mail.example.org ready\r\n")

        threading.Thread(target=answer, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/hook?key=hush"
        order(monkeypatch, success=[Place("http", url).to_json()], dead=[action("dead")])
        *_, dead, end = played({}, [{"answer": 1}, {}])
    assert dead["params"]["undelivered"] == ["http://127.0.0.1: BadStatusLine"]
    assert end == {"params": {"answer": 1}}


def test_where_no_time_is_left_it_is_not_tried_again(monkeypatch, address):
    url, got, codes = address
    codes += [503] * 4
    monkeypatch.setenv("__OW_DEADLINE", str(int((time.time() + 6) * 1000)))
    order(monkeypatch, success=[Place("http", url).to_json()], dead=[action("dead")])
    dead = played({}, [{"answer": 1}])[-1]
    assert len(got) == 1
    assert "no time left" in dead["params"]["undelivered"][0]


def test_the_id_of_a_structured_event_is_kept(monkeypatch, address):
    url, got, _ = address
    order(monkeypatch, success=[Place("http", url).to_json()])
    played({"specversion": "1.0", "id": "e-7", "source": "/s", "type": "t", "data": {}}, [{"answer": 1}])
    assert got[0][1]["id"] == "e-7"


@pytest.mark.parametrize("url", ["http://host/a b", "http://host/a\nb", "https://host/ü"])
def test_an_address_that_cannot_be_one_is_told_before(url):
    with pytest.raises(BadArgument, match="%20"):
        place(url)
