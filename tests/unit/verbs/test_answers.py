"""Lists that verbs give: tuples that say themselves in a few lines."""

from IPython.lib.pretty import pretty

from fnkit.verbs.answers import Listing


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
