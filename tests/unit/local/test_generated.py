"""Turns of generated conductors in the server: the same as in an instance, and never of another's code."""

import asyncio
import base64
import contextlib
import io
import json
import os
import random
import re
import sys
import zipfile
from dataclasses import replace

import pytest

from fnkit import compose
from fnkit.action import build, target
from fnkit.action.spec import Wishes
from fnkit.compose import conductor
from fnkit.compose.nodes import to_json
from fnkit.compose.program import Flow
from fnkit.core.clock import now_ms
from fnkit.core.names import DESTINATION, JOIN, ActionName
from fnkit.delivery import wiring
from fnkit.events import destination as destination_file
from fnkit.events.wiring import Generated
from fnkit.local import generated
from fnkit.local.invocable import Ask
from fnkit.local.jobs import Status
from fnkit.local.within import Within
from tests.flows import growing
from tests.unit.local.inprocess import InProcess
from tests.unit.local.test_compounds import ADD, STOPPED, Server
from tests.unit.local.test_joins import Stops

HERE = target.embedded({"python": sys.version.split()[0], "packages": {}})
IDS = re.compile(r"[0-9a-f]{32}|[0-9-]{10}T[0-9:.]+Z")


class Unpacked(InProcess):
    """Runs archives, too: the action file, with this process's fnkit."""

    async def run(self, job):
        if not job.executable.binary:
            return await super().run(job)
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(job.executable.code))) as archive:
            text = archive.read("__main__.py").decode()
        os.environ["__OW_ACTIVATION_ID"], printed = job.activation_id, io.StringIO()
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
                outcome = await super().run(replace(job, executable=replace(job.executable, code=text)))
        finally:
            del os.environ["__OW_ACTIVATION_ID"]
        self.jobs[-1] = job
        lines = tuple(f"2026-01-01T00:00:00.000000000Z stdout: {one}" for one in printed.getvalue().splitlines())
        return replace(outcome, logs=lines)


def packed(node):
    """The archive of a flow, as a deploy makes it."""
    spec = conductor.spec(node, ActionName("flow"), None, Wishes(), JOIN)
    return build.build(spec, HERE).zip


def changed(archive, name, change):
    """The archive with another text in one of its files."""
    old, new = zipfile.ZipFile(io.BytesIO(archive)), io.BytesIO()
    with zipfile.ZipFile(new, "w") as made:
        for one in old.namelist():
            text = old.read(one)
            made.writestr(one, change(text.decode()).encode() if one == name else text)
    return new.getvalue()


def in_instances(archive):
    """The same flow in an archive that is not as fnkit makes them today."""
    return changed(archive, "fnkit/compose/turn.py", lambda text: f"{text}# changed\n")


async def deployed(server, archive, notes, limits=None, parameters=(), **fields):
    """The action `flow`, of an archive."""
    executable = {"kind": "python:3", "code": base64.b64encode(archive).decode(), "binary": True, **fields}
    pairs = [{"key": key, "value": value} for key, value in notes.items()]
    await server.put("flow", executable, annotations=pairs, limits=limits or {}, parameters=list(parameters))
    return server.controller.resolve("guest", "flow")


async def called(path, archive, node, arguments):
    """All records of a call by name, without what no two calls share; and what ran in an instance."""
    server = Server(path, Unpacked())
    for name, code in {**growing.ACTIONS, "add": ADD}.items():
        await server.action(name, code)
    await deployed(server, archive, conductor.annotations(node))
    record = await server.record(await server.begin("flow", arguments))
    records = [record, *[json.loads(server.activations.get("guest", one)) for one in record["logs"]]]
    return [told(one) for one in records], server.names()


def told(record):
    response = dict(record["response"])
    response.pop("size", None)  # the test's own scheduler counts another way
    known = {"name": record["name"], "response": response, "logs": record["logs"]}
    notes = {one["key"]: one["value"] for one in record["annotations"]}
    known |= {key: notes.get(key) for key in ("kind", "path", "causedBy", "limits", "timeout", "topmost")}
    return json.loads(IDS.sub("…", json.dumps(known)))


def both(tmp_path, node, arguments):
    archive = packed(node)
    here = asyncio.run(called(tmp_path / "here", archive, node, arguments))
    there = asyncio.run(called(tmp_path / "there", in_instances(archive), node, arguments))
    return here, there


def test_a_flow_of_actions_asks_no_instance_for_its_turns(tmp_path):
    node = compose.sequence("add", "add", "add").node
    (here, ran), (there, all_ran) = both(tmp_path, node, {"n": 1})
    assert ran == ["add"] * 3 and all_ran == ["flow", "add"] * 3 + ["flow"]
    assert here == there
    assert here[0]["response"]["result"]["n"] == 4 and len(here) == 8
    assert any("fnkit-flow" in line for line in here[-1]["logs"]), "the last turn tells in its log"


