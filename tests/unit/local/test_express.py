"""A call that was made before: whoever waits is answered once, whatever meets."""

import asyncio
import json
from weakref import ref

import pytest

from fnkit.core.clock import now_ms
from fnkit.local.express import Again, Express, Manner, Waiting
from fnkit.local.invocable import Ask, Invocables
from fnkit.local.jobs import Outcome, Status
from tests.unit.local.inprocess import InProcess
from tests.unit.local.room import Room

ID = b"x-openwhisk-activation-id: "


class Held(InProcess):
    """Instances that wait for every run, and answer when they are told to."""

    def __init__(self):
        super().__init__()
        self.tells = []
        self.began = asyncio.Event()

    def at_once(self, job, tell):
        self.jobs.append(job)
        self.tells.append(tell)
        self.began.set()
        return True

    def answer(self):
        now = now_ms()
        self.tells.pop(0)(Outcome(Status.SUCCESS, {"n": 1}, now, now, 0, None, "warm"))


@pytest.fixture
def room(tmp_path):
    room = Room(tmp_path / "whisk.db")
    yield room
    room.store.close()


def manner_of(room, invocable):
    """How it is called here."""
    return Manner(room.caller, ref(invocable), invocable.imprint, 60.0, False)


async def begun(room, held, name):
    """A call of a name that is under way, with what was answered so far; its run waits to be told to end."""
    await room.action("a")
    await room.sequence("s", "a")
    invocable = room.controller.resolve("guest", name)
    manner = manner_of(room, invocable)
    express = Express(room.entities, room.users, room.throttles, room.controller)
    ask = Ask(room.caller, "t" * 32, now_ms(), {}, 60.0)
    answers = []
    run = room.controller.begin(invocable, ask)
    waiting = Waiting(express, manner, run, ask.transaction_id, lambda *answer: answers.append(answer))
    await held.began.wait()
    return waiting, answers


async def ended(room, waiting):
    await waiting.run.ended()
    await room.activations.committed()


@pytest.mark.parametrize("name", ["a", "s"])
def test_who_would_be_told_to_wait_no_more_when_the_answer_comes_gets_the_answer_alone(room, name):
    async def story():
        held = room.use(Held())
        waiting, answers = await begun(room, held, name)
        held.answer()  # what tells of it is in the loop's queue
        late = asyncio.create_task(waiting.give_up())  # and this is behind it
        await ended(room, waiting)
        await late
        return waiting.run.id, answers

    run, answers = asyncio.run(story())
    assert [status for status, _, _ in answers] == [200]
    assert json.loads(answers[0][2])["activationId"] == run and ID + run.encode() in answers[0][1]
    assert room.store.rows("SELECT id FROM accepted") == []


@pytest.mark.parametrize("name", ["a", "s"])
def test_who_was_told_to_wait_no_more_hears_nothing_else(room, name):
    async def story():
        held = room.use(Held())
        waiting, answers = await begun(room, held, name)
        await waiting.give_up()
        held.answer()
        await ended(room, waiting)
        return waiting.run.id, answers

    run, answers = asyncio.run(story())
    assert [status for status, _, _ in answers] == [202]
    assert json.loads(answers[0][2]) == {"activationId": run}
    assert json.loads(room.activations.get("guest", run))["response"]["success"]
    assert room.store.rows("SELECT id FROM accepted") == []


class Broken(InProcess):
    """Cannot be asked."""

    def at_once(self, job, tell):
        self.jobs.append(job)
        raise RecursionError("too deep")


@pytest.mark.parametrize("name", ["a", "s"])
def test_what_cannot_be_begun_is_a_fault_of_ours_that_is_told_and_nothing_is_left_of_it(room, name):
    async def story():
        broken = room.use(Broken())
        await room.action("a")
        await room.sequence("s", "a")
        express = Express(room.entities, room.users, room.throttles, room.controller)
        manner = manner_of(room, room.controller.resolve("guest", name))
        answered = asyncio.get_running_loop().create_future()
        again = Again(express, manner, express.now())
        assert again.begin(b"{}", lambda *answer: answered.set_result(answer))
        status, _, _ = await asyncio.wait_for(answered, 60)
        began = broken.jobs[0].activation_id
        return status, room.controller.running(room.caller.namespace, began), began

    status, running, began = asyncio.run(story())
    assert status == 500 and running is None
    assert room.store.rows("SELECT id FROM accepted") == []
    record = room.activations.get("guest", began)
    if name == "a":  # nobody was promised it
        assert record is None
    else:
        assert json.loads(record)["response"]["status"] == "whisk internal error"


def test_what_is_remembered_of_a_head_keeps_no_code_in_memory(room):
    async def story():
        held = room.use(Held())
        await room.action("a", code="x" * 1000)
        await room.action("b", code="y" * 1000)
        await room.action("c", code="z")
        known = Invocables(room.entities, most=1500)
        express = Express(room.entities, room.users, room.throttles, room.controller)
        again = Again(express, manner_of(room, known.get("guest", "a")), express.now())
        begun = [again.begin(b"{}", lambda *_: None)]
        held.answer()
        for name in ("b", "c"):  # and with the third, there is too much
            known.get("guest", name)
        begun.append(again.begin(b"{}", lambda *_: None))
        return begun, len(held.jobs)

    assert asyncio.run(story()) == ([True, False], 1)


def test_a_run_that_has_ended_is_not_promised_while_its_record_is_written(room):
    async def story():
        held = room.use(Held())
        waiting, answers = await begun(room, held, "a")
        late = asyncio.create_task(waiting.give_up())  # its turn is before the commit
        held.answer()
        await late
        await ended(room, waiting)
        return answers

    assert [status for status, _, _ in asyncio.run(story())] == [200]
    assert room.store.rows("SELECT id FROM accepted") == []
