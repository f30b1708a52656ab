"""Feeds at work: what is fired when, what happens where something fails, and what is left after a restart."""

import asyncio
from datetime import timedelta

import pytest

from fnkit.core.errors import BadArgument, Missing, Unreachable
from tests.unit.events.stage import PLACE, START, Stage, Stub, Whisk, refused, stage

MINUTE = timedelta(minutes=1)
BACK = timedelta(seconds=301)
"""After which everything that was put off is tried again."""


def played(play, *arguments):
    asyncio.run(asyncio.wait_for(play(*arguments), 120))


def test_alarms_fire_one_by_one_and_sleep_until_the_next(tmp_path):
    async def play():
        async with stage(tmp_path) as it:
            await it.create("alarm", cron="*/5 * * * *", trigger_payload={"a": 1})
            await it.until(lambda: it.clock.asked)
            assert it.clock.asked[-1] == START + 5 * MINUTE
            it.clock.move(5 * MINUTE)
            assert await it.fired(1) == [{"a": 1}]
            it.clock.move(5 * MINUTE)
            await it.fired(2)
            assert len({event.id for event in it.whisk.events}) == 2
            assert [event.time[11:16] for event in it.whisk.events] == ["12:05", "12:10"]

    played(play)


@pytest.mark.parametrize(("catch_up", "count"), [("none", 0), ("one", 1), ("all", 12)])
def test_alarms_that_were_missed_while_the_process_was_away(tmp_path, catch_up, count):
    async def play():
        async with stage(tmp_path) as it:
            await it.create("alarm", cron="*/5 * * * *", catch_up=catch_up)
            clock = it.clock
        clock.move(timedelta(hours=1, seconds=30))
        async with stage(tmp_path, clock) as it:
            if count:
                await it.fired(count)
            await it.until(lambda: it.state()["missed"] == 12 - count)
            assert len(it.whisk.fired) == count

    played(play)


def test_a_clock_that_jumps(tmp_path):
    async def play():
        async with stage(tmp_path) as it:
            await it.create("alarm", cron="0 * * * *")
            it.clock.move(timedelta(hours=1))
            await it.fired(1)
            it.clock.move(START + timedelta(minutes=30))  # back: nothing is fired again
            it.clock.move(START + timedelta(hours=1, seconds=1))
            it.clock.move(START + timedelta(hours=2))
            await it.fired(2)
            assert [event.time[11:16] for event in it.whisk.events] == ["13:00", "14:00"]
            it.clock.move(START - timedelta(days=365))  # a year back: it counts from there
            await it.until(lambda: it.clock.asked[-1] == START - timedelta(days=365) + timedelta(hours=1))
            it.clock.move(timedelta(hours=1))
            await it.fired(3)

    played(play)


@pytest.mark.parametrize(("after", "retired"), [("false", []), ("true", [False]), ("rules", [True])])
def test_once_and_what_goes_then(tmp_path, after, retired):
    async def play():
        async with stage(tmp_path) as it:
            await it.create("once", date=(START + MINUTE).isoformat(), deleteAfterFire=after)
            it.clock.move(MINUTE)
            await it.until(lambda: len(it.whisk.fired) == 1 and it.whisk.retired == retired)
            if retired:
                await it.until(lambda: not it.feeds.all("ns"))
            it.clock.move(timedelta(days=400))
            assert len(it.whisk.fired) == 1

    played(play)


def test_the_life_of_a_feed(tmp_path):
    async def play():
        async with stage(tmp_path) as it:
            await it.create("alarm", cron="*/5 * * * *")
            read = it.feeds.read(it.feeds.get(PLACE))
            assert read["config"] == {"name": "t", "namespace": "ns", "cron": "*/5 * * * *", "payload": {}}
            assert read["status"]["active"]
            await it.feeds.pause(PLACE)
            it.clock.move(10 * MINUTE)
            assert it.state()["reason"] == {"kind": "ADMIN", "message": "paused"}
            await it.feeds.unpause(PLACE)
            it.clock.move(5 * MINUTE)
            await it.fired(1)
            await it.feeds.update(PLACE, {"cron": "0 * * * *", "trigger_payload": "x"})
            it.clock.move(45 * MINUTE)
            assert (await it.fired(2))[1] == {"payload": "x"}
            with pytest.raises(BadArgument, match="no updatable parameters"):
                await it.feeds.update(PLACE, {})
            await it.feeds.delete(PLACE)
            with pytest.raises(Missing):
                it.feeds.get(PLACE)
            it.clock.move(timedelta(days=1))
            assert len(it.whisk.fired) == 2

    played(play)


