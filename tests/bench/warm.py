"""A warm blocking call against a raw ASGI app on uvicorn[standard] that answers the same bytes."""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.harness import Group
from tests.bench.platform import Connection, free_port, platform, serving

CALLS = 200
"""Calls of one turn; their median is the turn's measurement."""
HELLO = "def main(args):\n    return {'greeting': 'Hello ' + args.get('name', 'you')}\n"


@contextmanager
def group() -> Iterator[Group]:
    """Both servers up, both connections open, the instance warm."""
    with platform() as server, tempfile.TemporaryDirectory(prefix="fnkit-bench-") as folder:
        ours = Connection(server.port)
        action = {"exec": {"kind": "python:3", "code": HELLO}}
        ours.ask(server.request("PUT", "actions/hello?overwrite=true", action))
        invoke = server.request("POST", "actions/hello?blocking=true", {"name": "Ada"})
        _, answer = ours.call(invoke)
        body, port = Path(folder, "answer"), free_port()
        body.write_bytes(answer)
        app = [sys.executable, "-m", "tests.bench.raw_asgi", str(port), str(body)]
        with serving(app, port):
            floor = Connection(port)
            yield Group(
                "a raw ASGI app on uvicorn[standard], same bytes, same client",
                lambda: _median(floor, invoke),
                {"warm blocking call": lambda: _median(ours, invoke)},
                repeats=9,
            )


def _median(connection: Connection, request: bytes) -> float:
    """The median seconds of one call."""
    seconds = []
    for _ in range(CALLS):
        began = time.perf_counter()
        status, _ = connection.call(request)
        seconds.append(time.perf_counter() - began)
        if status != 200:
            raise RuntimeError(f"a call was answered with {status}")
    return statistics.median(seconds)
