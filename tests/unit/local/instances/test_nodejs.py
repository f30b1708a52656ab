"""Node.js actions in instances: the same life as Python's, in its runtime's own words."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from fnkit.core.entities import Limits
from fnkit.core.errors import Missing
from fnkit.local.jobs import Job, Status
from fnkit.local.kinds import Kinds, find_node, python
from fnkit.local.sandbox import rung as claims
from fnkit.local.sandbox.rung import Rung
from fnkit.local.scheduler import Scheduler
from tests.archives import zipped
from tests.unit.local.instances.bench import KINDS, Bench, job, texts

KIND = KINDS.names.get("nodejs:default")


@pytest.fixture
def bench(tmp_path: Path, rung: Rung) -> Bench:
    """A bench on each rung: no Node.js is forked."""
    return Bench(tmp_path, rung)


needs_node = pytest.mark.skipif(KIND is None, reason="there is no Node.js 18 or newer here")
FAILED = "Initialization has failed due to: "
INIT_DIED = "The action did not initialize and exited unexpectedly."
RUN_DIED = "The action did not produce a valid response and exited unexpectedly."
NOT_AN_OBJECT = "The action did not return a dictionary."
NULL = "The action did not produce a valid JSON or JSON Array response: null"

SUCCESSES: dict[str, Any] = {
    "function main(p) { return { greeting: 'Hello, Ann!' } }": {"greeting": "Hello, Ann!"},
    "const main = p => new Promise(done => setTimeout(() => done({ late: true }), 5))": {"late": True},
    "module.exports = { main: () => ({ by: 'module' }) }": {"by": "module"},
    "exports.main = async () => ({ by: 'exports' })": {"by": "exports"},
    "function main() {}": {},
    "function main() { return [1, 'two'] }": [1, "two"],
    "const os = require('os'); function main() { return { eol: os.EOL } }": {"eol": "\n"},
    "let n = 0; function main(p) { return { n: ++n, p } }": {"n": 1, "p": {}},
}
# code: (status, error, size)
FAILURES: dict[str, tuple[Status, Any, int | None]] = {
    "function main() { return { error: 'no such photo', more: 1 } }": (
        *(Status.APPLICATION_ERROR, "no such photo", 34),
    ),
    "function main() { return { error: new Error('inside') } }": (Status.APPLICATION_ERROR, {}, 12),
    "function main() { return Promise.reject('refused') }": (Status.APPLICATION_ERROR, "refused", 19),
    "function main() { return Promise.reject() }": (Status.APPLICATION_ERROR, {}, 12),
    "function main() { return Promise.reject({ code: 7 }) }": (Status.APPLICATION_ERROR, {"code": 7}, 20),
    "function main() { throw new Error('boom') }": (
        *(Status.DEVELOPER_ERROR, "An error has occurred: Error: boom", 46),
    ),
    "function main() { return 'text' }": (Status.DEVELOPER_ERROR, NOT_AN_OBJECT, 51),
    "function main() { return null }": (Status.DEVELOPER_ERROR, NULL, 4),
    "function main() { process.exit(3) }": (Status.DEVELOPER_ERROR, RUN_DIED, None),
    "function main() { setTimeout(() => { throw 1 }); return new Promise(() => {}) }": (
        *(Status.DEVELOPER_ERROR, RUN_DIED, None),
    ),
    "process.exit(3)": (Status.DEVELOPER_ERROR, INIT_DIED, None),
    "function other() {}": (Status.DEVELOPER_ERROR, f"{FAILED}Action entrypoint 'main' is not a function.", 89),
    "function main() { return {": (*(Status.DEVELOPER_ERROR, f"{FAILED}SyntaxError: Unexpected token '{{'", 79),),
}


def node(text: str, arguments: Any = None, of: dict[str, Any] | None = None, **changes: Any) -> Job:
    return job(text, arguments, of={"kind": KIND, **(of or {})}, **changes)


@needs_node
@pytest.mark.parametrize("text", SUCCESSES)
def test_a_result(plain: Bench, text: str) -> None:
    (outcome,) = plain.run(node(text))
    assert (outcome.status, outcome.result) == (Status.SUCCESS, SUCCESSES[text])
    assert outcome.began == "cold"


@needs_node
@pytest.mark.parametrize("text", FAILURES)
def test_a_failure(plain: Bench, text: str) -> None:
    status, error, size = FAILURES[text]
    (outcome,) = plain.run(node(text))
    assert (outcome.status, outcome.result, outcome.size) == (status, {"error": error}, size)


@needs_node
def test_a_rejected_error_has_its_properties(plain: Bench) -> None:
    text = "async function main() { const e = new TypeError('no'); e.code = 'E'; e.own = 1; throw e }"
    (outcome,) = plain.run(node(text))
    error = outcome.result["error"]
    assert outcome.status is Status.APPLICATION_ERROR
    assert (error["name"], error["message"], error["code"], error["own"]) == ("TypeError", "no", "E", 1)
    assert error["stack"].startswith("TypeError: no\n")


@needs_node
def test_a_second_call_is_warm_and_has_its_own_logs(bench: Bench) -> None:
    """On each rung, with much output: what was printed before the answer is in the logs of that call."""
    text = """
        let n = 0
        function main() {
          n += 1
          for (let i = 0; i < 3000; i++) console.log(`${n} out ${i} ${'x'.repeat(50)}`)
          console.error(`${n} err`)
          return { n }
        }"""
    first, second = bench.run(node(text), node(text))
    assert [(o.began, o.result) for o in (first, second)] == [("cold", {"n": 1}), ("warm", {"n": 2})]
    for n, outcome in enumerate((first, second), 1):
        lines = texts(outcome)
        assert len(lines) == 3001
        assert all(line.split()[1] == str(n) for line in lines)
        assert f"stderr: {n} err" in lines


@needs_node
@pytest.mark.parametrize(
    ("files", "main"),
    [
        ({"package.json": '{"main": "lib/go.js"}', "lib/go.js": "exports.main = () => require('./more')"}, "main"),
        ({"index.js": "exports.main = () => require('bundled')"}, "main"),
        ({"index.js": "exports.a = { b: () => require('bundled') }", "other.js": ""}, "index.a.b"),
    ],
    ids=["package.json", "index.js", "a file and a property"],
)
def test_an_archive(plain: Bench, files: dict[str, str], main: str) -> None:
    more = {"lib/more.js": "module.exports = { from: 'more' }"}
    bundled = {"node_modules/bundled/index.js": "module.exports = { from: 'more' }"}
    (outcome,) = plain.run(node(zipped({**files, **more, **bundled}), of={"binary": True, "main": main}))
    assert outcome.result == {"from": "more"}


@needs_node
def test_an_archive_without_an_index(plain: Bench) -> None:
    (outcome,) = plain.run(node(zipped({"go.js": ""}), of={"binary": True}))
    text = "Zipped actions must contain either package.json or index.js at the root."
    assert outcome.result == {"error": FAILED + text}


@needs_node
def test_its_environment(bench: Bench) -> None:
    text = "function main() { return { mine: process.env.MINE, id: process.env.__OW_ACTIVATION_ID } }"
    given = node(text, environment={"MINE": "ä"})
    (outcome,) = bench.run(given)
    assert outcome.result == {"mine": "ä", "id": given.activation_id}


@needs_node
def test_a_time_out(bench: Bench) -> None:
    (outcome,) = bench.run(node("function main() { for (;;); }", limits=Limits(timeout=500)))
    assert outcome.timed_out
    assert outcome.result == {"error": "The action exceeded its time limits of 500 milliseconds."}


@needs_node
@pytest.mark.parametrize("one", ["new Array(131072).fill(0)", "Buffer.alloc(1 << 20, 1)"])
def test_memory(plain: Bench, one: str) -> None:
    """It ends, whether V8 gives up or the buffers do, and it gets a good part of what it may have first."""
    text = f"const kept = []; function main(p) {{ while (kept.length < p.n) kept.push({one}); return {{}} }}"
    few, many = plain.run(*(node(text, {"n": n}, limits=Limits(memory=256, timeout=20_000)) for n in (80, 1000)))
    assert few.status is Status.SUCCESS
    assert many.status is Status.DEVELOPER_ERROR
    assert "memory" in many.result["error"] or many.result["error"] == RUN_DIED


@needs_node
def test_it_reads_what_its_rung_lets_it(bench: Bench, tmp_path: Path) -> None:
    """The locks hold for a program that is executed, too; its own folder is writable on every rung."""
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    text = """
        const fs = require('fs')
        function main(p) {
          fs.writeFileSync('mine.txt', 'mine')
          try { return { got: fs.readFileSync(p.path, 'utf8') } } catch (e) { return { got: null } }
        }"""
    (outcome,) = bench.run(node(text, {"path": str(secret)}))
    assert outcome.result == {"got": None if claims.FILES in bench.rung.stops else "secret"}


@needs_node
def test_what_it_starts_does_not_inherit_the_wire(plain: Bench) -> None:
    text = """
        function main() {
          const said = require('child_process').execFileSync('ls', ['/proc/self/fd'], { encoding: 'utf8' })
          return { numbers: said.trim().split('\\n').map(Number).filter(n => n > 3) }
        }"""
    (outcome,) = plain.run(node(text))
    assert outcome.result == {"numbers": []}


@needs_node
def test_one_text_in_two_languages_is_two_layouts(plain: Bench) -> None:
    text = "main = lambda args: {}\n"
    python_one, node_one = plain.run(job(text), node(text, of={"name": "other"}))
    assert (python_one.status, node_one.status) == (Status.SUCCESS, Status.DEVELOPER_ERROR)


def test_what_is_no_node(tmp_path: Path) -> None:
    old = tmp_path / "node"
    old.write_text("""#!/bin/sh\necho '["v16.20.2", "/usr/bin/node", []]'\n""")
    old.chmod(0o755)
    assert find_node(None) is None
    assert find_node(shutil.which("true")) is None
    assert find_node(str(old)) is None
    assert find_node(str(tmp_path / "nothing")) is None