def test_what_a_store_has_at_the_start_is_not_told_unless_it_is_wanted(tmp_path):
    async def play(existing):
        whisk = Whisk(Stub({"old.jpg": ("1", 0.0)}))
        async with stage(tmp_path / str(existing), whisk=whisk) as it:
            await it.create("storage", store="objects:", suffix=".jpg", existing=existing)
            whisk.store_.objects |= {"new.jpg": ("1", 0.0), "new.txt": ("1", 0.0), "NEW.JPG": ("1", 0.0)}
            whisk.poke.set()
            fired = await it.fired(3 if existing else 2)
            assert {one["key"] for one in fired} == {"new.jpg", "NEW.JPG", *(["old.jpg"] if existing else [])}
            assert fired[0]["url"].startswith("http://store/")

    for existing in (False, True):
        (tmp_path / str(existing)).mkdir()
        played(play, existing)


def test_created_replaced_removed(tmp_path):
    async def play():
        async with stage(tmp_path) as it:
            objects = it.whisk.store_.objects
            await it.create("storage", store="objects:", on=["created", "removed"], into="image")
            for now in ({"a": ("1", 1.0)}, {"a": ("2", 2.0)}, {}, {"a": ("2", 3.0)}):
                objects.clear()
                objects.update(now)
                it.whisk.poke.set()
                await it.fired(len(it.whisk.fired) + 1)
            assert [one["event"] for one in it.whisk.fired] == ["created", "created", "removed", "created"]
            assert len({one["id"] for one in it.whisk.fired}) == 4
            assert it.whisk.fired[0]["image"] == "http://store/a"
            assert "url" not in it.whisk.fired[2]

    played(play)


def test_another_prefix_or_suffix_invents_no_events(tmp_path):
    async def play():
        whisk = Whisk(Stub({f"{folder}/{number}.jpg": ("1", 1.0) for folder in "ab" for number in range(3)}))
        whisk.store_.objects["a/0.png"] = ("1", 1.0)
        async with stage(tmp_path, whisk=whisk) as it:

            async def update(**given):
                it.clock.move(timedelta(seconds=1))
                looked = whisk.store_.looked
                await it.feeds.update(PLACE, given)
                await it.until(lambda: whisk.store_.looked >= looked + 1 and it.state()["active"])

            async def put(key):
                whisk.store_.objects[key] = ("1", 1.0)
                whisk.poke.set()
                await it.fired(len(told) + 1)
                told.append(key)
                assert [(one["event"], one["key"]) for one in whisk.fired] == [("created", one) for one in told]

            told = []
            await it.create("storage", store="objects:a/", suffix=".jpg", on=["created", "removed"])
            await put("a/new.jpg")
            await update(suffix=[".png"])  # what is not watched any more was not removed
            await put("a/new.png")
            await update(suffix=[])
            await put("a/any.txt")
            await update(store="objects:b/")  # another place, not one below the first
            assert it.feeds.get(PLACE).settings["prefix"] == "b/"
            await put("b/new.jpg")
            await update(prefix="a/")
            await put("a/last.jpg")

    played(play)


