"""The bar: nothing for what is quick, one line of text left by what is long."""

import threading

import pytest

from fnkit.delivery.progress import Step
from fnkit.notebook.progress import Bar, moving, summary


class Page:
    """Stands where IPython displays: keeps what was shown and tells when the first thing was."""

    def __init__(self):
        self.shown = []
        self.first = threading.Event()

    def __call__(self, bundle):
        self.update(bundle)
        return self

    def update(self, bundle, raw=True):
        self.shown.append(bundle)
        self.first.set()


def test_what_is_quick_shows_nothing():
    page = Page()
    with Bar(page) as bar:
        bar(Step("build", "Building"))
    assert page.shown == []


def test_a_long_step_is_shown_without_another_word_and_leaves_a_summary():
    page = Page()
    with Bar(page) as bar:
        bar(Step("upload", "Sending the model", 30, 120))
        assert page.first.wait(10), "nothing was shown"
    assert page.shown[0]["text/plain"].startswith("Sending the model 25 %")
    assert page.shown[-1]["text/plain"].startswith("upload ")
    assert "<progress" not in page.shown[-1]["text/html"]


def test_work_that_failed_says_that_it_stopped():
    page = Page()
    with pytest.raises(ValueError, match="no"), Bar(page) as bar:
        bar(Step("build", "Building"))
        assert page.first.wait(10)
        raise ValueError("no")
    assert page.shown[-1]["text/plain"].endswith("stopped")


def test_a_step_of_unknown_length_has_a_bar_without_a_value():
    assert "value" not in moving(Step("wait", "Waiting <for> it"), 3)["text/html"]
    assert "&lt;for&gt;" in moving(Step("wait", "Waiting <for> it"), 3)["text/html"]


def test_the_summary_has_each_stage_with_its_seconds():
    text = summary({"build": 1.0, "upload": 3.5}, 4.0)["text/plain"]
    assert text == "build 2.5 s · upload 0.5 s"
