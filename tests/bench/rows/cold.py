"""The first call of the pose action against a fresh `python` that imports, loads and infers."""

import itertools
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import pose
from tests.bench.harness import Floor, Group, Row
from tests.bench.platform import Connection, Server, platform


@contextmanager
def group() -> Iterator[Group]:
    """The action deployed; each turn makes it another version, so that no instance is warm for it."""
    with platform() as server, tempfile.TemporaryDirectory(prefix="fnkit-bench-") as folder:
        pose.deploy(server)
        connection = Connection(server.port)
        versions = itertools.count()
        probes = {
            "fresh": lambda: _fresh(Path(folder)),
            "cold": lambda: _cold(server, connection, next(versions)),
        }
        floor = Floor("a fresh python: imports, model, one inference", lambda t: t["fresh"])
        yield Group(probes, [Row("cold start of the pose action", lambda t: t["cold"], floor)], repeats=7)


def _cold(server: Server, connection: Connection, version: int) -> float:
    """Seconds of a blocking call that finds no instance."""
    action = connection.ask(server.request("GET", f"actions/{pose.NAME}?code=true"))
    action["annotations"].append({"key": "bench", "value": version})
    kept = {key: action[key] for key in ("exec", "annotations", "limits", "parameters")}
    connection.ask(server.request("PUT", f"actions/{pose.NAME}?overwrite=true", kept))
    request = pose.call(server)
    began = time.perf_counter()
    record = connection.ask(request)
    seconds = time.perf_counter() - began
    if not any(pair["key"] == "initTime" for pair in record["annotations"]):
        raise RuntimeError("the call that should have been cold was warm")
    return seconds


def _fresh(folder: Path) -> float:
    began = time.perf_counter()
    pose.fresh(folder)
    return time.perf_counter() - began
