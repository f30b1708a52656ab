"""The tutorial of instances: who ran where, what ran once, and that nobody stays for longer than is wanted."""

import ast
import base64
import re

import pytest

from tests.notebooks.conftest import NOTEBOOKS, papermill

MOST = 8
"""Calls at a time: the notebook's own number is 20."""
WAVES = [1, 2, 2, 4, 8, 4, 2, 2, 1]
PICTURES = ("gone", "waves", "own")


@pytest.fixture(scope="module")
def run(platform, tmp_path_factory):
    """Notebook 06 on an empty platform."""
    return papermill(NOTEBOOKS / "06_what_happens.ipynb", tmp_path_factory.mktemp("run") / "06.ipynb", most=MOST)


@pytest.fixture(scope="module")
def again(run, tmp_path_factory):
    """The notebook once more, on the same platform."""
    out = tmp_path_factory.mktemp("again") / "06.ipynb"
    return papermill(NOTEBOOKS / "06_what_happens.ipynb", out, most=4, window=1)


def counted(run, cell):
    """The numbers that a cell prints."""
    return [int(number) for number in re.findall(r"\d+", run.text(cell))]


def calls(lives):
    return [call for one in lives["instances"] for call in one["runs"]]


def test_the_second_call_comes_to_the_process_of_the_first(run):
    first, second = ast.literal_eval(run.data("one")["text/plain"])
    assert first == second
    lives = run.facts("gone")
    assert [len(one["runs"]) for one in lives["instances"]] == [2]


def test_each_call_is_in_one_lane(run, platform):
    for cell, count in (("gone", 2), ("waves", sum(WAVES)), ("own", sum(WAVES))):
        ids = calls(run.facts(cell))
        assert len(ids) == len(set(ids)) == count
        assert run.facts(cell)["calls"] == count
    record = platform.record(calls(run.facts("waves"))[-1])
    assert (record["name"], record["response"]["success"]) == ("life", True)


def test_init_code_ran_once_for_each_instance(run):
    """The model's name is drawn in the init code: as many names as instances, however many calls there were."""
    lives = run.facts("waves")
    assert counted(run, "once") == [sum(WAVES), lives["begun"], lives["begun"]]
    assert lives["begun"] == len(lives["instances"])


def test_there_are_never_more_instances_than_calls_at_a_time_and_none_in_the_end(run):
    for cell in PICTURES:
        lives = run.facts(cell)
        assert 1 <= lives["most"] <= MOST
        assert lives["there"] == 0
        assert {one["why"] for one in lives["instances"]} == {"idle"}


def test_a_shorter_window_means_more_starts_and_less_waiting(run):
    told = re.findall(r"kept for (\d+) s: (\d+) calls · (\d+) starts .* ([\d.]+) s idle", run.text("window"))
    (none, calls_none, starts_none, idle_none), (kept, calls_kept, starts_kept, idle_kept) = told
    assert (none, kept) == ("0", "2")
    assert int(calls_none) == int(calls_kept) == sum(WAVES)
    assert int(starts_kept) < int(starts_none)
    assert float(idle_none) < float(idle_kept)


def test_init_code_may_run_once_for_all(run):
    instances, models = counted(run, "own")
    assert 1 <= models <= instances


def test_the_pictures_show_every_instance_in_both_schemes(run):
    for cell in PICTURES:
        html = run.data(cell)["text/html"]
        found = re.search(r"data:image/svg\+xml;base64,([\w+/=]+)", html)
        svg = base64.b64decode(found[1]).decode()
        assert "prefers-color-scheme:dark" in svg
        for one in run.facts(cell)["instances"]:
            assert f"instance {one['id']}<" in svg


def test_it_leaves_nothing_behind_and_runs_again(again, platform):
    assert platform.call("GET", "actions/life").status_code == 404
    assert calls(again.facts("gone")), "its own calls"
    assert len(again.facts("waves")["instances"]) == again.facts("waves")["begun"]
