"""The pool over HTTP: what it shows, what it refuses, and how many runs an instance takes. Only of ours."""

import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.conftest import fresh_platform

THREADS = 16
GATED = """
from urllib.request import urlopen

def main(args):
    return {"text": urlopen(args["gate"]).read().decode()}
"""
MEETS = """
let here = 0, most = 0
async function main({ others }) {
  most = Math.max(most, ++here)
  while (most < others) await new Promise(done => setTimeout(done, 2))
  return { most }
}
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A platform with memory for two instances, on which Node.js may take eight runs at a time."""
    started = fresh_platform(tmp_path_factory.mktemp("pool") / "data", "--memory=512", "--max-concurrency=8")
    yield started
    started.stop()


def put(platform, name, kind, code, **fields):
    body = {"exec": {"kind": kind, "code": code}, **fields}
    return platform.call("PUT", f"actions/{name}?overwrite=true", json=body)


def pool_of(platform):
    return platform.call("GET", "/fnkit/v1/pool").json()


def test_the_pool_tells_all_there_is_to_know(embedded, action):
    action("ct-seen")
    for _ in range(2):
        assert embedded.call("POST", "actions/ct-seen?blocking=true", json={}).status_code == 200
    pool = pool_of(embedded)
    (mine,) = [one for one in pool["instances"] if one["action"].endswith("/ct-seen")]
    assert mine["began"] in ("cold", "forked", "prewarmed")
    assert mine["private"] is None or 0 < mine["private"] < 100e6
    assert mine["shared"] is None or mine["shared"] > 0
    assert pool["warm"] >= 1
    assert pool["cold"] + pool["forked"] + pool["prewarmed"] >= 1
    assert 256 <= pool["used"] <= pool["capacity"]
    assert (pool["queued"], pool["queues"]) == (0, [])
    assert all(one["source"] in ("zygote", "template") for one in pool["sources"])
    for what in ("init", "run"):
        for histogram in pool["durations"][what].values():
            assert histogram["buckets"]["+Inf"] == histogram["count"]
    assert pool["durations"]["run"]["warm"]["count"] >= 1


def test_metrics_show_the_pool(embedded, action):
    action("ct-seen-too")
    embedded.call("POST", "actions/ct-seen-too?blocking=true", json={})
    text = embedded.call("GET", "/metrics", auth=None).text
    found = {sample: float(value) for sample, value in re.findall(r"^(fnkit_\S+) (\S+)$", text, re.MULTILINE)}
    assert found['fnkit_pool_instances{state="idle"}'] >= 1
    assert found['fnkit_pool_memory_bytes{what="used"}'] >= 256 * 2**20
    assert sum(found[f'fnkit_starts_total{{began="{began}"}}'] for began in ("cold", "forked", "prewarmed")) >= 1
    assert (
        found['fnkit_run_seconds_bucket{began="warm",le="+Inf"}'] == found['fnkit_run_seconds_count{began="warm"}']
    )
    assert {f'fnkit_pool_sources{{kind="{kind}"}}' for kind in ("zygote", "template")} <= set(found)


def test_the_platform_says_whether_the_common_packages_are_there(embedded):
    common = embedded.call("GET", "/fnkit/v1").json()["common"]
    assert "common packages" in common["python"]


class Gate(ThreadingHTTPServer):
    """Answers once it is open; actions reach it from within their sandbox."""

    daemon_threads = True

    def __init__(self):
        opened = self.opened = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                opened.wait(60)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"through")

            def log_message(self, *words):
                """Nobody reads it."""

        super().__init__(("127.0.0.1", 0), Handler)


@pytest.fixture
def gate():
    with Gate() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.opened.set()
        server.shutdown()


def test_a_full_queue_of_one_action_refuses_it_and_no_other(own, gate):
    """More wait than a queue holds: 429 in OpenWhisk's words; nothing is lost, and another action is answered."""
    for name in ("ct-flooded", "ct-else"):
        limits = {"timeout": 60_000, "memory": 256}
        assert put(own, name, "python:default", GATED, limits=limits).status_code == 200

    arguments = {"gate": f"http://127.0.0.1:{gate.server_port}/"}

    def call(_):
        return own.call("POST", "actions/ct-flooded", json=arguments)

    try:
        with ThreadPoolExecutor(THREADS) as threads:
            answers = list(threads.map(call, range(560)))
        counts = Counter(answer.status_code for answer in answers)
        assert counts.keys() == {202, 429}
        assert 502 <= counts[202] <= 502 + THREADS, "those that come at the same moment may pass together"
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert refused.json()["error"] == "Too many requests"
        queues = pool_of(own)["queues"]
        assert [one["action"].rpartition("/")[2] for one in queues] == ["ct-flooded"]
        assert queues[0]["waiting"] == counts[202] - 2
        later = own.call("POST", "actions/ct-else", json=arguments)
        assert later.status_code == 202
    finally:
        gate.opened.set()
    assert own.record(later.json()["activationId"])["response"]["success"]
    with ThreadPoolExecutor(THREADS) as threads:
        ids = [answer.json()["activationId"] for answer in answers if answer.status_code == 202]
        assert all(record["response"]["success"] for record in threads.map(own.record, ids))


def test_one_instance_of_nodejs_takes_as_many_runs_as_its_limit_says(own):
    made = put(own, "ct-meets", "nodejs:default", MEETS, limits={"concurrency": 4})
    if made.status_code == 400 and "is not supported by this platform" in made.json()["error"]:
        pytest.skip("this platform has no Node.js")
    assert made.json()["limits"]["concurrency"] == 4

    def call(_):
        return own.call("POST", "actions/ct-meets?blocking=true&result=true", json={"others": 4}).json()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(call, range(4))) == [{"most": 4}] * 4
    (mine,) = [one for one in pool_of(own)["instances"] if one["action"].endswith("/ct-meets")]
    assert (mine["state"], mine["activations"]) == ("idle", 4)


def test_how_many_runs_an_instance_may_take_is_bounded(own, embedded):
    most = own.call("GET", "limits").json()["maxActionConcurrency"]
    assert (most, embedded.call("GET", "limits").json()["maxActionConcurrency"]) == (8, 1)
    for platform, asked, edge in ((own, 9, 8), (embedded, 2, 1)):
        refused = put(platform, "ct-many", "python:default", GATED, limits={"concurrency": asked})
        text = f"requirement failed: concurrency {asked} exceeds allowed threshold of {edge}"
        assert (refused.status_code, refused.json()["error"]) == (400, text)
    refused = put(own, "ct-many", "python:default", GATED, limits={"concurrency": 0})
    assert refused.json()["error"] == "requirement failed: concurrency 0 below allowed threshold of 1"


def test_python_runs_one_at_a_time_whatever_the_limit_says(own):
    code = "import time\nhere = 0\ndef main(args):\n    global here\n    here += 1\n    time.sleep(0.05)\n"
    code += "    seen = here\n    here -= 1\n    return {'seen': seen}\n"
    assert put(own, "ct-serial", "python:default", code, limits={"concurrency": 8}).status_code == 200

    def call(_):
        return own.call("POST", "actions/ct-serial?blocking=true&result=true", json={}).json()

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(call, range(6))) == [{"seen": 1}] * 6
