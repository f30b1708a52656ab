"""A flow whose state goes through a store: the same result, two objects at most, and what goes wrong is named."""

import json
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from moto.server import ThreadedMotoServer

from fnkit import compose
from fnkit.compose import nodes
from fnkit.compose.bucket import Bucket
from fnkit.compose.dry import Stage, play
from fnkit.compose.machine import KEY, Run
from fnkit.compose.moves import Call, Unanswered, Unkept, Unstarted
from fnkit.compose.nodes import to_json
from fnkit.compose.platform import Platform
from fnkit.compose.program import Flow
from fnkit.compose.store import Store, prefix
from fnkit.compose.turn import Here, conductor
from fnkit.core.errors import BadArgument
from fnkit.core.wire import Wire

LARGE = "x" * 600_000
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'


def act(params):
    return {"n": params["n"] + 1, "text": params["text"]}


def deep():
    """Two calls whose input and state together are too large, one after the other."""
    return compose.retain(lambda r: {"n": 1, "text": LARGE}, compose.retain("act"), lambda r: r["result"])


def test_a_dry_run_with_a_store_goes_on_where_one_without_ends():
    answers = {"act": act}
    assert "0.1.0 (act): its input has 600," in deep().run({}, answers)["error"]
    found = deep().stored("objects:flows").run({}, answers)
    assert found == {"params": {}, "result": {"n": 2, "text": LARGE}}


def test_a_branch_begins_from_the_store_too():
    each = compose.map(compose.sequence(lambda r, v: {"n": r["n"] + len(v["text"])}, "tiny"))
    flow = compose.let({"text": "x" * 1_100_000}, each)
    given, answers = {"value": [{"n": 1}, {"n": 2}]}, {"tiny": lambda n: {"n": n}}
    assert "may with 1,044,480" in flow.run(given, answers)["value"][0]["error"]
    assert flow.stored("objects:").run(given, answers) == {"value": [{"n": 1_100_001}, {"n": 1_100_002}]}
    single = compose.map("tiny").stored("objects:")
    large = {"value": [{"n": 1, "text": "x" * 1_100_000}]}
    wrong = single.run(large, answers)["value"][0]["error"]
    assert wrong.startswith("0 (map) could not start branch 0: it would begin with 1,100,"), (
        "an action has no store"
    )


def test_an_input_that_is_too_large_is_still_an_error():
    flow = compose.sequence(lambda r: {"n": 1, "text": LARGE * 2}, "act").stored("objects:")
    assert "0.1 (act): its input has 1,200," in flow.run({}, {"act": act})["error"]


def test_a_flow_has_one_store():
    flow = compose.sequence("a", "b").stored("s3://bucket/flows", endpoint="http://127.0.0.1:9000")
    assert compose.Flow.from_json(flow.to_json()).to_json() == flow.to_json()
    assert nodes.store((flow >> "c").node) == {"url": "s3://bucket/flows", "endpoint": "http://127.0.0.1:9000"}
    with pytest.raises(BadArgument, match=r"nodes 0\.0 and 0\.1 name two stores"):
        nodes.store(compose.sequence(flow, compose.task("c").stored("objects:")).node)
    for wrong in ("bucket", "s3://", "gs://bucket", "https://host/"):
        with pytest.raises(BadArgument, match="no store"):
            flow.stored(wrong)


@pytest.mark.parametrize(
    ("url", "begins"),
    [("objects:", ""), ("objects:a", "a/"), ("objects:a/b/", "a/b/"), ("s3://b", ""), ("s3://b/a/", "a/")],
)
def test_keys_begin_as_the_url_says(url, begins):
    assert prefix(url) == begins


def test_a_run_writes_its_two_objects_in_turn():
    """So that a turn which is taken once more finds the state that it began with."""
    step = compose.retain("act")
    flow = compose.let({"text": LARGE}, *[compose.merge(lambda r, v: {"text": v["text"]}, step)] * 3)
    keys: list[str] = []

    class Seen(dict):
        def __setitem__(self, key, value):
            keys.append(key)
            super().__setitem__(key, value)

    document, answers = to_json(flow.stored("objects:").node, "0"), {"/_/act": lambda _: {"n": 1}}
    functions = {place: one.code.live for place, one in flow.node.walk() if one.type == "function"}
    known = Flow(document, functions)
    stage = Stage(known, answers, held=Seen())
    run = Run.fresh(known, stage, "run")
    assert "error" not in stage.drive(run, run.begin({"n": 1}))
    assert stage.held == {}, "what is over leaves nothing"
    assert [key[-2:] for key in keys] == ["-0", "-1", "-0"]
    assert len({key[:-2] for key in keys}) == 1 and keys[0].startswith("run/")
    assert play(flow.node, {"n": 1}, {"act": {"n": 1}}).result["error"].startswith("0.0.")


