"""Sequences and compositions over an end of the server in between, with actions run in the test itself."""

import asyncio
import json
import sqlite3
from contextlib import closing

import pytest

from fnkit.core.clock import now_ms
from fnkit.local.activations import Activations
from fnkit.local.controller import Controller
from fnkit.local.documents import action_document, read_action
from fnkit.local.entities import Entities
from fnkit.local.invocable import Ask
from fnkit.local.positions import Positions
from fnkit.local.store import Store
from fnkit.local.throttles import Throttles
from fnkit.local.users import Users, ensure_user
from tests.unit.local.inprocess import InProcess
from tests.unit.local.lives import next_life

KINDS = {"python:3": "python:3.11"}
ADD = "def main(args): return {'n': args.get('n', 0) + 1}"
SHOW = "def main(args): return {'saw': args}"
TODO = """
def main(args):
    todo = args.pop('todo', None)
    return {'action': todo[0], 'params': args, 'state': {'todo': todo[1:]}} if todo else {'params': args}
"""
STOPPED = {"error": "The platform was stopped before the action finished."}


class Hangs(InProcess):
    """Runs actions, except one, which never ends."""

    def __init__(self, name):
        super().__init__()
        self.name = name
        self.reached = asyncio.Event()

    async def run(self, job):
        if job.executable.name == self.name:
            self.jobs.append(job)
            self.reached.set()
            await asyncio.Event().wait()
        return await super().run(job)


class Waits(InProcess):
    """Runs actions once it is told to."""

    def __init__(self):
        super().__init__()
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()

    async def run(self, job):
        self.reached.set()
        await self.go_on.wait()
        return await super().run(job)


class Server:
    """A platform from its start on a database to its sudden end: nothing is closed."""

    def __init__(self, path, scheduler):
        self.store = Store(next_life(path))
        self.caller = ensure_user(self.store)
        self.scheduler = scheduler
        self.entities = Entities(self.store)
        self.activations = Activations(self.store)
        positions = Positions(self.store, self.activations)
        self.activations.recover()
        self.controller = Controller(
            self.entities, self.activations, positions, scheduler, Throttles(), "http://here"
        )
        self.controller.resume(Users(self.store))

    async def put(self, name, executable, **fields):
        put = read_action({"exec": executable, **fields}, KINDS, "guest")
        document = action_document(put, None)
        await self.entities.put("action", ("guest", name), document, put.exec.code)

    async def action(self, name, code, **fields):
        await self.put(name, {"kind": "python:3", "code": code}, **fields)

    async def sequence(self, name, *components):
        await self.put(name, {"kind": "sequence", "components": [f"/_/{one}" for one in components]})

    async def conductor(self, name):
        await self.action(name, TODO, annotations=[{"key": "conductor", "value": True}])

    async def begin(self, name, arguments):
        ask = Ask(self.caller, "t" * 32, now_ms(), arguments)
        return (await self.controller.invoke(self.controller.resolve("guest", name), ask))[0]

    async def record(self, activation_id):
        while (found := self.activations.get("guest", activation_id)) is None:
            await asyncio.sleep(0)
        return json.loads(found)

    def names(self):
        return [job.executable.name for job in self.scheduler.jobs]


async def interrupted(path, prepare, called, arguments):
    """Begin a call on a server that ends while the action `slow` runs; gives the id and what had run."""
    server = Server(path, Hangs("slow"))
    await prepare(server)
    await server.action("slow", SHOW)
    activation_id = await server.begin(called, arguments)
    await server.scheduler.reached.wait()
    return activation_id, server.names()


def story(path, prepare, called, arguments):
    """As `interrupted`, then a new server on the same data: the record, all records by name, what ran."""

    async def go_on(activation_id):
        server = Server(path, InProcess())
        record = await server.record(activation_id)
        steps = [json.loads(server.activations.get("guest", step)) for step in record["logs"]]
        left = server.store.rows("SELECT * FROM positions") + server.store.rows("SELECT * FROM accepted")
        await server.activations.committed()
        server.store.close()
        return record, steps, server.names(), left

    activation_id, before = asyncio.run(interrupted(path, prepare, called, arguments))
    record, steps, after, left = asyncio.run(go_on(activation_id))
    assert left == []
    return record, steps, before, after


def test_the_step_that_ran_is_the_answer_of_a_sequence_and_no_step_runs_again(tmp_path):
    async def prepare(server):
        await server.action("add", ADD)
        await server.sequence("seq", "add", "add", "slow", "add")

    record, steps, before, after = story(tmp_path / "db", prepare, "seq", {"n": 1})
    assert (before, after) == (["add", "add", "slow"], [])
    assert record["response"] == {"status": "whisk internal error", "success": False, "result": STOPPED}
    assert [step["name"] for step in steps] == ["add", "add", "slow"]
    assert steps[1]["response"]["result"] == {"n": 3}
    assert steps[2]["response"]["result"] == STOPPED
    assert steps[2]["cause"] == record["activationId"]
    assert {"key": "causedBy", "value": "sequence"} in steps[2]["annotations"]