def test_nothing_is_lost_and_nothing_is_twice_over_restarts(tmp_path):
    async def play():
        whisk = Whisk()
        whisk.answers = [refused(503)] * 3
        async with stage(tmp_path, whisk=whisk) as it:
            await it.create("storage", store="objects:")
            whisk.store_.objects |= {f"{number}": ("1", 1.0) for number in range(50)}
            whisk.poke.set()
            await it.until(lambda: whisk.tried >= 3)  # ended in the middle of it
        whisk.store_.objects |= {f"{number}": ("1", 1.0) for number in range(100)}
        clock = it.clock
        clock.move(BACK)
        async with stage(tmp_path, clock, whisk) as it:
            await it.fired(100)
            whisk.poke.set()
            await it.until(lambda: not whisk.poke.is_set())
        async with stage(tmp_path, clock, whisk) as it:
            await it.until(lambda: whisk.store_.looked)
            assert sorted(int(one["key"]) for one in whisk.fired) == list(range(100))

    played(play)


def test_an_endpoint_that_is_down_for_a_minute(tmp_path):
    async def play():
        async with stage(tmp_path) as it:
            await it.create("storage", store="objects:")
            store = it.whisk.store_
            store.fault = Unreachable("Listing", "nobody answers.")
            store.objects["a"] = ("1", 1.0)
            it.whisk.poke.set()
            await it.until(lambda: "nobody answers" in it.state()["trouble"])
            for pause in (1, 2, 4, 8, 16, 32):
                looked = store.looked
                await it.until(lambda wait=pause: it.clock.asked[-1] == it.clock.now() + timedelta(seconds=wait))
                it.clock.move(timedelta(seconds=pause))
                await it.until(lambda before=looked: store.looked > before)
            store.fault = None
            await it.until(lambda: it.clock.waiting)
            it.clock.move(BACK)
            assert [one["key"] for one in await it.fired(1)] == ["a"]
            await it.until(lambda: not it.state()["trouble"])

    played(play)


def test_a_platform_that_is_down_or_throttles_gets_the_event_later(tmp_path):
    async def play():
        async with stage(tmp_path) as it:
            it.whisk.answers = [Unreachable("Firing", "nobody answers."), refused(429), refused(503), refused(408)]
            await it.create("alarm", cron="*/5 * * * *", trigger_payload={"n": 1})
            it.clock.move(5 * MINUTE)
            for tried in range(1, 5):
                await it.until(lambda so_far=tried: it.whisk.tried == so_far and it.clock.waiting)
                assert it.state()["pending"] == 1
                it.clock.move(timedelta(seconds=2 ** (tried - 1)))
            await it.fired(1)
            [event] = it.feeds.events(it.feeds.get(PLACE))
            assert (event.state, event.attempts) == ("fired", 5)

    played(play)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_trigger_that_is_gone_switches_the_feed_off(tmp_path, status):
    async def play():
        async with stage(tmp_path) as it:
            it.whisk.answers = [refused(status, "gone for good")]
            await it.create("alarm", cron="*/5 * * * *")
            it.clock.move(5 * MINUTE)
            await it.until(lambda: not it.state()["active"])
            assert it.state()["reason"]["kind"] == "AUTO"
            assert "gone for good" in it.state()["reason"]["message"]
            assert it.state()["pending"] == 1
            await it.feeds.unpause(PLACE)  # it was made again: the event is still there
            await it.fired(1)

    played(play)


def test_what_cannot_be_fired_is_kept_with_its_error_and_the_feed_goes_on(tmp_path):
    async def play():
        async with stage(tmp_path) as it:
            it.whisk.gone = {"gone"}
            await it.create("storage", store="objects:")
            it.whisk.store_.objects |= {"gone": ("1", 1.0), "here": ("1", 1.0)}
            it.whisk.poke.set()
            await it.fired(1)
            assert [one["key"] for one in it.whisk.fired] == ["here"]
            assert it.state()["failed"] == 1
            told = {one.subject: one for one in it.feeds.events(it.feeds.get(PLACE))}
            assert told["gone"].state == "failed"
            assert "gone before it was read" in told["gone"].error

    played(play)


