"""The bench's file, its table, and its page."""

import json

import pytest

from tests.bench import report
from tests.bench.harness import Figure

FIGURE = Figure(
    row="call",
    floor=100.0,
    value=200.0,
    unit="ms",
    ratio=2.0,
    target=3.0,
    met=True,
    better="lower",
    aim=1.5,
    low=1.9,
    high=2.2,
    noise=0.07,
    repeats=7,
    against="F1",
)


def test_the_file_is_a_list_of_rows_and_can_be_read_again():
    text = report.to_text({"warm": [FIGURE]})
    [row] = json.loads(text)
    assert {
        "row": "call",
        "floor": 100.0,
        "value": 200.0,
        "unit": "ms",
        "ratio": 2.0,
        "target": 3.0,
    }.items() <= row.items()
    assert (row["met"], row["group"], row["repeats"], row["noise"]) == (True, "warm", 7, 0.07)
    assert report.from_text(text) == {"warm": [FIGURE]}


def test_the_table_says_what_the_file_says():
    head, line = report.table([FIGURE]).splitlines()
    assert head.split()[:5] == ["row", "value", "floor", "unit", "ratio"]
    assert line.split() == [
        "call",
        "200",
        "100",
        "ms",
        "2",
        "1.9-2.2",
        "7%",
        "≤",
        "3",
        "(aim",
        "1.5)",
        "yes",
        "F1",
    ]


def test_the_page_has_a_table_for_each_group_and_says_what_its_floors_are(tmp_path):
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.UNTIL}\nafter\n")
    for _ in range(2):  # the second time over its own
        report.write(page, report.page({"warm": [FIGURE]}, "A machine."))
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text
    assert text.count("| call | 200 | 100 | ms | 2 | 1.9-2.2 | 7% | ≤ 3 (aim 1.5) | yes | F1 |") == 1
    assert text.count("* F1: a raw ASGI application") == 1 and "* F2" not in text


def test_a_page_without_a_place_is_left_as_it_is(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("words")
    with pytest.raises(ValueError, match="no place"):
        report.write(page, "tables")
    assert page.read_text() == "words"