def test_a_conductor_hears_of_the_step_that_ran_and_goes_on(tmp_path):
    async def prepare(server):
        await server.action("add", ADD)
        await server.conductor("todo")

    arguments = {"todo": ["add", "slow", "add"], "n": 1}
    record, steps, before, after = story(tmp_path / "db", prepare, "todo", arguments)
    assert before == ["todo", "add", "todo", "slow"]
    assert after == ["todo", "add", "todo"]
    assert record["response"] == {"status": "success", "success": True, "result": {"n": 1}}
    assert [step["name"] for step in steps] == [*before, *after]


def test_an_inner_one_goes_on_within_its_outer_one(tmp_path):
    async def prepare(server):
        await server.action("add", ADD)
        await server.conductor("todo")
        await server.sequence("inner", "add", "slow", "add")

    record, steps, before, after = story(tmp_path / "db", prepare, "todo", {"todo": ["inner", "add"]})
    assert before == ["todo", "add", "slow"]
    assert after == ["todo", "add", "todo"]
    assert [step["name"] for step in steps] == ["todo", "inner", "todo", "add", "todo"]
    assert steps[1]["response"]["result"] == STOPPED
    assert steps[1]["cause"] == record["activationId"]
    assert len(steps[1]["logs"]) == 2


def test_a_step_that_ended_with_the_server_before_the_next_began_is_not_run_again(tmp_path):
    path = tmp_path / "db"

    async def before():
        server = Server(path, Waits())
        await server.action("add", ADD)
        await server.sequence("seq", "add", "add")
        activation_id = await server.begin("seq", {"n": 1})
        await server.scheduler.reached.wait()
        closing = asyncio.ensure_future(server.controller.close(60))
        await asyncio.sleep(0)  # it has begun
        server.scheduler.go_on.set()
        await closing
        return activation_id, server.names()

    async def after(activation_id):
        server = Server(path, InProcess())
        return await server.record(activation_id), server.names()

    activation_id, ran = asyncio.run(before())
    record, ran_later = asyncio.run(after(activation_id))
    assert (ran, ran_later) == (["add"], ["add"])
    assert record["response"]["result"] == {"n": 3}
    assert len(record["logs"]) == 2


@pytest.mark.parametrize("wait", [None, 5.0])
def test_a_whole_sequence_is_on_disk_when_it_was_answered(tmp_path, wait):
    path = tmp_path / "db"

    async def call():
        server = Server(path, InProcess())
        await server.action("add", ADD)
        await server.sequence("seq", "add")
        ask = Ask(server.caller, "t" * 32, now_ms(), {"n": 1}, wait)
        activation_id, _ = await server.controller.invoke(server.controller.resolve("guest", "seq"), ask)
        next_life(path)  # what is on disk now is what the next server finds
        return activation_id

    activation_id = asyncio.run(call())

    async def look():
        return await Server(path, InProcess()).record(activation_id)

    assert asyncio.run(look())["response"]["result"] == {"n": 2}


def test_a_step_is_one_commit(tmp_path):
    """Its promise, where the sequence is now, and the record of the step before it."""

    async def call(length):
        server = Server(tmp_path / f"of-{length}" / "db", InProcess())
        await server.action("add", ADD)
        await server.sequence("seq", *["add"] * length)
        ask = Ask(server.caller, "t" * 32, now_ms(), {"n": 0}, 60)
        _, record = await server.controller.invoke(server.controller.resolve("guest", "seq"), ask)
        server.store.close()
        return json.loads(record.result)

    def commits(length):
        (tmp_path / f"of-{length}").mkdir()
        assert asyncio.run(call(length)) == {"n": length}
        with closing(sqlite3.connect(tmp_path / f"of-{length}" / "life-0" / "db")) as db:
            return db.execute("SELECT number FROM journal").fetchone()[0]

    assert commits(7) - commits(2) == 5


def test_a_sequence_that_came_to_hold_itself_has_an_end(tmp_path):
    async def call():
        server = Server(tmp_path / "db", InProcess())
        await server.sequence("loop", "loop")
        return await server.record(await server.begin("loop", {}))

    assert asyncio.run(call())["response"]["result"] == {"error": "Sequence component does not exist."}


async def anticipated(server, name, arguments):
    """The actions that were told to be near while `name` ran, in order."""
    before = len(server.scheduler.anticipated)
    ask = Ask(server.caller, "t" * 32, now_ms(), arguments, 60)
    await server.controller.invoke(server.controller.resolve("guest", name), ask)
    return [job.executable.name for job in server.scheduler.anticipated[before:]]


def test_the_next_step_of_a_sequence_is_made_ready_while_one_runs(tmp_path):
    async def scene():
        server = Server(tmp_path / "whisk.db", InProcess())
        for name in ("a", "b", "c"):
            await server.action(name, ADD)
        await server.sequence("inner", "b", "c")
        await server.sequence("outer", "a", "inner", "a")
        assert await anticipated(server, "inner", {}) == ["c"]
        assert await anticipated(server, "outer", {}) == ["b", "c"], "an inner sequence begins with its first"

    asyncio.run(scene())


