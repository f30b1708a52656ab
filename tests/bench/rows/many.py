"""A hundred thousand calls: what nobody waits for is kept exactly, and the server does not grow."""

import json
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.harness import Floor, Group, Row, at_most, exactly
from tests.bench.platform import Connection, Server, platform

CALLS = int(os.environ.get("FNKIT_BENCH_CALLS", "100000"))
"""Of one turn: the drill is long, so it may be made shorter."""
CLIENTS = 4
IN_FLIGHT = 500
"""Calls that have no record yet, at most: the client is bounded."""
NOOP = "def main(args):\n    return {}\n"


@dataclass(frozen=True, slots=True)
class Drill:
    """What came of it."""

    seconds: float
    records: int
    distinct: int
    before: float
    after: float
    """Bytes of the server's memory (RSS) before and after."""


@contextmanager
def group() -> Iterator[Group]:
    """A server of its own, one action, warm. Once: the drill counts, and its time is only shown."""
    with platform() as server:
        connection = Connection(server.port)
        connection.ask(server.request("PUT", "actions/noop", {"exec": {"kind": "python:3", "code": NOOP}}))
        for _ in range(200):
            connection.ask(server.request("POST", "actions/noop?blocking=true", {}))
        all_there = Floor.fixed("calls", CALLS)
        yield Group(
            {"drill": lambda: drill(server), "calls": lambda: _blocking(server)},
            [
                Row("non-blocking calls, records", lambda t: t["drill"].records, all_there, exactly(1.0), ""),
                Row(
                    "non-blocking calls, distinct ids", lambda t: t["drill"].distinct, all_there, exactly(1.0), ""
                ),
                Row(
                    "server's RSS after them",
                    lambda t: t["drill"].after,
                    Floor("RSS before", lambda t: t["drill"].before),
                    at_most(1.5),
                    "MB",
                ),
                Row(
                    f"{CALLS:,} non-blocking calls",
                    lambda t: t["drill"].seconds,
                    Floor.fixed("1 s", 1.0),
                    None,
                    "s",
                ),
                Row(
                    f"server's RSS after {CALLS:,} blocking calls",
                    lambda t: t["calls"],
                    Floor.fixed("150 MB", 150e6),
                    at_most(1.0),
                    "MB",
                ),
            ],
            repeats=1,
            warm_ups=0,
        )


def drill(server: Server) -> Drill:
    """Calls that are not waited for, from a few clients that together stay within IN_FLIGHT."""
    connection = Connection(server.port)
    before, earlier, began = _rss(server), _kept(server, connection), time.perf_counter()
    promised: list[str] = []
    share = CALLS // CLIENTS

    def client(_: int) -> list[str]:
        connection, ids = Connection(server.port), []
        call = server.request("POST", "actions/noop", {})
        for number in range(share):
            if number % (IN_FLIGHT // CLIENTS) == 0 and ids:
                _until_done(server, connection, ids[-1])
            status, body = connection.call(call)
            if status != 202:
                raise RuntimeError(f"a call was answered with {status}: {body[:300]!r}")
            ids.append(json.loads(body)["activationId"])
        _until_done(server, connection, ids[-1])
        return ids

    with ThreadPoolExecutor(CLIENTS) as pool:
        for ids in pool.map(client, range(CLIENTS)):
            promised += ids
    connection = Connection(server.port)  # the first has been idle for too long to be kept
    settled, until = threading.Event(), time.monotonic() + 300
    while _kept(server, connection) - earlier < len(promised) and time.monotonic() < until:
        settled.wait(0.1)
    seconds = time.perf_counter() - began
    found = sum(_there(server, connection, one) for one in promised[:: max(1, len(promised) // 1000)])
    if found != len(promised[:: max(1, len(promised) // 1000)]):
        raise RuntimeError("an id that was promised has no record")
    return Drill(seconds, _kept(server, connection) - earlier, len(set(promised)), before, _rss(server))


def _blocking(server: Server) -> float:
    """The server's memory after as many calls that are waited for."""
    connection, call = Connection(server.port), server.request("POST", "actions/noop?blocking=true", {})
    for _ in range(CALLS):
        status, _body = connection.call(call)
        if status != 200:
            raise RuntimeError(f"a call was answered with {status}")
    return _rss(server)


def _until_done(server: Server, connection: Connection, activation_id: str) -> None:
    """Asks until a promised call has its record."""
    asked = server.request("GET", f"activations/{activation_id}")
    until = time.monotonic() + 120
    while connection.call(asked)[0] != 200:
        if time.monotonic() > until:
            raise RuntimeError(f"{activation_id} has no record after two minutes")


def _there(server: Server, connection: Connection, activation_id: str) -> bool:
    return connection.call(server.request("GET", f"activations/{activation_id}"))[0] == 200


def _kept(server: Server, connection: Connection) -> int:
    """Records that the server has."""
    return connection.ask(server.request("GET", "activations?count=true"))["activations"]


def _rss(server: Server) -> float:
    """Bytes that the server's process holds."""
    pid = json.loads(Path(server.environment["FNKIT_DATA"], "server.json").read_text())["pid"]
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return float(pages * os.sysconf("SC_PAGE_SIZE"))
