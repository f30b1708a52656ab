"""Log lines: what stands in them, what is cut off, what is never lost."""

import asyncio
import os
import re

import pytest

from fnkit.core.entities import MIB, Limits
from fnkit.local.logs import LONGEST, Logs, stamp
from fnkit.local.pipes import Pipes
from tests.unit.local.instances.bench import Bench, code, job, texts

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (stdout|stderr): ", re.ASCII)
TRUNCATED = "stderr: Logs were truncated because the total bytes size exceeds the limit of 1048576 bytes."


def test_the_lines_of_a_run(bench: Bench) -> None:
    """Those of init stand with the first activation."""
    first, second = bench.run(*(job(code("prints_lines")) for _ in range(2)))
    printed = ["first line", "snowman ☃ and umlaut ä", "", "after an empty line"]
    assert [line for line in texts(first) if line.startswith("stdout")] == [
        f"stdout: {text}" for text in ["imported", *printed]
    ]
    assert [line for line in texts(second) if line.startswith("stdout")] == [f"stdout: {t}" for t in printed]
    assert [line for line in texts(second) if line.startswith("stderr")] == ["stderr: to stderr"]
    assert all(LINE.match(line) for line in (*first.logs, *second.logs))


def test_a_time_has_thirty_characters() -> None:
    assert stamp(1_795_408_018_157_755_355) == "2026-11-23T04:26:58.157755355Z"
    assert stamp(1_795_408_018_000_000_001) == "2026-11-23T04:26:58.000000001Z"


def test_half_lines_of_both_streams(plain: Bench) -> None:
    first, second = plain.run(*(job(code("prints_half_a_line")) for _ in range(2)))
    for outcome in (first, second):
        assert sorted(texts(outcome)) == ["stderr: here neither", "stdout: no newline"]


def test_bytes_that_are_no_utf8(plain: Bench) -> None:
    (outcome,) = plain.run(job(code("prints_no_utf8")))
    assert texts(outcome) == ["stdout: caf�"]


def test_the_limit_counts_as_openwhisk_does(plain: Bench) -> None:
    """Recorded from a real server: 15,000 lines of 100 signs at 1 MB gave 6,135 lines and the last word."""
    (outcome,) = plain.run(job(code("prints_much"), {"lines": 15_000}, limits=Limits(logs=1)))
    assert outcome.result == {"lines": 15_000}
    assert texts(outcome)[-1] == TRUNCATED
    assert len(outcome.logs) - 1 == pytest.approx(6135, abs=5)
    assert [int(line[8:14]) for line in texts(outcome)[:-1]] == list(range(len(outcome.logs) - 1))


def test_nothing_is_lost_below_the_limit(plain: Bench) -> None:
    """A megabyte, many times what a pipe holds."""
    (outcome,) = plain.run(job(code("prints_much"), {"lines": 10_000}, limits=Limits(logs=10)))
    assert len(outcome.logs) == 10_000


def test_the_limit_is_for_each_activation(plain: Bench) -> None:
    limits = Limits(logs=1)
    loud, quiet = plain.run(
        job(code("prints_much"), {"lines": 15_000}, limits=limits),
        job(code("prints_much"), {"lines": 1}, limits=limits),
    )
    assert texts(loud)[-1] == TRUNCATED
    assert len(quiet.logs) == 1


def test_no_logs_at_all(plain: Bench) -> None:
    limits = Limits(logs=0, timeout=10_000)
    success, failure = plain.run(
        job(code("prints_lines"), limits=limits), job(code("exits_in_run"), limits=limits)
    )
    assert success.logs == failure.logs == ()


def test_a_flood_without_a_line_end(bench: Bench) -> None:
    """64 MiB in one line: the server keeps 1 MB of it, and the action is not held up."""
    limits = Limits(logs=1, timeout=30_000)
    (outcome,) = bench.run(job(code("prints_a_gigabyte"), {"blocks": 1024}, limits=limits))
    assert outcome.result == {"done": True}
    assert texts(outcome)[-1] == TRUNCATED
    assert sum(map(len, outcome.logs)) < 1.1 * MIB


def test_a_long_line_is_cut() -> None:
    logs = Logs(1)
    logs.feed("stdout", b"x" * (LONGEST + 10) + b"\n")
    assert [len(line) - 39 for line in logs.take()] == [LONGEST, 10]


def test_last_words(plain: Bench) -> None:
    (outcome,) = plain.run(job(code("kills_itself")))
    assert texts(outcome)[0] == "stdout: last words"


def test_words_before_a_time_out(plain: Bench) -> None:
    (outcome,) = plain.run(job(code("hangs_in_run"), limits=Limits(timeout=500)))
    assert texts(outcome)[0] == "stdout: going round"


def test_what_is_printed_while_a_run_is_behind_is_read_when_it_is_clear_whose_it_is() -> None:
    async def scene() -> list[tuple[str, ...]]:
        (ours, theirs), (other, unused) = os.pipe(), os.pipe()
        waits = [True]
        pipes = Pipes(ours, other, Logs(1), lambda: waits[0])
        os.write(theirs, b"one\n")
        taken = []
        for waiting in (True, False):
            waits[0] = waiting
            pipes.resume()
            for _ in range(3):  # turns in which the loop looks for events
                await asyncio.sleep(0)
            taken.append(pipes.take(look=False))
        pipes.close()
        os.close(theirs)
        os.close(unused)
        return taken

    before, (line,) = asyncio.run(scene())
    assert before == () and line.endswith("stdout: one")