def test_a_conductor_is_expected_to_call_what_it_called_the_last_time(tmp_path):
    async def scene():
        server = Server(tmp_path / "whisk.db", InProcess())
        for name in ("a", "b", "c"):
            await server.action(name, ADD)
        await server.conductor("todo")
        assert await anticipated(server, "todo", {"todo": ["a", "b"]}) == ["todo", "todo"], "nothing is known yet"
        again = await anticipated(server, "todo", {"todo": ["a", "b"]})
        assert again == ["a", "todo", "b", "todo"]
        await anticipated(server, "todo", {"todo": ["c"]})
        assert (await anticipated(server, "todo", {"todo": ["c"]}))[0] == "c"

    asyncio.run(scene())


def test_what_may_not_be_called_is_not_made_ready(tmp_path):
    async def scene():
        server = Server(tmp_path / "whisk.db", InProcess())
        await server.action("a", ADD)
        await server.action("b", ADD)
        await server.sequence("s", "a", "b")
        await server.entities.delete(server.entities.get("guest", "b", "action"))
        assert await anticipated(server, "s", {}) == []

    asyncio.run(scene())


ANSWER = "There was an internal server error."


def test_a_sequence_that_cannot_go_on_is_a_platform_error_and_holds_up_no_start(tmp_path):
    class Faulty(InProcess):
        def anticipate(self, job):
            raise RecursionError("maximum recursion depth exceeded")

    async def begin(server):
        await server.action("add", ADD)
        await server.action("first", ADD)
        await server.sequence("inner", "first", "add")
        await server.sequence("outer", "inner", "add")
        activation_id = await server.begin("outer", {})
        record = await server.record(activation_id)
        (inner,) = server.store.rows("SELECT head, response FROM activations WHERE name = 'inner'")
        await server.activations.committed()
        return record, json.loads(inner[0])["cause"], json.loads(inner[1])["status"]

    async def go_on():
        server = Server(tmp_path / "db", InProcess())
        return server.store.rows("SELECT id FROM positions"), server.names()

    record, cause, status = asyncio.run(begin(Server(tmp_path / "db", Faulty())))
    assert record["response"] == {"status": "whisk internal error", "success": False, "result": {"error": ANSWER}}
    assert (cause, status) == (record["activationId"], "whisk internal error")
    assert asyncio.run(go_on()) == ([], [])


@pytest.mark.parametrize(
    "spoil", [lambda text: text.replace('"at"', '"to"'), lambda text: "{"], ids=["plan", "all"]
)
def test_one_position_that_cannot_be_read_keeps_no_other_from_going_on(tmp_path, spoil, caplog):
    async def prepare():
        server = Server(tmp_path / "db", Hangs("slow"))
        await server.action("slow", SHOW)
        await server.sequence("seq", "slow")
        ids = []
        for _ in range(3):
            server.scheduler.reached.clear()
            ids.append(await server.begin("seq", {}))
            await server.scheduler.reached.wait()
        (text,) = server.store.row("SELECT document FROM positions WHERE id = ?", ids[1])
        server.store.write("UPDATE positions SET document = ? WHERE id = ?", spoil(text), ids[1])
        await server.activations.committed()
        return ids

    async def go_on(ids):
        server = Server(tmp_path / "db", InProcess())
        ends = [await server.record(ids[0]), await server.record(ids[2])]
        spoilt = server.activations.get("guest", ids[1])
        return [*ends, spoilt and json.loads(spoilt)], server.store.rows("SELECT id FROM positions")

    ids = asyncio.run(prepare())
    (first, last, spoilt), left = asyncio.run(go_on(ids))
    assert first["response"]["result"] == last["response"]["result"] == STOPPED
    assert left == []
    assert ids[1] in caplog.text
    if spoil("{}") == "{":
        assert spoilt is None
    else:
        assert (spoilt["name"], spoilt["response"]["result"]) == ("seq", STOPPED)
        assert spoilt["response"]["status"] == "whisk internal error"


def test_an_event_whose_run_cannot_be_read_is_a_platform_error_and_the_others_run_again(tmp_path, caplog):
    async def prepare():
        server = Server(tmp_path / "db", Hangs("slow"))
        await server.action("slow", SHOW)
        ids = []
        for number in range(2):
            ask = Ask(server.caller, "t" * 32, now_ms(), {"n": number}, again=True)
            ids.append((await server.controller.invoke(server.controller.resolve("guest", "slow"), ask))[0])
        await server.activations.committed()
        server.store.write("UPDATE accepted SET again = '[' WHERE id = ?", ids[0])
        await server.activations.committed()
        return ids

    async def go_on(ids):
        server = Server(tmp_path / "db", InProcess())
        return [(await server.record(one))["response"]["result"] for one in ids], server.names()

    ids = asyncio.run(prepare())
    assert asyncio.run(go_on(ids)) == ([STOPPED, {"saw": {"n": 1}}], ["slow"])
    assert ids[0] in caplog.text
