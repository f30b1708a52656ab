"""Alarms and storage as OpenWhisk's feeds: the life of a feed, what is fired, and what an action gets."""

import json
import time

import pytest
import requests

from tests.conftest import fresh_platform
from tests.contract.conftest import ECHO, new_user, operator
from tests.contract.feeding import begin, feed, quiet, records, status, until

WRITES = """
import base64, os, urllib.request

def main(args):
    host, key = os.environ["__OW_API_HOST"], os.environ["__OW_API_KEY"]
    name = args["key"].rpartition(".")[0] + "-small.jpg"
    request = urllib.request.Request(f"{host}/fnkit/v1/objects/{name}", b"small", method="PUT")
    request.add_header("Authorization", "Basic " + base64.b64encode(key.encode()).decode())
    urllib.request.urlopen(request, timeout=30).close()
    return {"wrote": name}
"""


@pytest.fixture
def heard(embedded, action, rule, trigger, clean):
    """A trigger with a rule whose action echoes; its feed is ended afterwards."""

    def make(name, code=ECHO, **fields):
        action(f"{name}-echo", code, **fields)
        trigger(name)
        rule(f"{name}-rule", name, f"{name}-echo")
        clean.append(f"/fnkit/v1/feeds/{name}")
        return name

    return make


def put(embedded, key, content=b"x"):
    assert embedded.call("PUT", f"/fnkit/v1/objects/{key}", data=content).status_code == 201


def test_the_packages_are_there_and_say_that_they_are_feeds(embedded):
    for package, names in (("alarms", {"alarm", "interval", "once"}), ("storage", {"changes"})):
        shown = embedded.call("GET", f"/api/v1/namespaces/whisk.system/packages/{package}").json()
        assert {one["name"] for one in shown["feeds"]} == names


def test_an_alarm_lives_as_openwhisk_has_it(embedded, heard):
    name = heard("ct-alarm")
    begin(embedded, "alarms/alarm", name, cron="*/1 * * * * *", trigger_payload={"n": 1})
    until(lambda: status(embedded, name)["fired"], lambda count: count >= 2)
    code, read = feed(embedded, "alarms/alarm", "READ", name)
    assert code == 200
    assert read["config"] == {"name": name, "namespace": "guest", "cron": "*/1 * * * * *", "payload": {"n": 1}}
    assert {"active": True}.items() <= read["status"].items()
    assert feed(embedded, "alarms/alarm", "PAUSE", name) == (200, {"status": "success"})
    assert feed(embedded, "alarms/alarm", "READ", name)[1]["status"]["reason"]["message"] == "paused"
    fired = status(embedded, name)["fired"]
    assert feed(embedded, "alarms/alarm", "UPDATE", name, trigger_payload={"n": 2})[0] == 200
    assert feed(embedded, "alarms/alarm", "UNPAUSE", name)[0] == 200
    quiet(embedded, name, fired + 1)
    assert records(embedded, f"{name}-echo")[0]["response"]["result"]["n"] == 2
    assert feed(embedded, "alarms/alarm", "DELETE", name)[0] == 200
    code, gone = feed(embedded, "alarms/alarm", "READ", name)
    assert (code, "it has none here" in gone["error"]) == (502, True)


def test_interval_and_once(embedded, heard):
    name = heard("ct-once")
    soon = int(time.time() * 1000) + 700
    begin(embedded, "alarms/once", name, date=soon, trigger_payload="late", deleteAfterFire="rules")
    until(lambda: embedded.call("GET", f"triggers/{name}").status_code, lambda code: code == 404)
    assert embedded.call("GET", f"rules/{name}-rule").status_code == 404
    [record] = until(lambda: records(embedded, f"{name}-echo"), len)
    assert record["response"]["result"]["payload"] == "late"
    other = heard("ct-interval")
    begin(embedded, "alarms/interval", other, minutes=5, startDate=int(time.time() * 1000) + 700)
    quiet(embedded, other, 1)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "alarms trigger feed is missing the cron parameter"),
        ({"cron": "at tea time"}, "cron pattern 'at tea time' is not valid"),
        ({"cron": "* * * * *", "stopDate": 1}, "stopDate parameter '1' must be in the future"),
    ],
)
def test_nonsense_is_the_feeds_answer(embedded, heard, given, said):
    name = heard("ct-nonsense")
    code, answer = feed(embedded, "alarms/alarm", "CREATE", name, **given)
    assert (code, said in answer["error"]) == (502, True), answer
    assert embedded.call("GET", f"/fnkit/v1/feeds/{name}").status_code == 404


