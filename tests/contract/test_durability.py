"""What was acknowledged is there after the server was killed."""

import json
import threading

from tests.contract.conftest import SLOW

CODE = "def main(args):\n    print('kept')\n    return {'sum': args.get('a', 0) + 1}\n"
ACTION = {"exec": {"kind": "python:default", "code": CODE}, "parameters": [{"key": "a", "value": 4}]}


def test_an_acknowledged_put_and_a_finished_activation_survive_kill_9(embedded):
    put = embedded.call("PUT", "actions/durable", json=ACTION)
    run = embedded.call("POST", "actions/durable?blocking=true", json={"a": 41})
    embedded.kill()
    embedded.restart()
    assert (put.status_code, run.status_code) == (200, 200)
    assert embedded.call("GET", "actions/durable").json() == put.json()
    record = embedded.call("GET", f"activations/{run.json()['activationId']}").json()
    assert record["response"]["result"] == {"sum": 42}
    assert [line.split(" ", 1)[1].strip() for line in record["logs"]] == ["stdout: kept"]
    assert {**record, "logs": []} == run.json()
    again = embedded.call("POST", "actions/durable?blocking=true&result=true", json={})
    assert again.json() == {"sum": 5}
    embedded.call("DELETE", "actions/durable")


def test_what_was_promised_and_never_ended_is_told_after_kill_9(embedded):
    embedded.call("PUT", "actions/durable-slow", json={"exec": {"kind": "python:default", "code": SLOW}})
    promised = embedded.call("POST", "actions/durable-slow", json={"s": 30}).json()["activationId"]
    embedded.kill()
    embedded.restart()
    record = embedded.record(promised)
    assert record["response"]["status"] == "whisk internal error"
    assert "stopped" in record["response"]["result"]["error"]
    embedded.call("DELETE", "actions/durable-slow")


def test_a_sequence_goes_on_after_kill_9(embedded):
    embedded.call("PUT", "actions/durable", json=ACTION)
    embedded.call("PUT", "actions/durable-slow", json={"exec": {"kind": "python:default", "code": SLOW}})
    steps = ["/_/durable", "/_/durable-to-slow", "/_/durable-slow", "/_/durable"]
    code = "def main(args):\n    return {'s': 30, **args}\n"
    embedded.call("PUT", "actions/durable-to-slow", json={"exec": {"kind": "python:default", "code": code}})
    executable = {"exec": {"kind": "sequence", "components": steps}}
    embedded.call("PUT", "actions/durable-seq", json=executable)
    promised = embedded.call("POST", "actions/durable-seq", json={"a": 1}).json()["activationId"]
    _until_it_runs(embedded, "durable-slow")
    embedded.kill()
    embedded.restart()
    record = embedded.record(promised)
    first, second, third = (embedded.record(step) for step in record["logs"])
    assert first["response"]["result"] == {"sum": 2}
    assert second["response"]["result"] == {"s": 30, "sum": 2}
    assert third["response"] == record["response"]
    assert record["response"]["status"] == "whisk internal error"
    assert third["cause"] == promised
    for name in ("durable", "durable-to-slow"):
        assert len(embedded.call("GET", f"activations?name={name}&since={record['start']}").json()) == 1
    for name in ("durable-seq", "durable-slow", "durable-to-slow", "durable"):
        embedded.call("DELETE", f"actions/{name}")


def _until_it_runs(embedded, name):
    pause = threading.Event()
    for _ in range(400):
        instances = embedded.call("GET", "/fnkit/v1/pool").json()["instances"]
        if any(one["action"].endswith(f"/{name}") and one["state"] == "busy" for one in instances):
            return
        pause.wait(0.05)
    raise TimeoutError(instances)


def test_objects_and_layers_survive_kill_9(embedded):
    put = embedded.call("PUT", "/fnkit/v1/objects/durable", data=b"kept")
    embedded.kill()
    embedded.restart()
    assert put.status_code == 201
    assert embedded.call("GET", "/fnkit/v1/objects/durable").content == b"kept"
    embedded.call("DELETE", "/fnkit/v1/objects/durable")


def test_a_stop_lets_what_runs_end(embedded):
    embedded.call("PUT", "actions/durable-end", json={"exec": {"kind": "python:default", "code": SLOW}})
    running = embedded.call("POST", "actions/durable-end", json={"s": 1}).json()["activationId"]
    embedded.stop()
    embedded.restart()
    assert embedded.record(running)["response"]["result"] == {"took": 1}
    embedded.call("DELETE", "actions/durable-end")


def test_an_acknowledged_firing_survives_kill_9(embedded):
    embedded.call("PUT", "actions/durable-slow", json={"exec": {"kind": "python:default", "code": SLOW}})
    embedded.call("PUT", "triggers/durable-t", json={})
    body = {"trigger": "/_/durable-t", "action": "/_/durable-slow"}
    rule = embedded.call("PUT", "rules/durable-r", json=body).json()
    fired = embedded.call("POST", "triggers/durable-t", json={"s": 30})
    embedded.kill()
    embedded.restart()
    assert (fired.status_code, embedded.call("GET", "rules/durable-r").json()) == (202, rule)
    record = embedded.call("GET", f"activations/{fired.json()['activationId']}").json()
    assert record["response"]["result"] == {"s": 30}
    started = json.loads(record["logs"][0])["activationId"]
    assert embedded.call("GET", f"activations/{started}").json()["response"]["status"] == "whisk internal error"
    for path in ("rules/durable-r", "triggers/durable-t", "actions/durable-slow"):
        assert embedded.call("DELETE", path).status_code == 200
