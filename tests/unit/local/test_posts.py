"""Which runs are sent behind each other, and for how long that holds."""

import asyncio
import os
import socket
import time
from types import SimpleNamespace

import pytest

from fnkit.local.instance import Ends, Instance
from fnkit.local.lanes import AGAIN, FEW, SURE, Lanes
from fnkit.local.lines import Lines
from fnkit.local.logs import Logs
from fnkit.local.messages import Line
from fnkit.local.pool import Full
from fnkit.local.posts import BYTES, DEPTH, LEASE, LIMIT, OLD, SPARE, Post, Posts
from fnkit.local.slots import Habit, Key, Need, Slot
from fnkit.local.turns import Turns

NEED = Need(Key("guest", "/guest/hello", "1"), 256)
ROOM, FULL = SimpleNamespace(full=lambda _: False), SimpleNamespace(full=lambda _: True)


def post(since=0.0, before=0.0, size=100):
    made = Post()
    made.set(size, since, before)
    return made


@pytest.mark.parametrize(("size", "now", "taken"), [(100, 0.0, True), (100, OLD, False), (BYTES - 99, 0.0, False)])
def test_who_may_be_sent_behind_a_run(size, now, taken):
    posts = Posts()
    assert not posts.takes(size, now)  # nothing runs
    posts.add(post())
    assert posts.takes(size, now) == taken


def test_no_more_than_so_many_are_behind_each_other():
    posts = Posts()
    for _ in range(DEPTH):
        posts.add(post())
    assert not posts.takes(1, 0.0)
    posts.pop()
    assert posts.takes(1, 0.0)


def test_a_lease_ends_for_those_behind_and_not_for_who_runs():
    posts, first, second, third = Posts(), post(before=1.0), post(before=1.0), post(before=2.0)
    for one in (first, second, third):
        posts.add(one)
    assert posts.lapsed(1.0 + SPARE / 2) == []
    assert posts.lapsed(1.5) == [second]
    posts.leave(second)
    assert (posts.lapsed(1.5), posts.open, posts.going) == ([], 2, first)
    assert [posts.pop(), posts.pop()] == [first, second] and posts.open == 1


def test_who_was_sent_where_nothing_ran_keeps_its_place_behind_what_was_put_off():
    posts, first, behind, last = Posts(), post(), post(before=1.0), post(since=2.0)
    for one in (first, behind):
        posts.add(one)
    posts.leave(behind)  # it went elsewhere, and that it was not begun is still to be said
    posts.pop()
    posts.add(last)
    assert posts.lapsed(3.0) == [] and posts.going is last


def test_a_run_is_not_sent_behind_what_nobody_waits_for():
    posts, stopped = Posts(), post()
    posts.add(stopped)
    posts.leave(stopped)
    assert not posts.takes(100, 0.0) and posts.going is None


def slot(number):
    return Slot(number, NEED, 0.0, Habit(NEED), running=1)


def lanes(slots):
    """In which each slot has a run, and enough were short."""
    made = Lanes()
    for one in slots:
        made.began(one, None)
    for _ in range(SURE):
        made.ended(slots[0], short=True)
    return made


def test_few_instances_are_used_before_one_is_sent_behind_another():
    slots = [slot(number) for number in range(FEW)]
    assert lanes(slots[:-1]).behind(NEED, ROOM) is None
    assert lanes(slots[:-1]).behind(NEED, FULL) is not None
    assert lanes(slots).behind(NEED, ROOM) is not None


def test_those_that_run_for_longest_are_filled_evenly_then_the_others():
    slots = [slot(number) for number in range(FEW + 1)]
    known = lanes(slots)
    slots[0].running = 2
    assert known.behind(NEED, ROOM)[0] is slots[1]
    for one in slots[:FEW]:
        one.running = DEPTH
    assert known.behind(NEED, ROOM)[0] is slots[FEW]
    slots[FEW].doomed = True
    assert known.behind(NEED, ROOM) is None