def test_an_event_that_is_too_large_is_a_failed_one(tmp_path):
    async def play():
        async with stage(tmp_path) as it:
            it.whisk.answers = [refused(413, "too large")]
            await it.create("alarm", cron="*/5 * * * *")
            it.clock.move(5 * MINUTE)
            await it.until(lambda: it.state()["failed"] == 1)
            it.clock.move(5 * MINUTE)
            await it.fired(1)
            assert it.state()["active"]

    played(play)


def test_a_loop_is_caught_and_told(tmp_path):
    async def play():
        async with stage(tmp_path) as it:
            await it.create("storage", store="objects:", prefix="in/")
            name = "in/photo"
            for number in range(10):
                if not it.state()["active"]:
                    break
                seconds = it.clock.now().timestamp() + 1
                it.whisk.store_.objects[f"{name}.jpg"] = (str(number), seconds)
                name += "-small"
                it.whisk.poke.set()
                await it.until(lambda so_far=number + 1: len(it.whisk.fired) >= so_far or not it.state()["active"])
                await it.until(lambda: not it.state()["pending"])
            assert len(it.whisk.fired) == 4
            assert "a loop" in it.state()["reason"]["message"]
            assert "in/photo-small-small-small-small.jpg" in it.state()["reason"]["message"]

    played(play)


def test_what_a_run_writes_before_its_firing_is_answered_comes_after_it(tmp_path):
    class Slow(Whisk):
        async def fire(self, feed, pending, arguments):
            activation = await super().fire(feed, pending, arguments)
            it.clock.move(timedelta(seconds=5))  # and meanwhile it writes
            return activation

    it: Stage

    async def play():
        nonlocal it
        async with stage(tmp_path, whisk=Slow()) as it:
            await it.create("storage", store="objects:")
            name = "photo"
            while it.state()["active"] and len(it.whisk.fired) < 10:
                so_far = len(it.whisk.fired)
                written = it.clock.now().timestamp() - (1 if so_far else 0)
                it.whisk.store_.objects[f"{name}.jpg"] = (name, written)
                name += "-small"
                it.whisk.poke.set()
                await it.until(lambda n=so_far: len(it.whisk.fired) > n or not it.state()["active"])
                await it.until(lambda: not it.state()["pending"])
            assert len(it.whisk.fired) == 4

    played(play)


def test_one_file_that_is_replaced_while_it_is_worked_on_is_no_loop(tmp_path):
    """A camera's latest.jpg: the run of the picture before is always going on."""

    async def play():
        async with stage(tmp_path) as it:
            await it.create("storage", store="objects:")
            for number in range(20):
                it.clock.move(timedelta(seconds=1))
                it.whisk.store_.objects["latest.jpg"] = (str(number), it.clock.now().timestamp())
                it.whisk.poke.set()
                await it.fired(number + 1)
            assert it.state()["active"]

    played(play)


def test_a_feed_that_was_a_loop_begins_afresh_when_it_is_switched_on_again(tmp_path):
    async def play():
        async with stage(tmp_path) as it:
            await it.create("storage", store="objects:")
            name = "photo"
            for round_ in (1, 2):
                while it.state()["active"]:
                    seconds, before = it.clock.now().timestamp() + 1, len(it.whisk.fired)
                    it.whisk.store_.objects[f"{name}.jpg"] = (name, seconds)
                    name += "-small"
                    it.whisk.poke.set()
                    await it.until(lambda so_far=before: len(it.whisk.fired) > so_far or not it.state()["active"])
                    await it.until(lambda: not it.state()["pending"])
                assert len(it.whisk.fired) == 4 * round_
                it.clock.move(timedelta(minutes=1))
                it.whisk.poke.clear()
                await it.feeds.unpause(PLACE)
                await it.until(lambda so_far=4 * round_: len(it.whisk.fired) > so_far)  # what was the fifth

    played(play)