def test_feeds_go_on_after_kill_9(embedded, heard):
    alarm, store = heard("ct-kept"), heard("ct-watched")
    begin(embedded, "alarms/alarm", alarm, cron="*/1 * * * * *")
    begin(embedded, "storage/changes", store, store="objects:kept/")
    embedded.kill()
    embedded.restart()
    fired = status(embedded, alarm)["fired"]
    put(embedded, "kept/a.jpg")
    quiet(embedded, store, 1)
    until(lambda: status(embedded, alarm)["fired"], lambda count: count > fired)


def test_an_object_starts_an_action_that_finds_it(embedded, heard, clean):
    name = heard("ct-object")
    begin(embedded, "storage/changes", name, store="objects:in/", suffix=[".jpg"], into="image")
    for key in ("in/a b.txt", "out/a.jpg", "in/a b ü.jpg"):
        clean.append(f"/fnkit/v1/objects/{key}")
        put(embedded, key, key.encode())
    quiet(embedded, name, 1)
    [record] = records(embedded, f"{name}-echo")
    got = record["response"]["result"]
    assert (got["event"], got["key"], got["name"]) == ("created", "in/a b ü.jpg", "a b ü.jpg")
    assert requests.get(got["url"], timeout=60).content == "in/a b ü.jpg".encode()
    assert got["image"] == got["url"]
    # Records grow old by the time that an id begins with: those of an event's runs too.
    [told] = embedded.call("GET", f"/fnkit/v1/feeds/{name}?events=1").json()["events"]
    for one in (record, embedded.record(told["activation"])):
        assert abs(int(one["activationId"][:12], 16) - one["start"]) < 60_000
    headers = got["__ow_headers"]
    assert (headers["ce-specversion"], headers["ce-id"]) == ("1.0", got["id"])
    assert headers["ce-type"] == "fnkit.storage.object.created"


def test_a_thousand_files_in_one_rename(embedded, heard, tmp_path):
    """Each starts nothing but its event: the trigger's rule is inactive."""
    name = heard("ct-thousand")
    assert embedded.call("POST", f"rules/{name}-rule", json={"status": "inactive"}).status_code == 200
    watched, aside = tmp_path / "watched", tmp_path / "aside"
    watched.mkdir()
    aside.mkdir()
    for number in range(1000):
        (aside / f"foto {number} ß.jpg").write_bytes(b"x")
    begin(embedded, "storage/changes", name, store=str(watched), suffix=".jpg", settle=0)
    aside.rename(watched / "all at once")
    state = until(lambda: status(embedded, name), lambda now: now["fired"] == 1000)
    assert (state["pending"], state["failed"]) == (0, 0)


