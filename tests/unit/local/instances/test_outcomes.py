"""What an action does, and what OpenWhisk's record of it says. The texts are those of apache/openwhisk."""

import json

import pytest

from fnkit.core.entities import Limits
from fnkit.local.jobs import Status
from fnkit.local.logs import INCOMPLETE
from tests.unit.local.instances.bench import Bench, code, job, texts

EXITED = "command exited"
NOT_STARTED = "Cannot start action. Check logs for details."
NOT_BUILT = "The action failed to generate or locate a binary. See logs for details."
NOT_AN_OBJECT = "The action did not return a dictionary or array."
NULL = "The action did not produce a valid JSON or JSON Array response: null\n"

SUCCESSES = {
    "counts": {"count": 1, "args": {}},
    "returns_a_list": [1, "two", {"three": 3}],
    "closes_its_output": {"done": True},
}
# name: (status, error, size): the size is that of the line or of the runtime's own answer.
FAILURES = {
    "returns_an_error": (Status.APPLICATION_ERROR, "no such photo", 38),
    "raises": (Status.APPLICATION_ERROR, "division by zero", 30),
    "raises_snowmen": (Status.APPLICATION_ERROR, "☃ is no number", 30),
    "takes_two_arguments": (
        Status.APPLICATION_ERROR,
        "main() missing 1 required positional argument: 'context'",
        70,
    ),
    "returns_none": (Status.DEVELOPER_ERROR, NULL, 5),
    "returns_text": (Status.DEVELOPER_ERROR, NOT_AN_OBJECT, 61),
    "returns_a_number": (Status.DEVELOPER_ERROR, NOT_AN_OBJECT, 61),
    "returns_nan": (Status.DEVELOPER_ERROR, NOT_AN_OBJECT, 61),
    "returns_a_set": (Status.DEVELOPER_ERROR, EXITED, 27),
    "returns_a_circle": (Status.DEVELOPER_ERROR, EXITED, 27),
    "returns_a_lone_surrogate": (Status.DEVELOPER_ERROR, EXITED, 27),
    "is_async": (Status.DEVELOPER_ERROR, EXITED, 27),
    "exits_in_run": (Status.DEVELOPER_ERROR, EXITED, 27),
    "kills_itself": (Status.DEVELOPER_ERROR, EXITED, 27),
    "aborts": (Status.DEVELOPER_ERROR, EXITED, 27),
    "exits_at_import": (Status.DEVELOPER_ERROR, NOT_STARTED, 57),
    "imports_what_is_missing": (Status.DEVELOPER_ERROR, NOT_STARTED, 57),
    "raises_at_import": (Status.DEVELOPER_ERROR, NOT_STARTED, 57),
    "has_no_main": (Status.DEVELOPER_ERROR, NOT_STARTED, 57),
    "is_not_python": (Status.DEVELOPER_ERROR, NOT_BUILT, 84),
}


@pytest.mark.parametrize("name", SUCCESSES)
def test_a_result(plain: Bench, name: str) -> None:
    (outcome,) = plain.run(job(code(name)))
    assert (outcome.status, outcome.result) == (Status.SUCCESS, SUCCESSES[name])
    assert outcome.size == len(json.dumps(SUCCESSES[name])) + 1
    assert outcome.began == "cold"
    assert outcome.init is not None
    assert outcome.wait > 0
    assert outcome.end - outcome.start >= outcome.init


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure(plain: Bench, name: str) -> None:
    status, error, size = FAILURES[name]
    (outcome,) = plain.run(job(code(name)))
    assert (outcome.status, outcome.result, outcome.size) == (status, {"error": error}, size)
    assert (texts(outcome)[-1:] == [f"stderr: {INCOMPLETE}"]) == (status is Status.DEVELOPER_ERROR)
    assert not outcome.timed_out


def test_the_error_value_stands_alone(plain: Bench) -> None:
    """Null and empty text count too; what stands beside `error` is dropped."""
    outcomes = plain.run(*(job(code("returns_an_error"), {"error": value}) for value in (None, "", {"a": 1})))
    assert [o.result for o in outcomes] == [{"error": None}, {"error": ""}, {"error": {"a": 1}}]
    assert all(o.status is Status.APPLICATION_ERROR for o in outcomes)


