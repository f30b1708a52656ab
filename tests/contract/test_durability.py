"""What was acknowledged is there after the server was killed."""

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
