"""Flows over an end of the server at every point, and joins; actions run in the test itself."""

import asyncio
import json

import pytest

from fnkit import compose
from fnkit.compose.nodes import to_json
from fnkit.core.names import FLOW, JOIN
from fnkit.local.joins import NO_IDS, Join
from tests.unit.local.inprocess import InProcess
from tests.unit.local.test_compounds import ADD, STOPPED, Server

JOINING = f"""
def main(args):
    if 'ids' in args:
        ids = args.pop('ids')
        return {{'action': '{JOIN}', 'params': {{'ids': ids, 'errors': args.pop('errors', 'collect')}}}}
    return {{'params': args}}
"""
FAILS = "def main(args): return {'error': 'no'}"
STEPS = 10


class Stops(InProcess):
    """Runs actions up to one that begins and never ends: the `last`th, or each of a name."""

    def __init__(self, last=None, names=()):
        super().__init__()
        self.last = last
        self.names = names
        self.ended = []
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()

    async def run(self, job):
        if len(self.jobs) == self.last or job.executable.name in self.names:
            self.jobs.append(job)
            self.reached.set()
            await self.go_on.wait()
            self.jobs.remove(job)
        outcome = await super().run(job)
        self.ended.append(job.executable.name)
        return outcome


async def put_flow(server, name, flow):
    document = to_json(flow.node, "0")
    code = (
        f"from fnkit.compose.turn import conductor\nmain = conductor({json.dumps(document)!r}, {{}}, {JOIN!r})\n"
    )
    notes = [{"key": "conductor", "value": True}, {"key": FLOW, "value": document}]
    await server.action(name, code, annotations=notes)


def ten_steps():
    """Each step is tried once more where it failed."""
    return compose.sequence(*(compose.retry(1, f"step-{n}") for n in range(STEPS)))


@pytest.mark.parametrize("boundary", range(2 * STEPS + 1))
def test_a_flow_goes_on_from_its_last_finished_step_wherever_the_server_ended(tmp_path, boundary):
    """Turns of the conductor and steps take turns: each of the 21 is the one that runs when the server ends."""

    async def begin():
        server = Server(tmp_path / "db", Stops(boundary))
        for n in range(STEPS):
            await server.action(f"step-{n}", ADD)
        await put_flow(server, "flow", ten_steps())
        activation_id = await server.begin("flow", {"n": 0})
        await server.scheduler.reached.wait()
        return activation_id, server.scheduler.ended

    async def go_on(activation_id):
        server = Server(tmp_path / "db", Stops())
        record = await server.record(activation_id)
        return record, server.scheduler.ended, server.store.rows("SELECT * FROM positions")

    activation_id, before = asyncio.run(begin())
    record, after, left = asyncio.run(go_on(activation_id))
    assert record["response"]["result"] == {"n": STEPS}
    assert [name for name in before + after if name != "flow"] == [f"step-{n}" for n in range(STEPS)]
    assert len(record["logs"]) == 2 * STEPS + 1 + (1 if boundary % 2 == 0 else 2)
    assert left == []


def test_a_flow_that_handles_nothing_ends_with_the_node_that_was_interrupted(tmp_path):
    async def begin():
        server = Server(tmp_path / "db", Stops(3))
        await server.action("add", ADD)
        await put_flow(server, "flow", compose.sequence("add", "add"))
        activation_id = await server.begin("flow", {"n": 0})
        await server.scheduler.reached.wait()
        return activation_id

    async def look(activation_id):
        return await Server(tmp_path / "db", InProcess()).record(activation_id)

    record = asyncio.run(look(asyncio.run(begin())))
    assert record["response"]["result"] == {"error": f"0.1 (add): {STOPPED['error']}"}


async def joining(server, **actions):
    for name, code in actions.items():
        await server.action(name, code)
    await server.action("joins", JOINING, annotations=[{"key": "conductor", "value": True}])


def test_a_join_waits_without_an_instance_and_gives_all_results(tmp_path):
    async def go():
        server = Server(tmp_path / "db", Stops(names=("slow",)))
        await joining(server, slow=ADD, add=ADD)
        ids = [await server.begin(name, {"n": n}) for n, name in enumerate(("slow", "add", "slow"))]
        run = await server.begin("joins", {"ids": ids})
        while "joins" not in server.scheduler.ended or server.controller.running("guest", ids[1]):
            await asyncio.sleep(0)
        waiting = [job.executable.name for job in server.scheduler.jobs]
        server.scheduler.go_on.set()
        record = await server.record(run)
        join = json.loads(server.activations.get("guest", record["logs"][1]))
        return ids, waiting, record, join

    ids, waiting, record, join = asyncio.run(go())
    assert sorted(waiting) == ["add", "joins", "slow", "slow"]
    assert record["response"]["result"]["results"] == {ids[0]: {"n": 1}, ids[1]: {"n": 2}, ids[2]: {"n": 3}}
    assert (join["name"], join["cause"], sorted(join["logs"])) == ("join", record["activationId"], sorted(ids))
    assert len(record["logs"]) == 3


def test_the_first_failure_ends_a_join_that_asks_for_it(tmp_path):
    async def go():
        server = Server(tmp_path / "db", Stops(names=("slow",)))
        await joining(server, slow=ADD, fails=FAILS)
        ids = [await server.begin(name, {}) for name in ("slow", "fails")]
        record = await server.record(await server.begin("joins", {"ids": ids, "errors": "fail"}))
        return ids, record

    ids, record = asyncio.run(go())
    assert record["response"]["result"]["results"] == {ids[1]: {"error": "no"}}


def test_a_join_goes_on_after_the_end_of_the_server(tmp_path):
    """Of its branches one had ended, one was running: that is told as its result; no branch runs again."""

    async def begin():
        server = Server(tmp_path / "db", Stops(names=("slow",)))
        await joining(server, slow=ADD, add=ADD)
        ids = [await server.begin(name, {"n": 1}) for name in ("slow", "add")]
        run = await server.begin("joins", {"ids": ids})
        while not server.store.rows("SELECT * FROM positions WHERE cause IS NOT NULL"):
            await asyncio.sleep(0)
        await server.record(ids[1])
        return ids, run

    async def look(run):
        server = Server(tmp_path / "db", InProcess())
        return await server.record(run), server.names()

    ids, run = asyncio.run(begin())
    record, names = asyncio.run(look(run))
    assert record["response"]["result"]["results"] == {ids[0]: STOPPED, ids[1]: {"n": 2}}
    assert names == ["joins"]


def test_a_join_that_waits_does_not_keep_the_server_from_stopping(tmp_path):
    async def go():
        server = Server(tmp_path / "db", Stops(names=("slow",)))
        await joining(server, slow=ADD)
        run = await server.begin("joins", {"ids": [await server.begin("slow", {})]})
        while not server.store.rows("SELECT * FROM positions WHERE cause IS NOT NULL"):
            await asyncio.sleep(0)
        server.scheduler.go_on.set()
        await server.controller.close(60)
        return server.controller.running("guest", run)

    assert asyncio.run(go()) is None


def test_what_is_no_join_is_told():
    assert Join.of({"ids": "x"}).answer.result == {"error": NO_IDS}
    assert Join.of([1]).waiting == []
    large = Join(["a"], results={"a": {"text": "x" * 1_100_000}})
    assert "may have 1048576" in large.answer.result["error"]
