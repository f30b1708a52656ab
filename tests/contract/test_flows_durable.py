"""A flow goes on after its server was killed between its steps, and no finished step runs again.

tests/unit/local/test_joins.py ends a server at each of the 21 boundaries; here it is killed, by the system.
"""

import contextlib
import socket
from collections import Counter

import pytest

from fnkit import compose, verbs
from fnkit.whisk.client import Client
from fnkit.whisk.props import load
from tests.conftest import fresh_platform
from tests.contract.client.test_flows import Asked

STEPS = 10
EVERY = 1
"""The server is killed at each such step."""
PATIENCE = 60
"""Seconds for anything to happen."""
STEP = """
import socket


def main(args):
    with socket.create_connection(("127.0.0.1", {port}), timeout=60) as wire:
        wire.sendall(b"{step}")
        if wire.recv(1) != b"!":
            raise ConnectionError("not let go on")
    return {{"n": args["n"] + 1}}
"""


@pytest.fixture
def server(tmp_path):
    """A platform of the test's own, on a folder that outlives its processes."""
    platform = fresh_platform(tmp_path / "data")
    yield platform
    if platform.process.poll() is None:
        platform.stop()


def test_a_flow_of_ten_steps_survives_kills(server, tmp_path):
    """Each step says that it runs, into a ledger of its own, and waits to be let go on.

    The server is killed when a step says so for the first time, or just when it was let go on.
    """
    ledger = tmp_path / "ledger"
    ledger.mkdir()
    asked = Asked(Client(load({"apihost": server.apihost, "auth": server.auth})))
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(PATIENCE)
        for step in range(STEPS):
            code = STEP.format(port=door.getsockname()[1], step=step)
            body = {"exec": {"kind": "python:default", "code": code}}
            assert server.call("PUT", f"actions/step-{step}", json=body).status_code == 200
        flow = compose.sequence(
            *(compose.retry(3, f"step-{step}") for step in range(STEPS)), lambda r: {"end": r["n"]}
        )
        verbs.deploy(flow, "ten", context=asked)
        run = server.call("POST", "actions/ten", json={"n": 0}).json()["activationId"]
        kills = _kill_at_every_boundary(server, door, ledger)
    record = server.record(run)
    assert (kills, record["response"]["result"]) == (len(range(0, STEPS, EVERY)), {"end": STEPS})
    _check(server, record, ledger)


def _kill_at_every_boundary(server, door, ledger):
    seen: Counter = Counter()
    kills = 0
    while True:
        wire, _ = door.accept()
        with wire:
            wire.settimeout(PATIENCE)
            said = wire.recv(1)
            if not said:  # it came just before the server was killed, and went with it
                continue
            step = int(said)
            with (ledger / f"{step}").open("a") as lines:
                lines.write("began\n")
            seen[step] += 1
            kill = step % EVERY == 0 and seen[step] == 1
            # The last step is not let go before a kill: if it had ended by then, nobody would come any more.
            late = step // EVERY % 2 == 1 and step < STEPS - 1
            if late or not kill:
                with contextlib.suppress(ConnectionError):  # it has gone with the server, and comes again
                    wire.sendall(b"!")
            if kill:
                server.kill()
        if kill:
            kills += 1
            server.restart()
        elif step == STEPS - 1:
            return kills


def _check(server, record, ledger):
    """Each step has ended well once; it ran again only where the server died before it had."""
    steps = [server.record(one) for one in record["logs"]]
    for step in range(STEPS):
        runs = [one for one in steps if one["name"] == f"step-{step}"]
        began = (ledger / f"{step}").read_text().count("began")
        assert [one["response"]["success"] for one in runs] == [False] * (len(runs) - 1) + [True], step
        assert 1 <= began <= len(runs)
        for one in runs[:-1]:
            assert one["response"]["status"] == "whisk internal error"
