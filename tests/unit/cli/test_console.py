"""Progress: lines for a pipe, a bar for a person and only when it takes longer than half a second."""

import io
import os
import pty
import threading

import pytest

from fnkit.cli import console
from fnkit.cli.console import Bar, Lines
from fnkit.cli.layout import pairs, size, table
from fnkit.delivery.progress import Step


def test_a_pipe_gets_each_text_once(capsys):
    lines = Lines()
    for done in range(3):
        lines.tell(Step("upload", "Uploading the model", done, 3))
    lines.tell(Step("check", "Checking"))
    lines.close()
    out, err = capsys.readouterr()
    assert (out, err) == ("", "Uploading the model\nChecking\n")


@pytest.fixture
def terminal():
    """A pseudo-terminal: the stream to write to, and what reads until a text has been drawn."""
    near, far = pty.openpty()

    def until(text: str) -> None:
        drawn = ""
        while text not in drawn:
            drawn += os.read(near, 4096).decode(errors="replace")

    with os.fdopen(far, "w") as stream:
        yield stream, until
    os.close(near)


def test_a_person_sees_a_bar_when_it_takes_longer(terminal):
    stream, until = terminal
    bar = Bar(stream)
    bar.tell(Step("build", "Building hello"))
    until("Building hello")
    bar.tell(Step("upload", "Sending hello", 1, 2))
    until("Sending hello")
    bar.close()


def test_what_is_quick_draws_nothing():
    before, drawn = threading.active_count(), io.StringIO()
    bar = Bar(drawn)
    bar.tell(Step("build", "Building hello"))
    bar.tell(Step("upload", "Sending hello"))
    bar.close()
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join(2 * console.SOON)
    assert threading.active_count() <= before
    assert drawn.getvalue() == ""


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (4_200, "4.2 kB"),
        (69_700_000, "69.7 MB"),
        (5 * 10**9, "5.0 GB"),
    ],
)
def test_sizes(count, text):
    assert size(count) == text


def test_columns_for_a_pipe_are_tabs_without_a_head(capsys):
    columns = {"name": lambda row: row[0], "size": lambda row: row[1]}
    assert list(table(columns, [("a", 1), ("b", None)])) == ["a\t1", "b\t-"]


def test_facts_are_aligned_and_the_empty_ones_left_out():
    assert list(pairs({"a": 1, "longer": ("x", "y"), "none": None, "empty": ""})) == [
        "a       1",
        "longer  x\n        y",
    ]
