"""A body crop by the platform, warm, against the same call in this process."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.bench import pose, smart_body_crop
from tests.bench.harness import Group
from tests.bench.platform import Connection, platform

CALLS = 20
"""Calls of one turn; their median is the turn's measurement."""


@contextmanager
def group() -> Iterator[Group]:
    """The action deployed and warm, the same function loaded here; both give the same box."""
    with platform() as server:
        pose.deploy(server)
        connection, request, words = Connection(server.port), pose.call(server), pose.arguments()
        there, here = pose.box(connection, request), smart_body_crop.main(**words)["box"]
        if there != here:
            raise RuntimeError(f"the platform says {there}, this process {here}")
        yield Group(
            "the same call in process",
            lambda: _median(lambda: smart_body_crop.main(**words)),
            {"body crop in the platform": lambda: _median(lambda: pose.box(connection, request))},
            repeats=7,
        )


def _median(call: Callable[[], object]) -> float:
    seconds = []
    for _ in range(CALLS):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)
