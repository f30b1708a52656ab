"""Sequences, a composition, a firing, a web action and a long list, against the bare HTTP floor."""

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.bench.harness import Group, Measure
from tests.bench.platform import Connection, Server, free_port, platform, serving

CALLS = 20
"""Calls of one turn; their median is the turn's measurement."""
KEPT = 100_000
"""Activations among which 30 are listed."""
HELLO = "def main(args):\n    return {'greeting': 'Hello ' + args.get('name', 'you')}\n"
CONDUCTOR = """def main(args):
    done = args.pop('$done', 0)
    return {'params': args} if done == 2 else {'action': 'hello', 'params': args, 'state': {'$done': done + 1}}
"""
PYTHON = "python:3"
DATABASE = "whisk.db"


@contextmanager
def group() -> Iterator[Group]:
    """Both servers up, everything there, the instances warm."""
    with platform() as server, tempfile.TemporaryDirectory(prefix="fnkit-bench-") as folder:
        ours = Connection(server.port)
        _make(server, ours)
        rows = _rows(server, ours)
        body, port = Path(folder, "answer"), free_port()
        body.write_bytes(ours.call(server.request("POST", "actions/two?blocking=true", {}))[1])
        with serving([sys.executable, "-m", "tests.bench.raw_asgi", str(port), str(body)], port):
            floor, request = Connection(port), server.request("POST", "actions/two?blocking=true", {})
            yield Group(
                "a raw ASGI app on uvicorn[standard], same client",
                lambda: _median(lambda: floor.ask(request)),
                rows,
                repeats=7,
            )


def _make(server: Server, ours: Connection) -> None:
    hello = {"exec": {"kind": PYTHON, "code": HELLO}, "annotations": [{"key": "web-export", "value": True}]}
    conducting = [{"key": "conductor", "value": True}]
    documents = {
        "actions/hello": hello,
        "actions/two": {"exec": {"kind": "sequence", "components": ["/_/hello"] * 2}},
        "actions/ten": {"exec": {"kind": "sequence", "components": ["/_/hello"] * 10}},
        "actions/conductor": {"exec": {"kind": PYTHON, "code": CONDUCTOR}, "annotations": conducting},
        "triggers/tick": {},
        "rules/on-tick": {"trigger": "/_/tick", "action": "/_/hello"},
    }
    for path, document in documents.items():
        ours.ask(server.request("PUT", path, document))
    ours.ask(server.request("POST", "actions/hello?blocking=true", {}))
    _fill(Path(server.environment["FNKIT_DATA"]))


def _rows(server: Server, ours: Connection) -> dict[str, Measure]:
    namespace = ours.ask(server.request("GET", "/api/v1/namespaces"))[0]
    requests = {
        "sequence of 2": server.request("POST", "actions/two?blocking=true", {}),
        "sequence of 10": server.request("POST", "actions/ten?blocking=true", {}),
        "conductor with 2 steps": server.request("POST", "actions/conductor?blocking=true", {}),
        "web action": server.request("GET", f"/api/v1/web/{namespace}/default/hello.json"),
        f"30 of {KEPT:,} activations": server.request("GET", "activations?limit=30"),
    }

    def measure(request: bytes) -> Measure:
        return lambda: _median(lambda: ours.ask(request))

    rows = {name: measure(request) for name, request in requests.items()}
    return {**rows, "trigger → rule → action's record": lambda: _median(lambda: _fire(server, ours))}


def _fire(server: Server, ours: Connection) -> None:
    """Fires the trigger and asks until the record of its action is there."""
    fired = ours.ask(server.request("POST", "triggers/tick", {}))["activationId"]
    line = json.loads(ours.ask(server.request("GET", f"activations/{fired}"))["logs"][0])
    asked = server.request("GET", f"activations/{line['activationId']}")
    until = time.monotonic() + 30
    while ours.call(asked)[0] != 200:
        if time.monotonic() > until:
            raise RuntimeError("the action of the rule left no record")


def _fill(data: Path) -> None:
    """Copies the one activation that is there until there are many, each with an id of its own."""
    with closing(sqlite3.connect(data / DATABASE, timeout=30)) as store, store:
        columns = [row[1] for row in store.execute("PRAGMA table_info(activations)")]
        other = {"id": "printf('%032x', n)", "start": "start - n"}
        names, values = ", ".join(columns), ", ".join(other.get(name, name) for name in columns)
        store.execute(
            f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {KEPT}) "
            f"INSERT INTO activations ({names}) SELECT {values} FROM numbers, (SELECT * FROM activations LIMIT 1)"
        )


def _median(call: Callable[[], object]) -> float:
    """The median seconds of one call."""
    seconds = []
    for _ in range(CALLS):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)
