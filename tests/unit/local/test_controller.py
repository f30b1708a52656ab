"""What an invocation is, with actions run in the test itself."""

import asyncio
import json
import re

import pytest

from fnkit.core.clock import now_ms
from fnkit.local.activations import Filter
from fnkit.local.limits import QUEUE
from fnkit.local.records import new_id
from fnkit.local.rejected import Rejected
from tests.unit.local.inprocess import InProcess
from tests.unit.local.room import Room


def pair(key, value, init=False):
    return {"key": key, "value": value, "init": True} if init else {"key": key, "value": value}


@pytest.fixture
def room(tmp_path):
    room = Room(tmp_path / "whisk.db")
    yield room
    room.store.close()


def got(record):
    return json.loads(record.result)["got"]


def test_the_nearest_parameter_wins(room):
    async def story():
        await room.package(
            "p", [pair("a", "package"), pair("b", "package"), pair("c", "package"), pair("d", "package")]
        )
        binding = await room.package("b", [pair("b", "binding"), pair("c", "binding"), pair("d", "binding")])
        await room.action("p/one", parameters=[pair("c", "action"), pair("d", "action")])
        _, record = await room.invoke("p/one", {"d": "call"}, binding=binding)
        return record

    record = asyncio.run(story())
    assert got(record) == {"a": "package", "b": "binding", "c": "action", "d": "call"}
    assert {"key": "binding", "value": "guest/b"} in json.loads(record.head)["annotations"]
    assert record.filter_name == "b/one"


def test_init_parameters_are_environment_and_no_arguments(room):
    async def story():
        await room.action("init", parameters=[pair("SECRET", {"a": 1}, True), pair("plain", 1)])
        return (await room.invoke("init", {"SECRET": "mine"}))[1]

    assert got(asyncio.run(story())) == {"plain": 1}
    assert room.scheduler.jobs[0].environment == {"SECRET": '{"a":1}'}


def test_a_final_parameter_is_refused_and_nothing_runs(room):
    async def story():
        await room.action("f", parameters=[pair("a", 1), pair("open", None)], annotations=[pair("final", True)])
        assert got((await room.invoke("f", {"open": 2}))[1]) == {"a": 1, "open": 2}
        with pytest.raises(Rejected, match="not allowed"):
            await room.invoke("f", {"a": 2})

    asyncio.run(story())
    assert len(room.scheduler.jobs) == 1


@pytest.mark.parametrize(("annotation", "given"), [(True, True), (False, False), ("yes", True), (0, False)])
def test_the_key_is_given_where_the_annotation_says_so(room, annotation, given):
    async def story():
        await room.action("k", annotations=[pair("provide-api-key", annotation)])
        await room.invoke("k")

    asyncio.run(story())
    assert room.scheduler.jobs[0].api_key == (room.caller.auth if given else None)


def test_a_record_is_kept_before_the_call_returns(room):
    async def story():
        await room.action("a")
        return await room.invoke("a", {"x": 1})

    activation_id, record = asyncio.run(story())
    room.store.close()
    room.open()
    kept = json.loads(room.activations.get("guest", activation_id))
    assert kept["response"]["result"] == {"got": {"x": 1}}
    assert kept["start"] == record.start


def test_a_change_is_seen_by_the_next_call(room):
    async def story():
        await room.action("a")
        before = (await room.invoke("a"))[1]
        await room.action("a", "def main(args): return {'got': 'new'}")
        return before, (await room.invoke("a"))[1]

    before, after = asyncio.run(story())
    assert (got(before), got(after)) == ({}, "new")
    first, second = (job.executable.revision for job in room.scheduler.jobs)
    assert first < second


class Gate(InProcess):
    """Runs nothing before it is opened."""

    def __init__(self):
        super().__init__()
        self.opened = asyncio.Event()
        self.full = asyncio.Event()
        self.arrived = 0

    async def run(self, job):
        self.arrived += 1
        if self.arrived == QUEUE:
            self.full.set()
        await self.opened.wait()
        return await super().run(job)


def test_a_call_that_does_not_block_or_waits_in_vain_ends_later(room):
    async def story():
        gate = room.use(Gate())
        await room.action("a")
        at_once, none = await room.invoke("a", wait=None)
        in_vain, nothing = await room.invoke("a", wait=0.001)
        assert none is nothing is None
        states = [room.controller.progress("guest", one).state for one in (at_once, in_vain)]
        assert room.controller.progress("another", at_once) is None
        gate.opened.set()
        await room.controller.close(10)
        return states, [room.activations.get("guest", one) for one in (at_once, in_vain)]

    states, records = asyncio.run(story())
    assert states == ["pending", "pending"]
    assert [json.loads(record)["response"]["success"] for record in records] == [True, True]
    assert room.activations.recover() == 0


def test_what_was_promised_and_never_ended_is_told_after_a_restart(room):
    async def story():
        room.use(Gate())
        await room.action("p")
        promised, _ = await room.invoke("p", wait=None)
        await room.controller.close(0)
        return promised

    promised = asyncio.run(story())
    room.store.close()
    room.open()
    assert room.activations.get("guest", promised) is None
    assert room.activations.recover() == 1
    record = json.loads(room.activations.get("guest", promised))
    assert record["response"]["status"] == "whisk internal error"
    assert record["name"] == "p"
    assert room.activations.recover() == 0


def test_a_fault_of_the_process_side_is_a_record_too(room):
    class Broken(InProcess):
        async def run(self, job):
            raise OSError("no more processes")

    async def story():
        room.use(Broken())
        await room.action("a")
        return (await room.invoke("a"))[1]

    record = asyncio.run(story())
    assert json.loads(record.response)["status"] == "whisk internal error"
    assert "no more processes" in record.result


def test_too_many_at_a_time_are_refused(room):
    async def story():
        gate = room.use(Gate())
        await room.action("a")
        tasks = [asyncio.create_task(room.invoke("a")) for _ in range(QUEUE)]
        await gate.full.wait()
        with pytest.raises(Rejected) as refused:
            await room.invoke("a")
        gate.opened.set()
        await asyncio.gather(*tasks)
        return refused.value

    refused = asyncio.run(story())
    assert (refused.status, refused.text) == (
        429,
        f"Too many concurrent requests in flight (count: {QUEUE}, allowed: {QUEUE}).",
    )


def test_activations_are_listed_newest_first_and_by_name_and_time(room):
    async def story():
        await room.package("p", [])
        await room.action("p/one")
        await room.action("two")
        return [(await room.invoke(name))[1] for name in ("p/one", "two", "two")]

    first, *others = asyncio.run(story())
    listed = room.activations.summaries("guest", Filter(), 0, 10)
    assert [item["activationId"] for item in listed] == [one.id for one in reversed([first, *others])]
    assert room.activations.count("guest", Filter(name="p/one")) == 1
    assert room.activations.count("guest", Filter(name="one")) == 0
    assert room.activations.count("guest", Filter(since=first.start)) == 3
    assert room.activations.count("guest", Filter(upto=first.start - 1)) == 0
    assert room.activations.count("another", Filter()) == 0
    assert [item["statusCode"] for item in listed] == [0, 0, 0]
    assert all("logs" not in item and "response" not in item and "subject" not in item for item in listed)


def test_ids_sort_by_time_and_are_openwhisks():
    ids = [new_id() for _ in range(100)]
    assert len({len(one) for one in ids}) == 1
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in ids)
    assert abs(int(ids[0][:12], 16) - now_ms()) < 60_000
    assert [one[:15] for one in ids] == sorted(one[:15] for one in ids)
    assert len(set(ids)) == 100
