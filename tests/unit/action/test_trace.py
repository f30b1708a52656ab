"""Lines of the action file as cell and line."""

from fnkit.action.bundle import origins_to_json
from fnkit.action.spec import Origin
from fnkit.action.trace import located, mapped, origins_from_json, told

ORIGINS = (Origin(10, 3, "In [2]", 1), Origin(20, 5, "pose.py", 40))


def test_lines_are_found_where_they_came_from() -> None:
    assert located(ORIGINS, 9) is None
    assert located(ORIGINS, 10) == ("In [2]", 1)
    assert located(ORIGINS, 12) == ("In [2]", 3)
    assert located(ORIGINS, 13) is None
    assert located(ORIGINS, 24) == ("pose.py", 44)


def test_a_traceback_names_cells() -> None:
    text = (
        'Traceback (most recent call last):\n  File "/action/1/src/main__.py", line 11, in main\n    1 / 0\n'
        '  File "/x/numpy/__init__.py", line 11, in f\n  File "__main__.py", line 21, in g\nZeroDivisionError\n'
        '  File "/tmp/__main__.py", line 99, in main\n'
    )
    told = mapped(text, ORIGINS)
    assert "  In [2], line 2, in main\n    1 / 0" in told
    assert "  pose.py, line 41, in g" in told
    assert 'File "/x/numpy/__init__.py", line 11' in told
    assert 'File "/tmp/__main__.py", line 99' in told


def test_frames_that_fnkit_wrote_are_left_out() -> None:
    def stamped(text: str) -> list[str]:
        return [f"2026-11-23T05:49:00.123456789Z stderr: {line}" for line in text.splitlines()]

    head, end = "Traceback (most recent call last):\n", "ZeroDivisionError: division by zero\nafter\n"
    wrapper = '  File "/data/ab/__main__.py", line 60, in main\n    return _call(**arguments)\n    ^^^^^\n'
    theirs = '  File "/data/ab/__main__.py", line 21, in main\n    1 / 0\n'
    shown = head + "  pose.py, line 41, in main\n    1 / 0\n" + end
    assert mapped(head + wrapper + theirs + end, ORIGINS) == shown
    assert told(stamped(head + wrapper + theirs + end), ORIGINS) == stamped(shown)
    assert mapped(head + wrapper + end, ORIGINS) == head + wrapper + end, "the error itself is there"
    assert mapped(head + wrapper + theirs + end, ()) == head + wrapper + theirs + end, "nobody knows who wrote it"


def test_origins_travel_as_json() -> None:
    assert origins_from_json(origins_to_json(ORIGINS)) == ORIGINS