@pytest.mark.parametrize("part", range(4))
def test_whatever_the_flow_its_records_are_those_of_a_conductor_in_an_instance(tmp_path, part):
    chance, saved = random.Random(part), 0
    for number in range(30):
        node = growing.grow(chance.randrange, growing.SHARED)
        (tmp_path / str(number)).mkdir()
        (here, ran), (there, all_ran) = both(tmp_path / str(number), node, {"n": number % 7})
        assert here == there, growing.grown_text(node)
        saved += len(all_ran) - len(ran)
    assert saved > 4, "that many turns were taken here"


def test_an_inline_function_runs_in_an_instance_and_gets_what_came_before(tmp_path):
    node = growing.Node(
        "sequence", components=(growing.action("add"), growing.function("bump"), growing.action("add"))
    )
    (here, ran), (there, _) = both(tmp_path, node, {"n": 1})
    assert ran == ["add", "flow", "add"]
    assert here == there


def test_a_turn_has_no_record_of_an_instance(tmp_path):
    async def began():
        server = Server(tmp_path / "db", Unpacked())
        node = compose.sequence("add").node
        await server.action("add", ADD)
        await deployed(server, packed(node), conductor.annotations(node))
        record = await server.record(await server.begin("flow", {"n": 1}))
        return [server.activations.times("guest", one)["began"] for one in record["logs"]]

    assert asyncio.run(began()) == [None, "cold", None]


def test_the_instance_of_a_conductor_that_needs_none_is_not_started_ahead(tmp_path):
    async def anticipated(node):
        server = Server(tmp_path / node.type / "db", Unpacked())
        for name, code in {**growing.ACTIONS, "add": ADD}.items():
            await server.action(name, code)
        await deployed(server, packed(node), conductor.annotations(node))
        for _ in range(2):
            server.scheduler.anticipated.clear()
            await server.record(await server.begin("flow", {"n": 1}))
        return [job.executable.name for job in server.scheduler.anticipated]

    plain = growing.Node("sequence", components=(growing.action("add"), growing.action("grown-add")))
    mixed = growing.Node("try", parts={"body": growing.action("add"), "handler": growing.function("bump")})
    for one in (plain, mixed):
        (tmp_path / one.type).mkdir()
    assert asyncio.run(anticipated(plain)) == ["grown-add"]
    assert asyncio.run(anticipated(mixed)) == [], "nothing failed so far"
    assert asyncio.run(anticipated(growing.Node("sequence", components=(plain, growing.function("bump"))))) == [
        "grown-add",
        "flow",
    ]


class Stopping(Stops, Unpacked):
    """Runs archives, too."""


@pytest.mark.parametrize("boundary", range(4))
def test_a_flow_whose_turns_are_taken_here_goes_on_wherever_the_server_ended(tmp_path, boundary):
    node = compose.sequence("add", compose.retry(1, "add"), "add", compose.retry(1, "add")).node

    async def begin():
        server = Server(tmp_path / "db", Stopping(boundary))
        await server.action("add", ADD)
        await deployed(server, packed(node), conductor.annotations(node))
        activation_id = await server.begin("flow", {"n": 0})
        await server.scheduler.reached.wait()
        return activation_id, server.scheduler.ended

    async def go_on(activation_id):
        server = Server(tmp_path / "db", Stopping())
        record = await server.record(activation_id)
        left = server.store.rows("SELECT * FROM positions") + server.store.rows("SELECT * FROM accepted")
        return record, server.scheduler.ended, left

    activation_id, before = asyncio.run(begin())
    record, after, left = asyncio.run(go_on(activation_id))
    names = [before, after]
    assert left == []
    if boundary in (1, 3):  # the step that was cut off is tried once more
        assert record["response"]["result"]["n"] == 4 and names == [["add"] * boundary, ["add"] * (4 - boundary)]
    else:
        assert STOPPED["error"] in record["response"]["result"]["error"] and names == [["add"] * boundary, []]


def taken(archive, notes, tmp_path, **fields):
    async def found():
        server = Server(tmp_path / "db", Unpacked())
        return generated.read(await deployed(server, archive, notes, **fields))

    return asyncio.run(found())


def flow_and_notes():
    node = growing.Node("sequence", components=(growing.action("add"), growing.function("bump")))
    return packed(node), conductor.annotations(node)


