"""What a trigger knows of its rules, and the record of its firing."""

import json

from fnkit.local.entities import Entity
from fnkit.local.firing import Fired, Firing
from fnkit.local.jobs import Status
from fnkit.local.links import Link, linked, links, status_of, unlinked
from fnkit.local.records import split_times, summary
from fnkit.local.references import Reference


def trigger(document=None):
    return Entity("guest", "t", "trigger", 1, "r", {"version": "0.0.3", **(document or {})})


ONE = Link("guest/one", Reference("guest", "a"), "active")
TWO = Link("guest/two", Reference("guest/p", "b"), "inactive")


def test_links_come_and_go_in_order():
    bare = trigger()
    assert list(links(bare)) == []
    assert "rules" not in unlinked(bare, "guest/one")
    both = trigger(linked(trigger(linked(bare, ONE)), TWO))
    assert list(links(both)) == [ONE, TWO]
    again = Link("guest/one", TWO.action, "inactive")
    assert list(links(trigger(linked(both, again)))) == [again, TWO]
    assert list(links(trigger(unlinked(both, "guest/one")))) == [TWO]
    assert unlinked(trigger(unlinked(both, "guest/one")), "guest/two")["rules"] == {}
    assert (status_of("guest/one", both), status_of("guest/two", both)) == ("active", "inactive")
    assert status_of("guest/one", bare) == status_of("guest/one", None) == "inactive"


def test_a_line_has_openwhisks_keys_in_its_order():
    assert Fired(ONE, Status.SUCCESS, "f" * 32).line == (
        '{"statusCode":0,"success":true,"activationId":"ffffffffffffffffffffffffffffffff",'
        '"rule":"guest/one","action":"guest/a"}'
    )
    assert Fired(TWO, Status.INTERNAL_ERROR, error="no").line == (
        '{"statusCode":3,"success":false,"rule":"guest/two","error":"no","action":"guest/p/b"}'
    )


def test_the_record_has_no_end_and_no_size():
    record = Firing("e" * 32, "caller", 7, {"error": "x"}).record(trigger(), ["line"])
    assert json.loads(record.answer) | {"logs": json.loads(record.logs)} == {
        "namespace": "caller",
        "subject": "caller",
        "name": "t",
        "version": "0.0.3",
        "publish": False,
        "annotations": [],
        "activationId": "e" * 32,
        "start": 7,
        "response": {"status": "success", "success": True, "result": {"error": "x"}},
        "logs": ["line"],
    }
    assert summary(record.head, 0)["statusCode"] == 0
    assert split_times(json.loads(record.head)) == {"wait": None, "init": None, "run": None}
