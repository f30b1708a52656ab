"""`fnkit.map` over tasks of 10 ms of processor time against two processes of a pool over the same."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fnkit.core.names import ActionName
from fnkit.delivery.mapping import Manner, mapped
from fnkit.whisk.client import Client
from fnkit.whisk.props import load
from tests.bench.floors import process_pool, seconds
from tests.bench.harness import Floor, Group, Row, at_least
from tests.bench.platform import Server, fnkit, platform

TASKS = 1000
TASK = 0.010
"""Seconds of processor time of one task on a quiet processor."""
AT_ONCE = 2 * (os.cpu_count() or 1)
SOURCE = '''def main(rounds: int):
    """Spin."""
    total = 0
    for number in range(rounds):
        total += number * number
    return {"total": total}
'''


def spin(rounds: int) -> int:
    """What the action does."""
    total = 0
    for number in range(rounds):
        total += number * number
    return total


@contextmanager
def group() -> Iterator[Group]:
    """The action deployed and warm; both sides do the same rounds."""
    with platform() as server, tempfile.TemporaryDirectory(prefix="fnkit-bench-") as folder:
        Path(folder, "spin.py").write_text(SOURCE)
        fnkit(server, "deploy", "spin", Path(folder, "spin.py"))
        rounds = _rounds()
        yield Group(
            {
                "F8": lambda: process_pool(spin, [rounds] * TASKS),
                "map": lambda: seconds(lambda: _mapped(server, rounds)),
            },
            [
                Row(
                    f"fnkit.map, {TASKS:,} tasks of 10 ms a second",
                    lambda t: TASKS / t["map"],
                    Floor("F8", lambda t: TASKS / t["F8"]),
                    at_least(0.90),
                    "/s",
                )
            ],
        )


def _rounds() -> int:
    """How many rounds take one task's time: the best of many, which is a quiet moment's."""
    tried = 20_000
    best = float("inf")
    for _ in range(30):
        began = time.process_time()
        spin(tried)
        best = min(best, time.process_time() - began)
    return round(tried * TASK / best)


def _mapped(server: Server, rounds: int) -> None:
    client = Client(load({"apihost": f"http://127.0.0.1:{server.port}", "auth": server.auth}))
    results = mapped(client, ActionName("spin"), [{"rounds": rounds}] * TASKS, Manner(AT_ONCE)).results()
    if len(results.values) != TASKS:
        raise RuntimeError(repr(results))
