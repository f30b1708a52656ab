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
from fnkit.core.clock import now_ms
from fnkit.core.names import JOIN, ActionName
from fnkit.delivery import wiring
from fnkit.events.wiring import DESTINATION, Generated
from fnkit.local import generated
from fnkit.local.invocable import Ask
from fnkit.local.jobs import Status
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


async def deployed(server, archive, notes):
    code = base64.b64encode(archive).decode()
    pairs = [{"key": key, "value": value} for key, value in notes.items()]
    executable = {"kind": "python:3", "code": code, "binary": True}
    await server.put("flow", executable, annotations=pairs)
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
    assert saved > 8, "that many turns were taken here"


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
        code = base64.b64encode(archive).decode()
        pairs = [{"key": key, "value": value} for key, value in notes.items()]
        executable = {"kind": "python:3", "code": code, "binary": True, **fields}
        await server.put("flow", executable, annotations=pairs)
        return generated.Generated().take(server.controller.resolve("guest", "flow"))

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


@pytest.mark.parametrize("name", ["fnkit/../../etc/passwd", "fnkit/nowhere.py", "fnkit/compose"])
def test_a_member_that_is_no_file_of_fnkits_is_looked_up_nowhere(tmp_path, name):
    archive, notes = flow_and_notes()
    grown = io.BytesIO(archive)
    with zipfile.ZipFile(grown, "a") as made:
        made.writestr(name, "")
    assert taken(grown.getvalue(), notes, tmp_path) is None


def test_flows_that_grow_or_go_round_are_their_instances_business(tmp_path):
    grows = compose.retain(compose.retain("add")).node
    assert taken(packed(grows), conductor.annotations(grows), tmp_path) is None
    nothing = growing.Node("empty")
    test = growing.Node("literal", {"value": {"value": True}})
    round_ = growing.Node("while", parts={"test": test, "body": nothing})
    take = taken(packed(round_), conductor.annotations(round_), tmp_path)
    with pytest.raises(generated.Beyond):
        take({}, generated.World("a" * 32))


ORDER = {"target": "/_/add", "retries": 0, "pause": 0, "success": [], "failure": [], "dead": []}
KEEP = {"kind": "action", "to": "/_/keep"}


def destination(tmp_path, arguments, **order):
    """What a destination's turn gives in the server; None where it needs its instance."""

    async def outcome():
        server = Server(tmp_path / "db", Unpacked())
        made = wiring.spec(Generated("round", "destination", generated.ORDER, "", {}))
        made = build.build(made, HERE).zip
        notes = {"conductor": True, DESTINATION: {}}
        code = base64.b64encode(made).decode()
        pairs = [{"key": key, "value": value} for key, value in notes.items()]
        kept = [{"key": generated.ORDER, "value": json.dumps({**ORDER, **order}), "init": True}]
        executable = {"kind": "python:3", "code": code, "binary": True}
        await server.put("round", executable, annotations=pairs, parameters=kept)
        invocable = server.controller.resolve("guest", "round")
        known = generated.Generated()
        assert known.take(invocable) is not None
        given = known.turn(invocable, Ask(server.caller, "t" * 32, now_ms(), arguments), "")
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
