"""Lists that verbs give: tuples that say themselves in a few lines."""

from IPython.lib.pretty import pretty

from fnkit.verbs.answers import Listing, Status


def listing(*words):
    return Listing.of("action", words, str.upper, len)


def test_a_listing_is_a_tuple_and_one_line_for_each():
    found = listing("one", "three")
    assert repr(found) == "2 actions:\n  ONE    3\n  THREE  5"
    assert found == ("one", "three")
    assert found[1] == "three"
    assert [*found] == ["one", "three"]


def test_one_and_none():
    assert repr(listing("one")) == "1 action:\n  ONE  3"
    assert repr(listing()) == "no actions"


def test_ipython_prints_it_as_it_says_itself():
    assert pretty(listing("one")) == "1 action:\n  ONE  3"


def test_the_status_says_what_is_not_forked_and_when_it_is_tried_again() -> None:
    trouble = {
        "source": "template",
        "namespace": "guest",
        "action": "/guest/a",
        "why": "No.",
        "times": 2,
    }
    status = Status("http://127.0.0.1:3233", "the test", True, pool={"troubles": [{**trouble, "rests": 60}]})
    said = "template for /guest/a: No. Tried 2 times, again in 60 s."
    assert status.words["not forked from"] == (said,)
    soon = Status("http://127.0.0.1:3233", "the test", True, pool={"troubles": [{**trouble, "rests": 0}]})
    assert soon.words["not forked from"][0].endswith("again with the next start.")
