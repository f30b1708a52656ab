"""What one request sets going: sequences, compositions, a web action, a firing; against a plain call."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.bench import floors
from tests.bench.clients import asking, latency
from tests.bench.harness import Floor, Group, Row, Turn, at_most
from tests.bench.platform import Connection, Server, platform

CALLS = 40
"""Calls of one turn; their median is the turn's measurement."""
STEPS = 10
HELLO = "def main(args):\n    return {'greeting': 'Hello ' + args.get('name', 'you')}\n"
CONDUCTOR = """def main(args):
    done, most = args.pop('$done', 0), args.pop('$most', %d)
    state = {'$done': done + 1, '$most': most}
    return {'params': args} if done == most else {'action': 'hello', 'params': args, 'state': state}
"""
PYTHON = "python:3"


@contextmanager
def group() -> Iterator[Group]:
    """Both servers up, everything there, the instances warm."""
    with ExitStack() as stack:
        server = stack.enter_context(platform())
        ours = Connection(server.port)
        calls = _calls(server, ours)
        port = stack.enter_context(floors.raw_asgi(ours.call(calls["one"])[1]))
        floor = Connection(port)

        def median(connection: Connection, request: bytes):
            return lambda: latency(asking(connection, request), CALLS).p50

        probes = {name: median(ours, request) for name, request in calls.items()}
        probes["F1"] = median(floor, calls["one"])
        probes["firing"] = lambda: latency(lambda: _fire(server, ours), CALLS).p50
        yield Group(probes, [*_steps(), *_shown()], repeats=9)


def _steps() -> list[Row]:
    """What a step adds to one call from outside."""
    one = Floor("a warm blocking call", lambda t: t["one"])
    return [
        Row(
            f"sequence of {STEPS}, each step more",
            lambda t: (t["ten"] - t["one"]) / (STEPS - 1),
            one,
            at_most(0.5),
        ),
        Row(f"conductor of {STEPS}, each step", lambda t: (t["conductor"] - t["one"]) / STEPS, one, at_most(0.5)),
    ]


def _shown() -> list[Row]:
    def row(name: str, probe: str) -> Row:
        def read(turn: Turn) -> float:
            return turn[probe]

        return Row(name, read, Floor("F1", lambda t: t["F1"]))

    return [
        row("warm blocking call", "one"),
        row("sequence of 2", "two"),
        row(f"sequence of {STEPS}", "ten"),
        row(f"conductor of {STEPS}", "conductor"),
        row("web action", "web"),
        row("trigger → rule → action's record", "firing"),
    ]


def _calls(server: Server, ours: Connection) -> dict[str, bytes]:
    hello = {"exec": {"kind": PYTHON, "code": HELLO}, "annotations": [{"key": "web-export", "value": True}]}
    conducting = [{"key": "conductor", "value": True}]
    documents = {
        "actions/hello": hello,
        "actions/two": {"exec": {"kind": "sequence", "components": ["/_/hello"] * 2}},
        "actions/ten": {"exec": {"kind": "sequence", "components": ["/_/hello"] * STEPS}},
        "actions/conductor": {"exec": {"kind": PYTHON, "code": CONDUCTOR % STEPS}, "annotations": conducting},
        "triggers/tick": {},
        "rules/on-tick": {"trigger": "/_/tick", "action": "/_/hello"},
    }
    for path, document in documents.items():
        ours.ask(server.request("PUT", path, document))
    names = {"one": "hello", "two": "two", "ten": "ten", "conductor": "conductor"}
    calls = {key: server.request("POST", f"actions/{name}?blocking=true", {}) for key, name in names.items()}
    for request in calls.values():
        ours.ask(request)
    namespace = ours.ask(server.request("GET", "/api/v1/namespaces"))[0]
    return {**calls, "web": server.request("GET", f"/api/v1/web/{namespace}/default/hello.json")}


def _fire(server: Server, ours: Connection) -> None:
    """Fires the trigger and asks until the record of its action is there."""
    fired = ours.ask(server.request("POST", "triggers/tick", {}))["activationId"]
    line = json.loads(ours.ask(server.request("GET", f"activations/{fired}"))["logs"][0])
    asked = server.request("GET", f"activations/{line['activationId']}")
    until = time.monotonic() + 30
    while ours.call(asked)[0] != 200:
        if time.monotonic() > until:
            raise RuntimeError("the action of the rule left no record")