def test_a_node_outside_of_the_system_brings_its_own_files_only(tmp_path: Path) -> None:
    program = tmp_path / "node"
    said = f'["v22.1.0", "{program}", ["linux-vdso.so.1", "/lib/x86_64-linux-gnu/libc.so.6", "/opt/x/libuv.so"]]'
    program.write_text(f"#!/bin/sh\necho '{said}'\n")
    program.chmod(0o755)
    kind = find_node(str(program))
    assert kind is not None
    assert kind.names == ("nodejs:22", "nodejs:default")
    assert kind.read[1:] == (program, Path("/opt/x/libuv.so"))


def test_an_action_of_an_older_version_runs_on_the_one_there_is() -> None:
    kinds = Kinds([python()])
    assert kinds.get("python:3.1").name == python().name
    with pytest.raises(Missing):
        kinds.get("nodejs:20")


SHARED = """
let now = 0, most = 0
async function main({ n, ms }) {
  most = Math.max(most, ++now)
  console.log(`run ${n}`)
  if (ms) await new Promise(done => setTimeout(done, ms))
  else while (most < 4) await new Promise(done => setTimeout(done, 1))
  const seen = most
  if (--now === 0) most = 0
  if (n === 'bad') throw new Error('boom')
  return { n, seen, id: process.pid }
}
"""


