"""One action on many inputs: each once, bounded, in order or as they come; what fails is a result too."""

import threading
from collections.abc import Iterator

import pytest

from fnkit.core.errors import ActionFailed, BadArgument, Missing, Throttled, Unreachable
from fnkit.core.names import ActionName
from fnkit.delivery.mapping import AHEAD, Manner, Mapped, mapped
from fnkit.delivery.pace import Patience
from fnkit.delivery.progress import Step, quiet
from tests.unit.delivery.mapped import Scorer, refused

NAME = ActionName("score")
LONG = 60
QUICK = Patience(first=0.001, most=0.01, all=LONG)


def run(scorer: Scorer, inputs, tell=quiet, **manner) -> Mapped:
    return mapped(scorer.client, NAME, inputs, Manner(**{"at_once": 4, "patience": QUICK, **manner}), tell)


def test_each_input_is_sent_once_and_answered_in_its_place():
    scorer = Scorer()
    results = run(scorer, ({"x": x} for x in range(1000)), at_once=16).results()
    assert [result.number for result in results] == list(range(1000))
    assert results.values == [{"y": 2 * x} for x in range(1000)]
    assert [result.input for result in results] == [{"x": x} for x in range(1000)]
    assert set(scorer.sent.values()) == {1}
    assert len(scorer.sent) == 1000
    assert repr(results) == "1000 inputs: 1000 ok"


def test_no_more_are_in_flight_than_asked_for():
    together = threading.Barrier(3)

    def answer(arguments):
        together.wait(LONG)  # three have to be there at once, or this breaks
        return {"y": 0}

    scorer = Scorer(answer)
    assert len(run(scorer, [{"x": x} for x in range(30)], at_once=3).results()) == 30
    assert scorer.most == 3


@pytest.mark.parametrize("ordered", [True, False])
def test_results_come_as_they_are_done_or_in_order(ordered):
    others = threading.Semaphore(0)

    def answer(arguments):
        if arguments["x"] == 0:  # the first is answered last
            for _ in range(7):
                assert others.acquire(timeout=LONG)
        else:
            others.release()
        return {"y": 0}

    numbers = [result.number for result in run(Scorer(answer), [{"x": x} for x in range(8)], ordered=ordered)]
    assert sorted(numbers) == list(range(8))
    assert (numbers == list(range(8))) is ordered
    assert ordered or numbers[-1] == 0


def test_inputs_are_taken_as_they_are_needed():
    taken: list[int] = []

    def inputs() -> Iterator[dict]:
        for x in range(1_000_000):
            taken.append(x)
            yield {"x": x}

    results = run(Scorer(), inputs(), at_once=2)
    assert next(results).value == {"y": 0}
    results.close()
    assert len(taken) <= 2 * AHEAD + 2


def test_failures_are_kept_beside_the_answers():
    scorer = Scorer(lambda arguments: {"error": "odd"} if arguments["x"] % 2 else {"y": 1})
    results = run(scorer, [{"x": x} for x in range(4)]).results()
    assert [result.ok for result in results] == [True, False, True, False]
    failed = results.failures[0]
    assert (failed.value, failed.error) == ({"error": "odd"}, "application error: odd")
    assert failed.activation == f"{1:032d}"
    assert repr(results) == "4 inputs: 2 ok, 2 failed\n  2 times: application error: odd"
    with pytest.raises(ActionFailed, match=f"Mapping input 1: application error: odd fnkit logs {1:032d} "):
        _ = results.values


def test_what_cannot_be_sent_fails_alone(tmp_path):
    scorer = Scorer()
    results = run(
        scorer, [{"x": 1}, {"xx": 1}, {"x": tmp_path / "none"}, {"x": {1}}, {"x": "a" * 2**20}]
    ).results()
    assert [result.ok for result in results] == [True, False, False, False, False]
    wanted = ["Did you mean x?", "No such file", "not JSON serializable", "has no object store"]
    for result, words in zip(results.failures, wanted, strict=True):
        assert words in result.error
        assert result.activation is None
    assert len(scorer.sent) == 1


