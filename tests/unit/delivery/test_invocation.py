"""Tracebacks out of logs, and what a call says of itself."""

import pytest

from fnkit.action.spec import Origin
from fnkit.core.entities import Activation, Split
from fnkit.delivery.invocation import Invocation, traceback

TRACE = [
    "Traceback (most recent call last):",
    '  File "exec__.py", line 60, in <module>',
    '  File "/action/1/bin/main__.py", line 12, in main',
    "    return work(args)",
    "",
    "ValueError: no",
    "after",
]
ORIGINS = (Origin(10, 5, "In [5]", 1),)


@pytest.mark.parametrize(
    "stamp", ["", "2026-08-06T00:00:00.123456789Z stderr: ", "2026-08-06T00:00:00.123Z                 stderr: "]
)
def test_the_last_traceback_in_the_logs(stamp):
    logs = tuple(stamp + line for line in ["before", TRACE[0], "  File x", "KeyError: 1", "between", *TRACE])
    found = traceback(logs, ORIGINS)
    assert "In [5], line 3, in main" in found
    assert found.startswith(f"{TRACE[0]}\n  In [5], line 3, in main\n")  # the launcher's frames are left out
    assert found.endswith("ValueError: no")
    assert "KeyError" not in found


@pytest.mark.parametrize("logs", [(), ("a", "b"), ("2026-08-06T00:00:00.123456789Z stderr: x",)])
def test_no_traceback(logs):
    assert traceback(logs, ORIGINS) == ""


def test_a_traceback_that_was_cut_off():
    assert traceback((TRACE[0],), ORIGINS) == TRACE[0]


def record(**changes) -> Activation:
    times = {"start": 1, "end": 43, "duration": 42}
    notes = {"waitTime": 3, "initTime": 30, "path": "guest/p/x"}
    names = {"id": "a" * 32, "name": "x", "namespace": "guest", "version": "0.0.1"}
    fields = {**names, **times, "status": "success", "result": {"ok": 1}, "annotations": notes}
    return Activation(**{**fields, **changes})


def test_init_and_run_make_the_duration():
    assert Split.of(record()) == Split(3, 30, 12)
    assert Split.of(record(annotations={"waitTime": 3})) == Split(3, None, 42)


def test_one_line():
    call = Invocation("p/x", "a" * 32, "done", Split(3, 30, 12), "cold", record())
    assert str(call) == f"p/x {'a' * 32}: success cold (wait 3 ms, init 30 ms, run 12 ms)"
    assert str(Invocation("x", "b", "pending")) == "x b: pending"


@pytest.mark.parametrize(
    ("result", "words"),
    [({"error": "no"}, "no"), ({"error": {"a": 1}}, "{'a': 1}"), ("odd", "odd"), (None, "None")],
)
def test_why_it_failed(result, words):
    call = Invocation("x", "a" * 32, "done", activation=record(status="application error", result=result))
    assert call.failure.found == f"application error: {words}"
    assert call.failure.advice == f"fnkit logs {'a' * 32} shows what it printed."


def test_a_long_error_is_short_in_the_message_and_whole_in_the_result():
    error = "The action produced a response that exceeded the allowed length: " + "x" * 1_000_000
    call = Invocation(
        "x", "a" * 32, "done", activation=record(status="application error", result={"error": error})
    )
    assert 400 < len(str(call.failure)) < 700
    assert "exceeded the allowed length: xxx" in call.failure.found
    assert call.failure.found.endswith("x…")
    assert call.result["error"] == error


def test_the_platforms_own_traceback_is_not_the_users_code():
    fields = {"result": {"error": "no"}, "logs": tuple(TRACE)}
    failed = [
        Invocation("x", "a" * 32, "done", activation=record(status=status, **fields), origins=ORIGINS).failure
        for status in ("application error", "action developer error", "whisk internal error")
    ]
    assert ["In your code" in failure.advice for failure in failed] == [True, True, False]
    assert "Traceback" not in str(failed[2])
