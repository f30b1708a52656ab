"""A body crop by the platform, warm, against the same call in this process."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench import pose, smart_body_crop
from tests.bench.clients import latency
from tests.bench.harness import Floor, Group, Row, at_most
from tests.bench.platform import Connection, platform

CALLS = 20
"""Calls of one turn; their median is the turn's measurement."""
ALLOWED = 0.002
"""Seconds that a call may take beyond the function."""


@contextmanager
def group() -> Iterator[Group]:
    """The action deployed and warm, the same function loaded here; both give the same box."""
    with platform() as server:
        pose.deploy(server)
        connection, request, words = Connection(server.port), pose.call(server), pose.arguments()
        there, here = pose.box(connection, request), smart_body_crop.main(**words)["box"]
        if there != here:
            raise RuntimeError(f"the platform says {there}, this process {here}")
        probes = {
            "here": lambda: latency(lambda: smart_body_crop.main(**words), CALLS).p50,
            "there": lambda: latency(lambda: pose.box(connection, request), CALLS).p50,
        }
        here_too = Floor("F0", lambda t: t["here"])
        yield Group(
            probes,
            [Row("body crop in the platform, less 2 ms", lambda t: t["there"] - ALLOWED, here_too, at_most(1.02))],
            repeats=9,
        )
