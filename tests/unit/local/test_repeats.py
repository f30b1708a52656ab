"""What is known of heads is bounded, and let go where it does not hold any more."""

from fnkit.local.repeats import MOST, Known, Repeats


def test_the_oldest_goes_where_there_are_too_many():
    repeats, again = Repeats(), Known(0, lambda body, reply: False)
    for number in range(MOST + 1):
        repeats.learn(b"%d" % number, again, (1, 1))
    assert repeats.get(b"0") is None
    assert all(repeats.get(b"%d" % number) is again for number in range(1, MOST + 1))


def test_what_was_known_before_a_change_is_let_go():
    repeats, again = Repeats(), Known(0, lambda body, reply: False)
    repeats.learn(b"a", again, (1, 1))
    repeats.learn(b"b", again, (2, 1))
    assert repeats.get(b"a") is None and repeats.get(b"b") is again
    repeats.learn(b"c", again, (1, 1))
    assert repeats.get(b"c") is None and repeats.get(b"b") is again
