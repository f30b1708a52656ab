"""How calls are held back, and that nobody is left waiting or sent late."""

import threading

import pytest

from fnkit.core.errors import Refused
from fnkit.delivery.pace import Pace, Patience, Stopped

LONG = 60


def busy():
    raise Refused("Calling", "too many", status=429)


def test_whoever_waits_when_it_is_closed_is_told_and_sends_nothing():
    pace, came, refused, sent = Pace(1, Patience(first=LONG, most=LONG, all=10 * LONG)), [], threading.Event(), []

    def send():
        sent.append(1)
        refused.set()
        busy()

    def call():
        with pytest.raises(Stopped):
            pace.call(send)
        came.append("stopped")

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    assert refused.wait(LONG)
    pace.close()
    thread.join(LONG)
    assert (came, sent) == (["stopped"], [1])
    with pytest.raises(Stopped):
        pace.call(send)


def test_patience_begins_with_the_first_refusal_not_with_the_map():
    pace, answers = Pace(1, Patience(first=0.01, most=0.01, all=0.2)), []

    def send():
        return answers.pop(0)()

    threading.Event().wait(0.3)  # nobody reads the results yet
    answers += [busy, busy, lambda: "through"]
    assert pace.call(send) == "through"
    threading.Event().wait(0.3)
    answers += [busy, lambda: "again"]
    assert pace.call(send) == "again"