def test_a_state_that_was_small_in_between_has_no_objects_of_its_own():
    large = compose.let({"text": LARGE}, compose.merge(lambda r, v: {"text": v["text"]}, compose.retain("act")))
    flow = compose.sequence(large, lambda r: {"n": 1}, "act", large, "act").stored("objects:")
    known = Flow(to_json(flow.node, "0"), {p: o.code.live for p, o in flow.node.walk() if o.type == "function"})
    stage = Stage(known, {"/_/act": lambda _: {"n": 1}})
    run, names = Run.fresh(known, stage, "run"), []
    outcome = run.begin({"n": 1})
    while isinstance(outcome, Call):
        names.append({key.rpartition("-")[0] for key in stage.held})
        run, outcome = Run.again(known, stage, json.loads(json.dumps(run.state())), {"n": 1})
    assert "error" not in outcome.value
    assert set.union(*names) == names[0] and len(names[0]) == 1
    run.end()
    assert stage.held == {}


def test_a_branch_that_cannot_begin_leaves_nothing():
    """It runs in the turn that would have started it."""
    each = compose.map(compose.sequence(lambda r, v: {"n": len(v["text"])}, "tiny"))
    flow = compose.let({"text": "x" * 1_100_000}, each).stored("objects:")
    functions = {place: one.code.live for place, one in flow.node.walk() if one.type == "function"}

    class Full(Stage):
        refused = 0

        def start(self, action, arguments):
            self.refused += 1

    stage = Full(Flow(to_json(flow.node, "0"), functions), {"/_/tiny": lambda _: {"n": 1}})
    run = Run.fresh(stage.flow, stage, "run")
    assert stage.drive(run, run.begin({"value": [{"n": 1}]})) == {"value": [{"n": 1}]}
    assert (stage.refused, stage.held) == (1, {})


@pytest.mark.parametrize(("trouble", "kept"), [(Unanswered("cut off"), 1), (Unstarted("403"), 0)])
def test_a_branch_of_which_nobody_said_that_it_did_not_begin_keeps_its_state(trouble, kept):
    each = compose.map(compose.sequence(lambda r, v: {"n": len(v["text"])}, "tiny"))
    flow = compose.let({"text": "x" * 1_100_000}, each).stored("objects:")
    functions = {place: one.code.live for place, one in flow.node.walk() if one.type == "function"}

    class Away(Stage):
        def start(self, action, arguments):
            raise trouble

    stage = Away(Flow(to_json(flow.node, "0"), functions), {})
    run = Run.fresh(stage.flow, stage, "run")
    assert str(trouble) in run.begin({"value": [{"n": 1}]}).value["value"][0]["error"]
    assert len(stage.held) == kept


@pytest.mark.parametrize(("status", "error"), [(None, Unanswered), (502, Unanswered), (403, Unstarted)])
def test_only_an_answer_says_that_nothing_began(status, error):
    class Says(Forgets):
        def do_POST(self):
            if status:
                self.rfile.read(int(self.headers["Content-Length"]))
                self._answer(status, b"{}")

    with served(Says) as url, pytest.raises(Unstarted) as told:
        Platform(url, "user:key").start("/_/act", {})
    assert type(told.value) is error


def test_a_run_that_fails_leaves_nothing_either():
    stage = Stage(Flow(to_json(deep().stored("objects:").node, "0"), {}), {})
    functions = {p: o.code.live for p, o in deep().node.walk() if o.type == "function"}
    stage.flow.functions = functions
    stage.answers = {"/_/act": lambda _: {"error": "no"}}
    run = Run.fresh(stage.flow, stage, "run")
    assert "no" in stage.drive(run, run.begin({}))["error"]
    assert stage.held == {}


