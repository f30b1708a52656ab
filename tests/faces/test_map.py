"""One action on many inputs, as a person types it: JSON lines in, JSON lines out."""

import json

import pytest

SCRIPT = """
def main(number: int):
    print("at", number)
    return {"half": 12 // number}
"""


@pytest.fixture(scope="module")
def halve(shell):
    """The action `halve`; the file `numbers.jsonl` with six inputs, of which the first fails."""
    (shell.work / "halve.py").write_text(SCRIPT)
    (shell.work / "numbers.jsonl").write_text("".join(f'{{"number": {n}}}\n' for n in range(6)))
    shell("deploy", "halve", "halve.py")


def test_json_lines_in_json_lines_out(shell, halve):
    (shell.work / "good.jsonl").write_text('{"number": 3}\n\n{"number": 4}\n')
    done = shell("map", "halve", "good.jsonl")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["number"], row["ok"], row["value"]) for row in rows] == [
        (0, True, {"half": 4}),
        (1, True, {"half": 3}),
    ]
    assert "Mapping halve" in done.stderr
    assert shell("logs", rows[1]["activation"]).stdout.endswith("at 4\n")


def test_failures_are_lines_too_and_leave_with_1(shell, halve):
    done = shell("map", "halve", "numbers.jsonl", "--as-completed", "--at-once", "2", code=1)
    rows = sorted((json.loads(line) for line in done.stdout.splitlines()), key=lambda row: row["number"])
    assert [row["ok"] for row in rows] == [False, True, True, True, True, True]
    assert "division" in rows[0]["error"]
    assert "1 of 6 inputs failed" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_ledger_remembers(shell, halve):
    first = shell("map", "halve", "numbers.jsonl", "--ledger", "done.jsonl", code=1)
    again = shell("map", "halve", "numbers.jsonl", "--ledger", "done.jsonl", code=1)
    ran = [[json.loads(line)["activation"] for line in one.stdout.splitlines()] for one in (first, again)]
    assert ran[0][1:] == ran[1][1:]
    assert ran[0][0] != ran[1][0], "what failed is tried again"


def test_standard_input(shell, halve):
    done = shell.process("map", "halve", stdin='{"number": 2}\n{"number": 3}\n')
    assert [json.loads(line)["value"]["half"] for line in done.stdout.splitlines()] == [6, 4]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"number": 1}\nnonsense\n', "line 2 of bad.jsonl"),
        ("[1]\n", "it is not a JSON object"),
        (None, "No such file"),
    ],
)
def test_lines_that_are_none(shell, halve, text, words):
    path = shell.work / "bad.jsonl"
    path.unlink(missing_ok=True)
    if text is not None:
        path.write_text(text)
    done = shell("map", "halve", "bad.jsonl", code=2)
    assert words in done.stderr
    assert done.stdout == ""


def test_no_such_action(shell):
    (shell.work / "one.jsonl").write_text("{}\n")
    assert "action none" in shell("map", "none", "one.jsonl", code=1).stderr