@needs_node
def test_runs_share_an_instance_as_far_as_the_limit_says(plain: Bench) -> None:
    """Four overlap in one; each gets the answer to its own question."""

    async def scene(scheduler: Scheduler) -> Any:
        calls = [node_job(SHARED, {"n": n}, concurrency=4) for n in range(4)]
        outcomes = await asyncio.gather(*map(scheduler.run, calls))
        return outcomes, scheduler.snapshot().instances

    outcomes, (view,) = plain.play(scene)
    assert [one.result["n"] for one in outcomes] == [0, 1, 2, 3]
    assert {one.result["seen"] for one in outcomes} == {4}
    assert (view.activations, view.state) == (4, "idle")
    assert all(f"stdout: run {one.result['n']}" in texts(one) for one in outcomes)
    assert sorted(one.began for one in outcomes) == ["cold", "warm", "warm", "warm"]


@needs_node
def test_a_run_that_fails_leaves_the_others_alone(plain: Bench) -> None:
    async def scene(scheduler: Scheduler) -> Any:
        given = [{"n": "bad", "ms": 10}, {"n": 1, "ms": 200}, {"n": 2, "ms": 200}]
        calls = [node_job(SHARED, one, concurrency=4) for one in given]
        outcomes = await asyncio.gather(*map(scheduler.run, calls))
        after = await scheduler.run(node_job(SHARED, {"n": 3, "ms": 1}, concurrency=4))
        return outcomes, after

    (bad, *others), after = plain.play(scene)
    assert (bad.status, bad.result["error"]["message"]) == (Status.APPLICATION_ERROR, "boom")
    assert [one.result["n"] for one in others] == [1, 2]
    assert after.result["n"] == 3


@needs_node
def test_a_time_out_of_one_run_leaves_the_others(plain: Bench) -> None:
    async def scene(scheduler: Scheduler) -> Any:
        slow = node_job(SHARED, {"n": "slow", "ms": 60_000}, concurrency=4, timeout=700)
        quick = [node_job(SHARED, {"n": n, "ms": 300}, concurrency=4, timeout=700) for n in range(2)]
        outcomes = await asyncio.gather(*map(scheduler.run, (slow, *quick)))
        return outcomes, scheduler.snapshot().instances

    (slow, *quick), instances = plain.play(scene)
    assert slow.timed_out
    assert [one.result["n"] for one in quick] == [0, 1]
    assert instances == (), "nobody uses it any more"


@needs_node
def test_a_shared_instance_that_dies_takes_all_its_runs(plain: Bench) -> None:
    async def scene(scheduler: Scheduler) -> Any:
        text = "const main = ({ die }) => new Promise(() => { if (die) setTimeout(() => process.exit(), 50) })"
        calls = [node_job(text, {"die": n == 3}, concurrency=4) for n in range(4)]
        return [one.result for one in await asyncio.gather(*map(scheduler.run, calls))]

    assert plain.play(scene) == [{"error": RUN_DIED}] * 4


@needs_node
def test_long_arguments_of_runs_that_overlap_are_not_mixed(plain: Bench) -> None:
    async def scene(scheduler: Scheduler) -> Any:
        text = "const main = async ({ t }) => ({ first: t[0], n: t.length })"
        calls = [node_job(text, {"t": letter * 900_000}, concurrency=8) for letter in "abcdefgh"]
        return [one.result for one in await asyncio.gather(*map(scheduler.run, calls))]

    assert plain.play(scene) == [{"first": letter, "n": 900_000} for letter in "abcdefgh"]


def node_job(text: str, arguments: Any, concurrency: int, timeout: int = 30_000) -> Job:
    assert KIND is not None
    limits = Limits(timeout=timeout, concurrency=concurrency)
    return job(text, arguments, limits=limits, of={"kind": KIND})