def test_an_action_reads_a_watched_file_and_nothing_beside_it(embedded, heard, tmp_path):
    name = heard("ct-file")
    (tmp_path / "secret.txt").write_text("hush")
    begin(embedded, "storage/changes", name, store=str(tmp_path / "."), suffix=".jpg", settle=0.1)
    draft = tmp_path / ".draft"
    draft.write_bytes(b"photo")
    draft.rename(tmp_path / "a photo.jpg")
    quiet(embedded, name, 1)
    [record] = records(embedded, f"{name}-echo")
    url = record["response"]["result"]["url"]
    assert requests.get(url, timeout=60).content == b"photo"
    for other in ("secret.txt", "..%2Fsecret.txt", "none.jpg", ".draft.jpg"):
        beside = url.replace("a%20photo.jpg", other)
        assert requests.get(beside, timeout=60).status_code == 404
    assert requests.get(url.partition("?")[0], timeout=60).status_code == 401
    untold = f"/fnkit/v1/feeds/{name}/files/a%20photo.jpg"
    assert embedded.call("GET", untold).status_code == 401, "a key alone opens no file"
    outside = tmp_path.with_name(f"{tmp_path.name}-outside")
    outside.write_text("hush")
    (tmp_path / "a photo.jpg").unlink()
    (tmp_path / "a photo.jpg").symlink_to(outside)
    assert requests.get(url, timeout=60).status_code == 404, "a link leads out of the folder"


def test_an_action_that_writes_into_what_starts_it_is_stopped(embedded, heard, clean):
    name = heard("ct-loop", WRITES, annotations=[{"key": "provide-api-key", "value": True}])
    begin(embedded, "storage/changes", name, store="objects:loop/", suffix=".jpg")
    put(embedded, "loop/photo.jpg")
    state = until(lambda: status(embedded, name), lambda now: not now["active"])
    assert "a loop" in state["reason"]["message"]
    assert state["fired"] == 4
    for one in embedded.call("GET", "/fnkit/v1/objects?prefix=loop/").json()["objects"]:
        clean.append(f"/fnkit/v1/objects/{one['key']}")


def test_a_file_that_goes_before_it_is_read_is_a_recorded_failure(embedded, heard, tmp_path):
    """Whether it was seen at all hangs on the moment; the one beside it is fired in any case."""
    name = heard("ct-gone")
    begin(embedded, "storage/changes", name, store=str(tmp_path), settle=0)
    link = tmp_path / "photo.jpg"
    draft = tmp_path / ".draft"
    draft.write_bytes(b"x")
    draft.rename(link)
    link.unlink()
    draft.write_bytes(b"y")
    draft.rename(tmp_path / "stays.jpg")
    state = until(lambda: status(embedded, name), lambda now: now["fired"] >= 1 and not now["pending"])
    assert state["active"]
    told = embedded.call("GET", f"/fnkit/v1/feeds/{name}?events=10").json()["events"]
    assert "stays.jpg" in {one["subject"] for one in told}
    assert all(one["state"] == "fired" or "gone" in one["error"] for one in told)


def test_an_event_waits_where_an_action_may_not_begin_and_nothing_begins_twice(embedded):
    """One of two rules' actions is throttled: when it is not any more, each has run once."""
    with new_user(embedded, "ct-waits", invocationsPerMinute=1) as user:
        assert user.call("PUT", "triggers/t", json={}).status_code == 200
        for name in ("first", "second"):
            body = {"exec": {"kind": "python:default", "code": ECHO}}
            assert user.call("PUT", f"actions/{name}", json=body).status_code == 200
            rule = {"trigger": "/_/t", "action": f"/_/{name}"}
            assert user.call("PUT", f"rules/{name}-rule", json=rule).status_code == 200
        body = {"kind": "storage", "parameters": {"store": "objects:"}}
        assert user.call("PUT", "/fnkit/v1/feeds/t", json=body).status_code == 201
        put(user, "a")
        told = "/fnkit/v1/feeds/t?events=1"
        [event] = until(lambda: user.call("GET", told).json()["events"], lambda all_: all_ and all_[0]["attempts"])
        assert (event["state"], "Too many requests" in event["error"]) == ("pending", True)
        assert len(until(lambda: records(user, "first") + records(user, "second"), len)) == 1
        operator(embedded, "POST", "/ct-waits", json={"limits": {"invocationsPerMinute": 100}})
        state = quiet(user, "t", 1)
        assert state["runs"] == {"running": 0, "succeeded": 2, "failed": 0}
        assert [len(records(user, name)) for name in ("first", "second")] == [1, 1]
        for path in ("actions/first", "actions/second", "rules/first-rule", "rules/second-rule", "triggers/t"):
            user.call("DELETE", path)
        for path in ("/fnkit/v1/feeds/t", "/fnkit/v1/objects/a"):
            user.call("DELETE", path)