CHANGES = {
    "a module of the machine": ("fnkit/compose/machine.py", lambda text: text.replace("50", "51")),
    "its own words": ("__main__.py", lambda text: text.replace("return fnkit_turn(params)", "return {}")),
    "a second turn": ("__main__.py", lambda text: text.replace("\ndef bump", "\nfnkit_turn = 1\n\ndef bump")),
    "another main": ("__main__.py", lambda text: f"{text}main = dict\n"),
    "another machine": ("__main__.py", lambda text: text.replace("from fnkit.compose.turn", "from mine.turn")),
    "a cut flow": ("__main__.py", lambda text: text.replace('{"type": "sequence"', '{"type": "sequence')),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_was_changed_has_its_own_word(tmp_path, change):
    archive, notes = flow_and_notes()
    other = changed(archive, *CHANGES[change])
    assert other != changed(archive, "__main__.py", str), "it was changed"
    assert taken(other, notes, tmp_path) is None


def test_what_was_generated_is_known(tmp_path):
    archive, notes = flow_and_notes()
    assert taken(archive, notes, tmp_path) is not None
    assert taken(archive, {"conductor": True}, tmp_path) is None, "it does not say that it is a flow"
    assert taken(archive, notes, tmp_path, main="other") is None
    assert taken(b"PK no archive", notes, tmp_path) is None


@pytest.mark.parametrize(
    "name", ["fnkit/../../etc/passwd", "fnkit/./__init__.py", "fnkit/nowhere.py", "fnkit/compose", "virtualenv/x"]
)
def test_a_member_that_is_no_file_of_fnkits_is_looked_up_nowhere(tmp_path, name):
    archive, notes = flow_and_notes()
    grown = io.BytesIO(archive)
    with zipfile.ZipFile(grown, "a") as made:
        made.writestr(name, "")
    assert taken(grown.getvalue(), notes, tmp_path) is None


def while_(body):
    test = growing.Node("literal", {"value": {"value": True}})
    return growing.Node("while", parts={"test": test, "body": body})


def refused():
    """Flows whose turns make much of little, or take long."""
    add, empty = growing.action("add"), growing.Node("empty")
    yield "retain", growing.Node("retain", components=(add,))
    yield "parallel", growing.Node("parallel", components=(empty, empty))
    yield "map", growing.Node("map", components=(empty,))
    yield "while", while_(empty)
    yield "dynamic", growing.Node("dynamic")
    yield "large", growing.Node("literal", {"value": {"text": "x" * 70_000}})


@pytest.mark.parametrize(("name", "node"), list(refused()))
def test_flows_that_grow_or_take_long_are_their_instances_business(tmp_path, name, node):
    assert taken(packed(node), conductor.annotations(node), tmp_path) is None


def test_an_id_is_no_place_to_keep_a_novel(tmp_path):
    archive, notes = flow_and_notes()
    for id_ in ('"' + "." * 30_000 + '"', "7"):
        other = changed(archive, "__main__.py", lambda text, id_=id_: text.replace('"id": "0"', f'"id": {id_}'))
        assert taken(other, notes, tmp_path) is None


FORGED = {
    "deep": {"stack": [{"node": "0", "at": ""}] * 5000},
    "nowhere": {"stack": [{"node": "9", "at": ""}]},
    "no stack": {"stack": 7},
    "another flow": {"flow": "0" * 16},
    "held": {"held": "objects:x", "node": "x"},
    "no state": 7,
    "round": {"stack": [{"node": "0", "at": "components", "i": -(10**12)}]},
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_state_that_somebody_made_up_is_as_in_an_instance(tmp_path, forged):
    node = compose.sequence("add", "add").node
    archive, made = packed(node), FORGED[forged]
    state = {"session": "s", "objects": "", "flow": digest_of(node), **made} if isinstance(made, dict) else made

    def first(archive, path):
        records, _ = asyncio.run(called(path, archive, node, {"n": 1, "$fnkit": state}))
        return records

    here, there = first(archive, tmp_path / "here"), first(in_instances(archive), tmp_path / "there")
    assert here == there


def digest_of(node):
    return Flow(to_json(node, "0"), {}).digest


def test_what_is_large_takes_an_instance(tmp_path):
    node = compose.sequence("add").node
    _, ran = asyncio.run(called(tmp_path / "db", packed(node), node, {"n": 1, "text": "x" * 70_000}))
    assert ran == ["flow", "add"], "the first turn; what add gives is small"


def test_many_turns_without_an_action_leave_others_their_turn(tmp_path):
    """Compositions that call nothing: no stack grows with their number."""

    async def run():
        server = Server(tmp_path / "db", Unpacked())
        empty = growing.Node("empty")
        await deployed(server, packed(empty), conductor.annotations(empty))
        await server.sequence("fifty", *["flow"] * 50)
        deep: object = {}
        for _ in range(300):
            deep = {"in": deep}
        looks, done = 0, asyncio.Event()

        async def others():
            nonlocal looks
            while not done.is_set():
                looks += 1
                await asyncio.sleep(0)

        beside = asyncio.ensure_future(others())
        record = await server.record(await server.begin("fifty", {"deep": deep}))
        done.set()
        await beside
        return record, looks, server.names()

    record, looks, ran = asyncio.run(run())
    assert record["response"]["success"] and len(record["logs"]) == 50 and ran == []
    assert looks > 5


def test_an_action_that_is_not_there_does_not_hold_the_loop(tmp_path):
    node = compose.retry(99, "nowhere").node
    (here, ran), (there, _) = both(tmp_path, node, {"n": 1})
    assert here == there and ran == []


def test_a_file_that_does_more_than_define_is_loaded_before_its_first_turn(tmp_path):
    archive, notes = flow_and_notes()

    def with_line(line):
        return changed(archive, "__main__.py", lambda text: text.replace("\ndef bump", f"\n{line}\n\ndef bump"))

    for line in ("import nothing_here", "import os, nothing_here", "MODEL = 1 / 0", "print('loaded')"):
        assert taken(with_line(line), notes, tmp_path) is None, line
    for line in ("import os", "from datetime import date, time", "# words", "def other(r): ..."):
        assert taken(with_line(line), notes, tmp_path) is not None, line


def test_without_the_machine_or_with_another_beside_it_an_archive_is_not_known(tmp_path):
    archive, notes = flow_and_notes()
    old, new = zipfile.ZipFile(io.BytesIO(archive)), io.BytesIO()
    with zipfile.ZipFile(new, "w") as made:
        for one in old.namelist():
            if one != "fnkit/compose/steps.py":
                made.writestr(one, old.read(one))
    assert taken(new.getvalue(), notes, tmp_path) is None
    grown = io.BytesIO(archive)
    with zipfile.ZipFile(grown, "a") as made, pytest.warns(UserWarning, match="Duplicate"):
        made.writestr("__main__.py", "def main(args): return {}")
    assert taken(grown.getvalue(), notes, tmp_path) is None
    assert taken(archive, notes, tmp_path, limits={"timeout": 500}) is None, "there is no time for a turn"


ORDER = {"target": "/_/add", "retries": 0, "pause": 0, "success": [], "failure": [], "dead": []}
KEEP = {"kind": "action", "to": "/_/keep"}


async def round_target(server, *parameters):
    """A destination's conductor."""
    made = build.build(wiring.spec(Generated("round", "destination", destination_file.ORDER, "", {})), HERE)
    return await deployed(server, made.zip, {"conductor": True, DESTINATION: {}}, parameters=parameters)


def destination(tmp_path, arguments, **order):
    """What a destination's turn gives in the server; None where it needs its instance."""

    async def outcome():
        server = Server(tmp_path / "db", Unpacked())
        kept = {"key": destination_file.ORDER, "value": json.dumps({**ORDER, **order}), "init": True}
        invocable = await round_target(server, kept)
        assert generated.read(invocable) is not None
        given = Within(generated.read).turn(invocable, Ask(server.caller, "t" * 32, now_ms(), arguments), "")
        return given and given[1]

    return asyncio.run(outcome())


def test_a_destination_takes_its_turns_here_where_it_sends_nothing_itself(tmp_path):
    first = destination(tmp_path, {"n": 1}, success=[KEEP]).result
    assert (first["action"], first["params"]) == ("/_/add", {"n": 1})
    second = destination(tmp_path, {"answer": 42, **first["state"]}, success=[KEEP]).result
    assert (second["action"], second["params"]["response"]) == ("/_/keep", {"answer": 42})
    end = destination(tmp_path, {**second["state"]}, success=[KEEP])
    assert (end.status, end.result) == (Status.SUCCESS, {"params": {"answer": 42}})
    failed = destination(tmp_path, {"error": "no", **first["state"]})
    assert (failed.status, failed.result) == (Status.APPLICATION_ERROR, {"error": "no"})
    web = {"kind": "http", "to": "http://127.0.0.1:9/"}
    assert destination(tmp_path, {"answer": 42, **first["state"]}, success=[web]) is None
    assert destination(tmp_path, {"error": "no", **first["state"]}, retries=1) is None, "it waits before that"
    forged = {"$fnkit": {"attempt": 3 * 10**9, "request": {}}}
    assert destination(tmp_path, {"error": "no", **forged}, retries=10**15) is None
    assert destination(tmp_path, {"error": "no", **forged}, retries=10**15, pause="a" * 1000) is None


def test_a_destination_that_is_called_through_bindings_has_the_order_of_each(tmp_path):
    async def outcomes():
        server = Server(tmp_path / "db", Unpacked())
        within, given, plain = Within(generated.read), [], await round_target(server)
        for name in ("/_/one", "/_/two"):
            bound = replace(plain, environment={destination_file.ORDER: json.dumps({**ORDER, "target": name})})
            _, outcome = within.turn(bound, Ask(server.caller, "t" * 32, now_ms(), {}), "")
            given.append(outcome.result["action"])
        return given

    assert asyncio.run(outcomes()) == ["/_/one", "/_/two"]