@pytest.mark.parametrize(
    ("happens", "left"),
    [
        (lambda known, one: known.ended(one, short=False), SURE),
        (lambda known, one: known.refused(one, early=False), SURE),
        (lambda known, one: known.refused(one, early=True), AGAIN),
    ],
)
def test_after_a_long_run_others_have_to_be_short_first(happens, left):
    one = slot(1)
    known = lanes([one])
    assert known.sure()
    happens(known, one)
    for _ in range(left):
        assert known.behind(NEED, FULL) is None
        known.ended(one, short=True)
    assert known.behind(NEED, FULL) == (one, None)


def test_where_nothing_runs_any_more_nobody_is_sent():
    one = slot(1)
    known = lanes([one])
    one.running = 0
    known.ended(one, short=True)
    assert known.behind(NEED, FULL) is None


@pytest.mark.parametrize("pieces", [1, 2, 7])
def test_what_a_child_says_of_a_run_is_no_part_of_its_answer(pieces):
    text = b'{"a": 1}\n!printed {"b": 2}\n!long {"c": 3}\n!printed !long {"d": "\r"}\n'
    lines, size = Lines(), -(-len(text) // pieces)
    found = [line for at in range(0, len(text), size) for _, line in lines.feed(text[at : at + size])]
    assert found == [
        Line(b'{"a": 1}\n', 9),
        Line(b'{"b": 2}\n', 9, printed=True),
        Line(b'{"c": 3}\n', 9, long=True),
        Line(b'{"d": "\r"}\n', 11, printed=True, long=True),
    ]


def crowded(*names):
    """Turns in which one run of each of these actions waits, and whom they were sent behind."""
    pool = SimpleNamespace(warm=lambda _: False, room=lambda _: False)
    turns, sent = Turns(pool, lambda _: Full(), lambda _: None), []
    for name in names:
        need = Need(Key("guest", name, "1"), 256)
        turns.ask(need, lambda _: None, lambda slot, instance: sent.append((slot, instance)) or len(sent) < 3)
    return turns, sent


def test_who_waits_is_sent_behind_others_until_they_take_no_more():
    turns, sent = crowded("/guest/hello", "/guest/hello", "/guest/hello", "/guest/hello")
    turns.pour(lambda _: None)
    assert len(turns) == 4 and not sent
    turns.pour(lambda need: (need.key.action, "there"))
    assert len(turns) == 2 and sent == [("/guest/hello", "there")] * 3


def test_nobody_who_waits_is_sent_behind_others_while_runs_of_another_action_wait():
    turns, sent = crowded("/guest/hello", "/guest/other")
    turns.pour(lambda need: (need.key.action, "there"))
    assert len(turns) == 2 and not sent


class Heard(Post):
    """Notes what it hears; the first of them has a fault."""

    def __init__(self, heard, before):
        self.told = heard
        self.set(2, time.monotonic(), before)

    def begun(self, clock):
        pass

    def heard(self, answer):
        self.told.append(answer.text)
        if not self.before:
            raise OSError("a fault of ours")


def test_a_fault_after_one_run_takes_no_answer_from_another():
    ends = []
    nothing = {"kill": lambda: None, "reap": lambda: None}
    process = SimpleNamespace(pid=1, when_ended=ends.append, ended=lambda: False, **nothing)
    heard = [[], [], []]

    async def scene():
        wire, theirs = socket.socketpair()
        pipes = os.pipe(), os.pipe()
        ours = Ends(wire, pipes[0][0], pipes[1][0])
        instance = Instance(process, ours, None, "cold", Logs(1))
        for number, one in enumerate(heard):
            assert instance.post(b"1\n", Heard(one, time.monotonic() + 60 if number else 0.0))
        theirs.sendall(b'{"n": 0}\n{"n": 1}\n{"n": 2}\n')
        theirs.close()
        async with asyncio.timeout(10):
            while not heard[2]:
                await asyncio.sleep(0)
        ends.pop()()
        await instance.kill()
        for _, writes in pipes:
            os.close(writes)

    asyncio.run(scene())
    assert heard == [[b'{"n": %d}\n' % number] for number in range(3)]


def test_a_lease_ends_before_a_run_may_be_stopped_for_its_time():
    assert 1000 * (OLD + LEASE) < LIMIT