def test_a_key_alone_opens_no_folder(embedded, heard, other, tmp_path):
    """An action has its owner's key too; who can read the data folder may choose what is watched."""
    name = heard("ct-closed")
    (tmp_path / "one.txt").write_text("hush")
    for permit in (None, "", "0" * 64, 5):
        body = {"kind": "storage", "parameters": {"store": str(tmp_path), "existing": True}, "permit": permit}
        refused = embedded.call("PUT", f"/fnkit/v1/feeds/{name}", json=body)
        assert (refused.status_code, "a key alone opens no folder" in refused.json()["error"]) == (403, True)
    assert embedded.call("GET", f"/fnkit/v1/feeds/{name}").status_code == 404
    for folder in (embedded.data, embedded.data / "objects", embedded.data.parent):
        code, answer = feed(embedded, "storage/changes", "CREATE", name, store=str(folder))
        assert (code, "keeps its own data there" in answer["error"]) == (502, True), answer
    begin(embedded, "storage/changes", name, store="objects:there/")
    body = {"parameters": {"store": str(tmp_path)}}
    assert embedded.call("POST", f"/fnkit/v1/feeds/{name}", json=body).status_code == 403
    assert feed(embedded, "storage/changes", "UPDATE", name, store=str(tmp_path))[0] == 200
    body = {"parameters": {"store": str(tmp_path), "suffix": ".jpg"}}
    assert embedded.call("POST", f"/fnkit/v1/feeds/{name}", json=body).status_code == 200, "it is watched already"


def test_a_key_opens_the_folders_that_the_platform_was_started_with(tmp_path):
    for name in ("photos/new", "private"):
        (tmp_path / name).mkdir(parents=True)
    own = fresh_platform(tmp_path / "data", "--folder", str(tmp_path / "photos"))
    try:
        own.call("PUT", "triggers/t", json={})

        def ask(verb, folder):
            body = {"kind": "storage", "parameters": {"store": str(tmp_path / folder)}}
            return own.call(verb, "/fnkit/v1/feeds/t", json=body)

        assert (ask("PUT", "private").status_code, ask("PUT", "photos").status_code) == (403, 201)
        refused = ask("POST", "private")
        assert (refused.status_code, "started with --folder" in refused.json()["error"]) == (403, True)
        assert ask("POST", "photos/new").status_code == 200
        own.call("PUT", "triggers/permitted", json={})
        assert feed(own, "storage/changes", "CREATE", "permitted", store=str(tmp_path / "private"))[0] == 200
    finally:
        own.stop()
    own = fresh_platform(tmp_path / "data")  # the same data, and no folder is named any more
    try:
        told, other = (own.call("GET", f"/fnkit/v1/feeds/{name}").json()["status"] for name in ("t", "permitted"))
        assert (told["active"], other["active"]) == (False, True)
        assert "with --folder and this one again" in told["reason"]["message"]
        refused = own.call("POST", "/fnkit/v1/feeds/t", json={"active": True})
        assert (refused.status_code, "with --folder" in refused.json()["error"]) == (400, True)
    finally:
        own.stop()


def test_a_feed_is_its_owners_alone(embedded, heard, other):
    name = heard("ct-own")
    begin(embedded, "alarms/alarm", name, cron="0 0 1 1 *")
    assert other.call("GET", f"/fnkit/v1/feeds/{name}").status_code == 404
    body = {"kind": "alarm", "parameters": {"cron": "* * * * *"}}
    assert other.call("PUT", f"/fnkit/v1/feeds/{name}", json=body).status_code == 404
    assert json.dumps(embedded.auth) not in json.dumps(embedded.call("GET", f"/fnkit/v1/feeds/{name}").json())
