"""The file of a map: what succeeded is not sent again, whatever cut the run off."""

import json
import stat
from collections import Counter
from pathlib import Path

import pytest

from fnkit.core.errors import BadArgument, Unreachable
from fnkit.delivery.mapping import Manner, mapped
from fnkit.delivery.result import Results
from tests.unit.delivery.mapped import Scorer
from tests.unit.delivery.test_mapping import NAME

INPUTS = [{"x": x} for x in range(20)]


def run(scorer: Scorer, ledger: Path, inputs=INPUTS) -> Results:
    return mapped(scorer.client, NAME, inputs, Manner(4, ledger=ledger)).results()


@pytest.fixture
def ledger(tmp_path) -> Path:
    return tmp_path / "done.jsonl"


def test_a_second_run_sends_nothing_and_says_the_same(ledger):
    first, again = Scorer(), Scorer()
    results, remembered = run(first, ledger), run(again, ledger)
    assert remembered.values == results.values
    assert [one.activation for one in remembered] == [one.activation for one in results]
    assert [one.number for one in remembered] == list(range(20))
    assert all(one.remembered for one in remembered)
    assert not again.sent
    assert "20 ok (20 of them known before)" in repr(remembered)
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o600


def test_a_broken_run_goes_on_where_it_stopped(ledger):
    class Dying(Scorer):
        def send(self, request):
            if sum(self.sent.values()) >= 7:
                raise Unreachable("POST action score", "nobody answers there.")
            return super().send(request)

    broken, second = Dying(), Scorer()
    with pytest.raises(Unreachable):
        run(broken, ledger)
    assert run(second, ledger).values == [{"y": 2 * x} for x in range(20)]
    assert broken.sent + second.sent == Counter({json.dumps(one): 1 for one in INPUTS})


def test_a_run_that_was_left_goes_on(ledger):
    scorer = Scorer()
    results = mapped(scorer.client, NAME, INPUTS, Manner(1, ledger=ledger))
    assert [next(results).number for _ in range(5)] == [0, 1, 2, 3, 4]
    results.close()
    second = Scorer()
    assert len(run(second, ledger).values) == 20
    assert not {json.dumps(one) for one in INPUTS[:5]} & set(second.sent)


def test_failures_are_sent_again(ledger):
    failing = Scorer(lambda arguments: {"error": "no"} if arguments["x"] == 3 else {"y": 0})
    assert len(run(failing, ledger).failures) == 1
    second = Scorer()
    results = run(second, ledger)
    assert list(second.sent) == ['{"x": 3}']
    assert results[3].value == {"y": 6}


def test_equal_inputs_are_each_their_own(ledger):
    scorer = Scorer()
    assert len(run(scorer, ledger, [{"x": 1}, {"x": 1}, {"x": 2}])) == 3
    assert sum(scorer.sent.values()) == 3
    second = Scorer()
    assert len(run(second, ledger, [{"x": 2}, {"x": 1}, {"x": 1}, {"x": 1}])) == 4
    assert second.sent == Counter({'{"x": 1}': 1})


def test_a_file_with_another_content_is_another_input(ledger, tmp_path):
    photo = tmp_path / "photo.jpg"
    for content, sent in ((b"one", 1), (b"two", 1), (b"one", 0)):
        photo.write_bytes(content)
        scorer = Scorer()
        assert len(run(scorer, ledger, [{"x": photo}]).values) == 1
        assert sum(scorer.sent.values()) == sent


def test_a_map_that_was_never_read_lets_go(ledger):
    mapped(Scorer().client, NAME, INPUTS, Manner(1, ledger=ledger)).close()
    assert len(run(Scorer(), ledger)) == 20


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_line_that_a_crash_cut_off_counts_for_nothing(ledger, cut):
    run(Scorer(), ledger)
    whole = ledger.read_bytes()
    ledger.write_bytes(whole[:-cut])
    second = Scorer()
    assert len(run(second, ledger).values) == 20
    assert sum(second.sent.values()) == 1
    third = Scorer()
    run(third, ledger)
    assert not third.sent


def test_a_first_line_that_was_cut_off_is_written_again(ledger):
    run(Scorer(), ledger)
    ledger.write_bytes(ledger.read_bytes()[:10])
    assert len(run(Scorer(), ledger).values) == 20
    again = Scorer()
    run(again, ledger)
    assert not again.sent


def test_lines_that_are_not_ours_are_passed_over(ledger):
    run(Scorer(), ledger)
    with ledger.open("a") as file:
        file.write('[1]\n{"ok": true}\nrubbish\n')
    again = Scorer()
    run(again, ledger)
    assert not again.sent


def test_a_ledger_of_another_action_is_refused(ledger):
    ledger.write_text('{"map":"/guest/other"}\n')
    with pytest.raises(BadArgument, match="it is of /guest/other, not of /guest/score"):
        run(Scorer(), ledger)


@pytest.mark.parametrize("text", ["my notes", "my notes\n", '{"a": 1}\n{"b": 2}\n'])
def test_a_file_of_another_kind_is_left_alone(ledger, text):
    ledger.write_text(text)
    with pytest.raises(BadArgument, match="a file of another kind"):
        run(Scorer(), ledger)
    assert ledger.read_text() == text


def test_a_ledger_in_use_is_refused(ledger):
    scorer = Scorer()
    results = mapped(scorer.client, NAME, INPUTS, Manner(1, ledger=ledger))
    next(results)
    with pytest.raises(BadArgument, match="another run has it open"):
        run(Scorer(), ledger)
    results.close()
    assert len(run(Scorer(), ledger)) == 20


def test_a_ledger_that_cannot_be_made(tmp_path):
    with pytest.raises(BadArgument, match="No such file or directory"):
        run(Scorer(), tmp_path / "none" / "done.jsonl")
