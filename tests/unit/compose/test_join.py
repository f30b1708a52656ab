"""The join of branches as an action: on any OpenWhisk, over HTTP."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fnkit.compose.join import join


@pytest.fixture
def ended(monkeypatch):
    """Branches that have ended, id → result, on the platform that this action runs on."""
    records = {}

    class Platform(BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.partition("?")[0].rstrip("/").removesuffix("/result").rpartition("/")[2]
            body = json.dumps({"result": records.get(name), "response": {"result": records.get(name)}}).encode()
            self.send_response(200 if name in records else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("__OW_API_HOST", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("__OW_API_KEY", "23bc46b1:key")
    monkeypatch.setenv("__OW_NAMESPACE", "ns")
    monkeypatch.setenv("__OW_DEADLINE", str(int((time.time() + 600) * 1000)))
    yield records
    server.shutdown()
    server.server_close()


def test_all_that_have_ended_are_given(ended):
    ended |= {"a": {"n": 1}, "b": {"error": "no"}}
    assert join({"ids": ["a", "b"], "errors": "collect"}) == {"results": ended}


def test_a_failure_ends_the_wait_though_the_first_goes_on(ended):
    ended["failed"] = {"error": "no"}
    assert join({"ids": ["slow", "failed"], "errors": "fail"}) == {"results": {"failed": {"error": "no"}}}


def test_before_its_time_is_over_it_gives_what_is_there(ended, monkeypatch):
    ended["a"] = {"n": 1}
    monkeypatch.setenv("__OW_DEADLINE", str(int(time.time() * 1000)))
    assert join({"ids": ["a", "slow"], "errors": "collect"}) == {"results": {"a": {"n": 1}}}