@pytest.fixture(scope="module")
def s3():
    """The address of an S3 that checks signatures, with a bucket; and a key of somebody who may use it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    anybody = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=url, **anybody).create_bucket(Bucket="photos")
    iam = boto3.client("iam", endpoint_url=url, **anybody)
    iam.create_user(UserName="flows")
    iam.put_user_policy(UserName="flows", PolicyName="all", PolicyDocument=POLICY)
    key = iam.create_access_key(UserName="flows")["AccessKey"]
    asked(url, "/moto-api/reset-auth", b"0")
    yield url, key
    asked(url, "/moto-api/reset-auth", b"1000000")
    server.stop()


def asked(url, path, body):
    status, text = Wire(url).send("POST", path, body, {})
    assert status == 200, text


@pytest.fixture
def place(s3, monkeypatch):
    url, key = s3
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    return {"url": "s3://photos/of flows", "endpoint": url, "region": "eu-central-1"}


def test_a_bucket_takes_what_is_signed(place, monkeypatch):
    store = Store(place)
    store.put("run/1-0", {"text": "ü" * 10})
    store.put("run/1-0", {"text": LARGE})
    assert store.get("run/1-0") == {"text": LARGE}
    with pytest.raises(Unkept, match=r"s3://photos/of flows: 404 for of flows/run/lost"):
        store.get("run/lost")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "guessed")
    with pytest.raises(Unkept, match="403"):
        Store(place).get("run/1-0")


def test_a_bucket_without_keys_says_how_to_give_them(place, monkeypatch):
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(Unkept, match=r"has no AWS_SECRET_ACCESS_KEY; deploy it with --secret"):
        Bucket(place)


def test_a_store_that_does_not_answer_is_named(place):
    with pytest.raises(Unkept, match=r"s3://photos/of flows: it does not answer"):
        Store({**place, "endpoint": "http://127.0.0.1:9"}).get("run/1-0")


class Busy(BaseHTTPRequestHandler):
    """A bucket that asks for patience once."""

    asked = 0

    def do_GET(self):
        type(self).asked += 1
        body = b'{"n": 1}' if self.asked > 1 else b""
        self.send_response(200 if body else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *words):
        """Nothing."""


def test_a_bucket_that_is_busy_is_asked_again(place):
    with served(Busy) as url:
        assert Store({**place, "endpoint": url}).get("run/1-0") == {"n": 1}


@pytest.fixture
def here(place, monkeypatch):
    """A turn of a flow whose store is at an endpoint, with seconds left."""

    def at(endpoint, left):
        monkeypatch.setenv("__OW_DEADLINE", str(int((time.time() + left) * 1000)))
        return Here(Flow(to_json(deep().stored("s3://photos", endpoint=endpoint).node, "0"), {}))

    return at


class Full(BaseHTTPRequestHandler):
    """A bucket that has no time."""

    asked = 0

    def do_DELETE(self):
        type(self).asked += 1
        self.send_response(503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format, *words):
        """Nothing."""


def test_what_a_run_kept_is_taken_away_in_one_try_while_there_is_time(here, capsys):
    with served(Full) as url:
        here(url, 60).drop("run/1-0")
        here(url, 0.4).drop("run/1-1")
    assert Full.asked == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first == "An object of this run stays in the store: s3://photos: 503 for run/1-0"
    assert second == "An object of this run stays in the store: run/1-1: there is no time left"


def test_a_bucket_that_is_silent_costs_no_run_its_result(here, capsys):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        turn = here(f"http://127.0.0.1:{silent.getsockname()[1]}", 10)
        turn.drop("run/1-0")
    assert turn.left() > -40, "it waited as long as for a state"
    assert "it does not answer (timed out)" in capsys.readouterr().out


@contextmanager
def served(handler):
    """The URL of a server of the test's own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_turn_says_at_which_node_the_store_failed(monkeypatch):
    for name in ("__OW_API_HOST", "__OW_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    flow = deep().stored("objects:flows")
    functions = {place: one.code.live for place, one in flow.node.walk() if one.type == "function"}
    turn = conductor(json.dumps(to_json(flow.node, "0")), functions, "join")
    assert turn({})["error"].startswith(
        "0.1.0 (act): the state of the flow could not be kept: the action has no key"
    )


class Forgets(BaseHTTPRequestHandler):
    """A platform whose store forgets what it was given."""

    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(201, b"{}")

    def do_GET(self):
        self._answer(404, b'{"error": "The requested resource does not exist."}')

    def _answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *words):
        """Nothing."""


def test_a_state_that_is_gone_names_the_node(monkeypatch):
    flow = deep().stored("objects:flows")
    functions = {place: one.code.live for place, one in flow.node.walk() if one.type == "function"}
    turn = conductor(json.dumps(to_json(flow.node, "0")), functions, "join")
    monkeypatch.setenv("__OW_API_KEY", "user:key")
    with served(Forgets) as url:
        monkeypatch.setenv("__OW_API_HOST", url)
        asked_for = turn({})
        assert asked_for["action"] == "/_/act"
        assert set(asked_for["state"][KEY]) == {"held", "flow", "node", "told"}
        gone = turn({**act(asked_for["params"]), **asked_for["state"]})["error"]
    assert gone.startswith("0.1.0 (act): the state of the flow is not to be had: flows/")
    assert gone.endswith("404 The requested resource does not exist.")