def test_an_input_that_is_no_mapping_ends_the_run_after_what_is_done():
    results = run(Scorer(), [{"x": 1}, "photo.jpg"])
    assert next(results).ok
    with pytest.raises(BadArgument, match=r"Mapping input 1: it is 'photo.jpg', not a mapping"):
        next(results)


def test_what_the_inputs_raise_comes_after_what_is_done():
    def inputs():
        yield {"x": 1}
        raise OSError("the disk is gone")

    results = run(Scorer(), inputs())
    assert next(results).ok
    with pytest.raises(OSError, match="the disk is gone"):
        next(results)


@pytest.mark.parametrize("status", [429, 503])
def test_a_refusal_is_waited_out_and_nothing_runs_twice(status):
    ran: list[int] = []
    lock = threading.Lock()
    refusals = iter(range(40))

    def answer(arguments):
        with lock:
            if next(refusals, None) is not None:
                raise refused(status)
            ran.append(arguments["x"])
        return {"y": 1}

    scorer = Scorer(answer)
    results = run(scorer, [{"x": x} for x in range(60)], at_once=8).results()
    assert not results.failures
    assert sorted(ran) == list(range(60))
    assert sum(scorer.sent.values()) == 100


def test_a_platform_that_stays_too_busy_ends_the_run():
    def answer(arguments):
        raise refused(429)

    with pytest.raises(Throttled):
        run(Scorer(answer), [{"x": 1}], patience=Patience(0.001, 0.01, 0.05)).results()


def test_where_nobody_answers_any_more_the_run_ends_after_what_is_done():
    """The platform goes away after the third call: three results, then the error; the rest is not sent."""

    class Dying(Scorer):
        def send(self, request):
            if sum(self.sent.values()) >= 3:
                raise Unreachable("POST action score", "nobody answers there.")
            return super().send(request)

    scorer = Dying()
    results = run(scorer, [{"x": x} for x in range(100)], at_once=1)
    assert [next(results).number for _ in range(3)] == [0, 1, 2]
    with pytest.raises(Unreachable, match="nobody answers"):
        next(results)
    assert sum(scorer.sent.values()) == 3


def test_one_broken_connection_is_one_failure():
    def answer(arguments):
        if arguments["x"] == 2:
            raise Unreachable("POST action score", "the connection broke.", "It may have been done all the same.")
        return {"y": 1}

    scorer = Scorer(answer)
    results = run(scorer, [{"x": x} for x in range(5)]).results()
    assert [result.number for result in results.failures] == [2]
    assert "may have been done" in results.failures[0].error
    assert set(scorer.sent.values()) == {1}


def test_an_action_that_is_not_there_is_told_at_once():
    class Empty(Scorer):
        def send(self, request):
            raise Missing(request.tried, "HTTP 404", status=404)

    with pytest.raises(Missing):
        run(Empty(), [{"x": 1}])


def test_nothing_at_once_is_refused():
    with pytest.raises(BadArgument, match="0 calls at once"):
        run(Scorer(), [], at_once=0)


def test_progress_counts_inputs_and_failures():
    steps: list[Step] = []
    scorer = Scorer(lambda arguments: {"error": "no"} if arguments["x"] == 1 else {"y": 1})
    run(scorer, [{"x": 0}, {"x": 1}], steps.append, at_once=1).results()
    told = [(step.text, step.done, step.total) for step in steps]
    assert told == [("Mapping score", 0, 2), ("Mapping score", 1, 2), ("Mapping score, 1 failed", 2, 2)]
    assert {step.stage for step in steps} == {"map"}


def test_nothing_to_do_is_done():
    assert run(Scorer(), []).results() == ()


def test_a_map_gives_its_results_once():
    results = run(Scorer(), [{"x": 1}])
    assert len(results.results()) == 1
    assert list(results) == []
    assert "made while they are read" in repr(results)
