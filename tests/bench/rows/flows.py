"""What a flow adds to its actions: steps one after the other, ten branches at once, a map over many items."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.clients import asking, latency
from tests.bench.floors import seconds
from tests.bench.harness import Floor, Group, Row, at_most
from tests.bench.platform import Connection, fnkit, platform

CALLS = 20
"""Calls of one turn; their median is the turn's measurement."""
STEPS = 10
ITEMS = 1000
SOURCE = """from fnkit import compose


def hello(name: str = "you"):
    return {"greeting": "Hello " + name}


hi = compose.action("hello", hello)
steps = compose.sequence(*[hi] * 10)
inline = compose.sequence(*[lambda r: r] * 10)
branches = compose.parallel(*[hi] * 10)
items = compose.sequence(lambda r: {"value": [{}] * 1000}, compose.map(hi), lambda r: {"n": len(r["value"])})
"""


@contextmanager
def group() -> Iterator[Group]:
    """The flows deployed as a person does it, a native sequence beside them, and everything warm."""
    with platform() as server, tempfile.TemporaryDirectory(prefix="fnkit-bench-") as folder:
        Path(folder, "flows.py").write_text(SOURCE)
        ours = Connection(server.port)
        names = ("steps", "inline", "branches", "items")
        for name in names:
            fnkit(server, "deploy", name, f"{folder}/flows.py:{name}", "--with-actions")
        native = {"exec": {"kind": "sequence", "components": ["/_/hello"] * STEPS}}
        ours.ask(server.request("PUT", "actions/native", native))
        calls = {
            name: server.request("POST", f"actions/{name}?blocking=true", {})
            for name in (*names, "hello", "native")
        }
        for request in calls.values():
            ours.ask(request)

        def median(name: str):
            return lambda: latency(asking(ours, calls[name]), CALLS).p50

        probes = {name: median(name) for name in (*names[:-1], "hello", "native")}
        probes["items"] = lambda: seconds(lambda: ours.ask(calls["items"]))
        yield Group(probes, _rows())


def _rows() -> list[Row]:
    one = Floor("a warm blocking call", lambda t: t["hello"])
    thousand = Floor(f"{ITEMS:,} warm blocking calls", lambda t: ITEMS * t["hello"])
    return [
        Row(f"flow of {STEPS}, each step", lambda t: (t["steps"] - t["hello"]) / STEPS, one, at_most(0.5)),
        Row(
            f"flow of {STEPS}",
            lambda t: t["steps"],
            Floor(f"a sequence of {STEPS}", lambda t: t["native"]),
            at_most(2.5),
        ),
        Row(f"flow of {STEPS} inline functions", lambda t: t["inline"], one),
        Row(
            f"parallel of {STEPS}",
            lambda t: t["branches"],
            Floor(f"{STEPS} warm blocking calls", lambda t: STEPS * t["hello"]),
        ),
        Row(f"map over {ITEMS:,} items", lambda t: t["items"], thousand),
    ]