def test_so_many_runs_of_a_store_go_on_at_a_time(tmp_path):
    async def play():
        whisk = Whisk(Stub())
        whisk.over.clear()
        async with stage(tmp_path, whisk=whisk) as it:
            await it.create("storage", store="objects:", at_once=3)
            whisk.store_.objects |= {f"{number}.jpg": ("1", 0.0) for number in range(20)}
            whisk.poke.set()
            await it.until(lambda: len(whisk.fired) == 3)
            assert it.state()["pending"] == 17
            await it.until(lambda: whisk.waiting == 3)  # it has seen that there is no room, and fires no more
            assert len(whisk.fired) == 3
            whisk.over.set()
            assert len({one["key"] for one in await it.fired(20)}) == 20
            assert whisk.most == 3

    played(play)


def test_uploads_beside_each_other_are_no_loop(tmp_path):
    async def play():
        async with stage(tmp_path) as it:
            await it.create("storage", store="objects:")
            for number in range(20):
                it.whisk.store_.objects[f"IMG_{number:04}.jpg"] = ("1", it.clock.now().timestamp() + number)
                it.whisk.poke.set()
                await it.fired(number + 1)
            assert it.state()["active"]

    played(play)


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("alarm", {}, "missing the cron parameter"),
        ("alarm", {"cron": "nonsense"}, "cron pattern 'nonsense' is not valid"),
        ("alarm", {"cron": 5}, "cron pattern '5' is not valid"),
        ("alarm", {"cron": "* * * * *", "timezone": "Mars"}, "no time zone 'Mars'"),
        ("alarm", {"cron": "* * * * *", "startDate": "soon"}, "is not a valid Date"),
        ("alarm", {"cron": "* * * * *", "stopDate": "2020-01-01"}, "must be in the future"),
        (
            "alarm",
            {"cron": "* * * * *", "startDate": "2031-01-01", "stopDate": "2030-06-01"},
            "must be greater than the startDate",
        ),
        ("alarm", {"cron": "* * * * *", "catch_up": "some"}, "catch_up parameter must be one of"),
        ("alarm", {"cron": "* * * * *", "strict": "maybe"}, "strict parameter must be"),
        ("interval", {}, "missing the minutes parameter"),
        ("interval", {"minutes": "often"}, "must be an integer"),
        ("interval", {"minutes": 0}, "must be an integer"),
        ("interval", {"minutes": True}, "must be an integer"),
        ("once", {}, "missing the date parameter"),
        ("once", {"date": 1}, "must be in the future"),
        ("once", {"date": "2031-01-01", "deleteAfterFire": "maybe"}, "must be one of [false, true, rules]"),
        ("storage", {}, "parameter store is missing"),
        ("storage", {"store": "ftp://host"}, "nothing watches ftp:"),
        ("storage", {"store": " "}, "names no place"),
        ("storage", {"store": "s3://"}, "names no place"),
        ("storage", {"store": "photos\0"}, "names no place"),
        ("storage", {"store": "objects:", "sufix": "x"}, "Did you mean suffix?"),
        ("storage", {"store": "objects:", "secret_access_key": "x"}, "environment of the process"),
        ("storage", {"store": "s3://key:secret@bucket"}, "an address holds no keys"),
        ("storage", {"store": "objects:", "on": "changed"}, "there is no event 'changed'"),
        ("storage", {"store": "objects:", "prefix": "/etc/"}, "leads out of it"),
        ("storage", {"store": "/tmp", "prefix": "../sib/"}, "leads out of it"),
        ("storage", {"store": "/tmp", "prefix": "in/../../etc/p"}, "leads out of it"),
        ("storage", {"store": "objects:", "interval": 0}, "interval is 0"),
        ("storage", {"store": "objects:", "suffix": 5}, "suffix is 5"),
        ("storage", {"store": "/there/is/no/such/folder"}, "there is no such folder"),
        ("minutely", {}, "there is no kind 'minutely'"),
    ],
)
def test_what_makes_no_feed_is_told_and_nothing_is_kept(tmp_path, kind, given, said):
    async def play():
        async with stage(tmp_path) as it:
            with pytest.raises((BadArgument, Missing)) as told:
                await it.create(kind, **given)
            assert said in str(told.value)
            assert it.feeds.all("ns") == []

    played(play)
