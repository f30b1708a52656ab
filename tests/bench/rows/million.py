"""A list of 30 and a start of the server, with a million activations against a thousand."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from tests.bench.clients import asking, latency
from tests.bench.harness import Floor, Group, Row, Turn, at_most
from tests.bench.platform import Connection, platform

FEW, MANY = 1_000, 1_000_000
CALLS = 40
"""Requests of one turn; their median is the turn's measurement."""
NOOP = "def main(args):\n    return {}\n"
ASKED = {
    "list of 30": "activations?limit=30",
    "list of 30 of one name": "activations?limit=30&name=noop",
    "list of 30 after 500 skipped": "activations?limit=30&skip=500",
    "count": "activations?count=true",
}


@contextmanager
def group() -> Iterator[Group]:
    """Two data folders that differ in nothing else, and a server on each."""
    with ExitStack() as stack:
        folders = {name: stack.enter_context(tempfile.TemporaryDirectory(prefix="fnkit-bench-")) for name in "fm"}
        for name, number in (("f", FEW), ("m", MANY)):
            _fill(Path(folders[name]), number)
        probes = {}
        for name, folder in folders.items():
            probes[f"start {name}"] = lambda folder=folder: _start(Path(folder))
        for name, folder in folders.items():
            # A copy of the few is served while its original is started again and again, and so the million.
            server = stack.enter_context(platform(data=_other(stack, Path(folder))))
            connection = Connection(server.port)
            for what, path in ASKED.items():
                call = asking(connection, server.request("GET", path))
                probes[f"{what} {name}"] = lambda call=call: latency(call, CALLS).p50
        yield Group(probes, [*(_row(what) for what in ASKED), _row("start")], repeats=5)


def _row(what: str) -> Row:
    def many(turn: Turn) -> float:
        return turn[f"{what} m"]

    name = "start of the server" if what == "start" else what
    return Row(f"{name}, {MANY:,} kept", many, Floor(f"{FEW:,} kept", lambda t: t[f"{what} f"]), at_most(1.25))


def _fill(folder: Path, number: int) -> None:
    """A data folder with so many records, all of them copies of one that a server made."""
    with platform(data=folder) as server:
        connection = Connection(server.port)
        connection.ask(server.request("PUT", "actions/noop", {"exec": {"kind": "python:3", "code": NOOP}}))
        connection.ask(server.request("POST", "actions/noop?blocking=true", {}))
    with closing(sqlite3.connect(folder / "whisk.db")) as store, store:
        columns = [row[1] for row in store.execute("PRAGMA table_info(activations)")]
        # An id begins with the time at which the request arrived, in ms: well before that of the one copied.
        other = {"id": "printf('%012x', start - 100000 - n) || substr(id, 13)", "start": "start - 100000 - n"}
        names, values = ", ".join(columns), ", ".join(other.get(name, name) for name in columns)
        store.execute(
            f"WITH RECURSIVE numbers(n) AS (SELECT {number - 1} UNION ALL SELECT n - 1 FROM numbers WHERE n > 1) "
            f"INSERT INTO activations ({names}) SELECT {values} FROM numbers, (SELECT * FROM activations LIMIT 1)"
        )
        store.execute("DELETE FROM totals")
        store.execute(
            "INSERT INTO totals SELECT namespace, name, count(*), sum(size) FROM activations"
            " GROUP BY namespace, name"
        )


def _other(stack: ExitStack, folder: Path) -> Path:
    """A folder with the same database."""
    other = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fnkit-bench-")))
    (other / "whisk.db").write_bytes((folder / "whisk.db").read_bytes())
    return other


def _start(folder: Path) -> float:
    """Seconds until a server on that folder answers."""
    began = time.perf_counter()
    with platform(data=folder):
        return time.perf_counter() - began