def test_another_entry_point(plain: Bench) -> None:
    (outcome,) = plain.run(job(code("has_no_main"), of={"main": "other"}))
    assert outcome.result == {"from": "other"}


def test_no_code(plain: Bench) -> None:
    (outcome,) = plain.run(job(""))
    assert outcome.status is Status.DEVELOPER_ERROR
    assert outcome.result == {"error": "Missing main/no code to execute."}


def test_an_array_as_argument(plain: Bench) -> None:
    (outcome,) = plain.run(job("def main(args):\n    return {'got': args}\n", [1, {"two": 2}]))
    assert outcome.result == {"got": [1, {"two": 2}]}


def test_large_arguments(plain: Bench) -> None:
    """Larger than a socket takes at once."""
    (outcome,) = plain.run(job("def main(args):\n    return {'n': len(args['text'])}\n", {"text": "ä" * 500_000}))
    assert outcome.result == {"n": 500_000}


@pytest.mark.parametrize(("length", "size"), [(1_048_564, 1_048_577), (2_000_000, 2_000_013)])
def test_a_result_over_the_limit(plain: Bench, length: int, size: int) -> None:
    """As recorded from a real server: the first MiB is kept, the size is the whole."""
    (outcome,) = plain.run(job(code("returns_too_much"), {"length": length}))
    assert (outcome.status, outcome.size) == (Status.APPLICATION_ERROR, size)
    start = f"The action produced a response that exceeded the allowed length: {size} > 1048576 bytes. "
    whole = json.dumps({"text": "x" * length}) + "\n"
    assert outcome.result["error"] == f"{start}The truncated response was: {whole[:1_048_576]}"


def test_the_largest_result(plain: Bench) -> None:
    (outcome,) = plain.run(job(code("returns_too_much"), {"length": 1_048_563}))
    assert (outcome.status, outcome.size) == (Status.SUCCESS, 1_048_576)


def test_a_traceback_begins_in_the_action(plain: Bench) -> None:
    (run,) = plain.run(job(code("raises")))
    (load,) = plain.run(job(code("raises_at_import")))
    for outcome, line in ((run, 3), (load, 5)):
        first, second, *_ = texts(outcome)
        assert first == "stderr: Traceback (most recent call last):"
        assert second.startswith("stderr:   File ")
        assert f'main__.py", line {line}, in ' in second


def test_exits_at_import_is_said(plain: Bench) -> None:
    (outcome,) = plain.run(job(code("exits_at_import")))
    assert texts(outcome) == [
        "stderr: Command exited abruptly during initialization.",
        f"stderr: {INCOMPLETE}",
    ]


def test_syntax_error_is_shown(plain: Bench) -> None:
    (outcome,) = plain.run(job(code("is_not_python")))
    assert any("'(' was never closed" in line for line in texts(outcome))


@pytest.mark.parametrize(
    ("name", "ending"), [("hangs_in_run", "."), ("hangs_at_import", " during initialization.")]
)
def test_a_time_out(bench: Bench, name: str, ending: str) -> None:
    (outcome,) = bench.run(job(code(name), limits=Limits(timeout=300)))
    error = f"The action exceeded its time limits of 300 milliseconds{ending}"
    assert outcome.result == {"error": error}
    assert (outcome.status, outcome.size, outcome.timed_out) == (Status.DEVELOPER_ERROR, None, True)
    assert 300 <= outcome.end - outcome.start < 5000


@pytest.mark.parametrize("name", ["takes_all_memory", "takes_all_memory_at_import"])
def test_memory(bench: Bench, name: str) -> None:
    (outcome,) = bench.run(job(code(name), limits=Limits(memory=128, timeout=10_000)))
    assert outcome.status is Status.DEVELOPER_ERROR
    assert outcome.result == {"error": "The action exhausted its memory and was aborted."}
    assert any("MemoryError" in line for line in texts(outcome))


def test_memory_within_the_limit(bench: Bench) -> None:
    (outcome,) = bench.run(job(code("takes_all_memory"), {"megabytes": 100}))
    assert outcome.result == {"bytes": 100 * 1024 * 1024}
