"""What starts functions, as a person wires it: in Python, in a shell; and on a platform without feeds."""

import asyncio
import json
import select
import signal
import time
from pathlib import Path

import pytest

from fnkit import compose, verbs
from fnkit.context import Context
from fnkit.core.errors import BadArgument, Missing
from fnkit.delivery import drawn, wiring
from fnkit.delivery.watching import Remote, follow, noted, tidy
from fnkit.events.allowed import Allowed
from fnkit.events.bucket import Bucket
from fnkit.events.feeds import Feeds
from fnkit.events.sources import storage
from fnkit.events.wiring import NOTE, Wiring
from fnkit.local.folder import Folder
from fnkit.local.migrations import FEEDS
from fnkit.local.store import Store
from fnkit.notebook import show
from fnkit.verbs.when import every, on
from fnkit.whisk.client import Client
from fnkit.whisk.props import load_file
from fnkit.whisk.transport import Http
from tests.buckets import make, moto
from tests.contract.feeding import quiet, records, until

LOOK = """
def main(args):
    if 'bad' in args['name']:
        raise ValueError('no')
    return {'saw': args['name']}
"""
ECHO = "def main(args):\n    return args\n"
SLOWEST_START = 60


@pytest.fixture
def context(embedded, monkeypatch):
    """A person's session on the session's platform, chosen as a person chooses it."""
    monkeypatch.setenv("WSK_CONFIG_FILE", str(embedded.props))
    return Context()


@pytest.fixture
def wired(embedded, context):
    """Wires, and takes it away afterwards."""
    names = []
    for name, code in (("fe-look", LOOK), ("fe-echo", ECHO)):
        body = {"exec": {"kind": "python:default", "code": code}}
        assert embedded.call("PUT", f"actions/{name}?overwrite=true", json=body).status_code == 200

    def wire(when, target, **options):
        made = when.run(target, **options)
        names.append(made.wiring.name)
        return made

    yield wire
    for name in names:
        wiring.unwire(context.client, name)
    for name in ("fe-look", "fe-echo"):
        embedded.call("DELETE", f"actions/{name}")


def arrive(folder: Path, name: str, text: str = "x") -> None:
    draft = folder / f".{name}"
    draft.write_text(text)
    draft.rename(folder / name)


def test_a_folder_starts_an_action_through_a_pattern_and_round_it_go_destinations(
    embedded, context, wired, tmp_path
):
    when = on(storage(tmp_path, suffix=".txt", settle=0.1), context=context)
    when = (
        when.where({"size": [{"numeric": [">", 0]}]}).on_success("objects:seen/").on_failure("fe-echo").retry(1, 0)
    )
    made = wired(when, "fe-look", trigger="fe-arrives")
    assert str(made) == f"{tmp_path}/*.txt → fe-arrives → fe-look"
    for name in ("good one.txt", "bad.txt", "ignored.jpg"):
        arrive(tmp_path, name)
    arrive(tmp_path, "empty.txt", "")
    state = quiet(embedded, "fe-arrives", 3)
    assert state["runs"] == {"running": 0, "succeeded": 2, "failed": 1}
    [kept] = embedded.call("GET", "/fnkit/v1/objects?prefix=seen/").json()["objects"]
    message = embedded.call("GET", f"/fnkit/v1/objects/{kept['key']}").json()
    assert (message["condition"], message["response"]) == ("success", {"saw": "good one.txt"})
    [told] = records(embedded, "fe-echo")
    result = told["response"]["result"]
    assert (result["condition"], result["attempts"], result["response"]) == ("failure", 2, {"error": "no"})
    assert result["request"]["name"] == "bad.txt"
    embedded.call("DELETE", f"/fnkit/v1/objects/{kept['key']}")

    found = verbs.events(context=context)
    [wire] = [one for one in found.wires if one.trigger == "fe-arrives"]
    assert (wire.fired, wire.pending, wire.failed, wire.watched) == (3, 0, 1, "platform")
    [way] = wire.ways
    assert way.actions == ("fe-arrives-router", "fe-arrives-destination", "fe-look")
    assert (way.success, way.failure) == (("objects:seen/",), ("fe-echo",))
    picture = drawn.picture(found)
    for word in ("fe-arrives", "fe-look", "pattern", "objects:seen/", "3 fired"):
        assert word in picture.still
    view = show.view(found)
    assert "<img" in view.html
    assert "fe-arrives" in view.html


def test_outcomes_go_to_a_bucket_and_a_trigger_and_what_cannot_to_the_dead_letters(
    embedded, context, wired, tmp_path, monkeypatch
):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    wired(on("objects:unused/", context=context), "fe-echo", trigger="fe-after")
    with moto() as endpoint:
        make(endpoint, "fe-out")
        when = on(storage(tmp_path, suffix=".txt", settle=0.1), context=context)
        when = when.on_success(storage("s3://fe-out", prefix="seen ü/", endpoint=endpoint), "trigger:fe-after")
        when = when.on_failure(storage("s3://none", endpoint=endpoint)).dead_letter("objects:dead/")
        wired(when, "fe-look", trigger="fe-outward")
        for name in ("good one.txt", "bad.txt"):
            arrive(tmp_path, name)
        quiet(embedded, "fe-outward", 2)
        [kept] = Bucket.open("s3://fe-out", endpoint, "us-east-1").list()
        message = json.loads(Bucket.open("s3://fe-out", endpoint, "us-east-1").get(kept.key))
    assert (message["condition"], message["response"]) == ("success", {"saw": "good one.txt"})
    assert kept.key == f"seen ü/{message['request']['id']}.json"
    [heard] = until(lambda: records(embedded, "fe-after"), len)
    assert heard["response"]["result"]["response"] == {"saw": "good one.txt"}
    [dead] = embedded.call("GET", "/fnkit/v1/objects?prefix=dead/").json()["objects"]
    letter = embedded.call("GET", f"/fnkit/v1/objects/{dead['key']}").json()
    assert (letter["condition"], letter["response"]) == ("failure", {"error": "no"})
    assert "404" in letter["undelivered"][0]
    embedded.call("DELETE", f"/fnkit/v1/objects/{dead['key']}")
    [wire] = [one for one in verbs.events(context=context).wires if one.trigger == "fe-outward"]
    assert wire.ways[0].success == ("s3://fe-out/seen ü/", "trigger:fe-after")
    shown = show.view(verbs.get("fe-outward-destination", context=context))
    assert "hush" not in shown.html + shown.line + json.dumps(records(embedded, "fe-outward-destination"))


def test_wiring_it_again_changes_what_is_there_and_unwiring_leaves_nothing(embedded, context, wired, tmp_path):
    when = on(storage(tmp_path, settle=0.1), context=context)
    wired(when.where({"size": [0]}).retry(1), "fe-look", trigger="fe-again")
    wired(when, "fe-echo", trigger="fe-again")
    shown = embedded.call("GET", "rules/fe-again-rule").json()
    assert shown["action"]["name"] == "fe-echo"
    assert shown["status"] == "active"
    arrive(tmp_path, "a")
    quiet(embedded, "fe-again", 1)
    wiring.unwire(context.client, "fe-again")
    for path in (
        "triggers/fe-again",
        "rules/fe-again-rule",
        "actions/fe-again-router",
        "actions/fe-again-destination",
    ):
        assert embedded.call("GET", path).status_code == 404
    assert embedded.call("GET", "/fnkit/v1/feeds/fe-again").status_code == 404


def counted(embedded, trigger):
    """Events that the feed has seen."""
    state = embedded.call("GET", f"/fnkit/v1/feeds/{trigger}").json()["status"]
    return state["fired"] + state["pending"]


def test_what_waits_is_not_lost_when_it_is_wired_again(embedded, context, wired, tmp_path):
    code = "import time\ndef main(args):\n    time.sleep(0.3)\n    return {}"
    body = {"exec": {"kind": "python:default", "code": code}}
    assert embedded.call("PUT", "actions/fe-look?overwrite=true", json=body).status_code == 200
    when = on(storage(tmp_path, settle=0.1, at_once=1), context=context)
    wired(when, "fe-look", trigger="fe-waits")
    for number in range(5):
        arrive(tmp_path, str(number))
    until(lambda: counted(embedded, "fe-waits"), lambda count: count == 5)
    again = wired(on(storage(tmp_path, settle=0.1, at_once=2), context=context), "fe-look", trigger="fe-waits")
    assert again.instead == ""
    quiet(embedded, "fe-waits", 5)
    config = embedded.call("GET", "/fnkit/v1/feeds/fe-waits").json()["config"]
    assert config["at_once"] == 2
    wired(on(storage(tmp_path, settle=0.1), context=context), "fe-look", trigger="fe-waits")
    config = embedded.call("GET", "/fnkit/v1/feeds/fe-waits").json()["config"]
    assert "at_once" not in config


def test_a_feed_that_was_stopped_goes_on_when_it_is_wired_again(embedded, context, wired, tmp_path):
    when = on(storage(tmp_path, settle=0.1), context=context)
    made = wired(when, "fe-echo", trigger="fe-stopped")
    context.client.feeds.tell(context.client.triggers.get(made.wiring.name), "PAUSE")
    wired(when, "fe-echo", trigger="fe-stopped")
    arrive(tmp_path, "a")
    quiet(embedded, "fe-stopped", 1)


def test_another_source_takes_the_place_of_the_first_and_says_so(embedded, context, wired, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name / "photos").mkdir(parents=True)
    wired(on(storage(tmp_path / "one" / "photos"), context=context), "fe-echo")
    made = wired(on(storage(tmp_path / "two" / "photos"), context=context), "fe-echo")
    assert f"in the place of {tmp_path}/one/photos" in str(made)


def test_every_so_often(embedded, context, wired):
    made = wired(every("*/1 * * * * *", context=context, trigger_payload={"n": 1}), "fe-echo")
    assert made.wiring.name == "fe-echo-every"
    quiet(embedded, "fe-echo-every", 1)
    assert records(embedded, "fe-echo")[0]["response"]["result"]["n"] == 1


def test_a_function_is_deployed_first(embedded, context, wired, tmp_path):
    from tests.faces.greetings import greet

    wired(every(minutes=60, context=context), greet, name="fe-greet")
    assert embedded.call("GET", "rules/fe-greet-every-rule").json()["action"]["name"] == "fe-greet"
    embedded.call("DELETE", "actions/fe-greet")


def test_a_flow_is_deployed_first_and_each_event_is_a_run_of_it(embedded, context, wired, tmp_path):
    flow = compose.sequence(
        "fe-look",
        compose.when(lambda r: "ü" in r["saw"], lambda r: {"kept": r["saw"]}, lambda r: {"back": r["saw"]}),
    )
    wired(on(storage(tmp_path, settle=0.1), context=context), flow, name="fe-flow", trigger="fe-photos")
    assert embedded.call("GET", "actions/fe-flow").json()["annotations"]
    for name in ("ü.jpg", "plain.jpg", "bad.jpg"):
        arrive(tmp_path, name)
    state = quiet(embedded, "fe-photos", 3)
    assert state["runs"] == {"running": 0, "succeeded": 2, "failed": 1}
    kinds = {"key": "kind", "value": "sequence"}
    whole = [one for one in records(embedded, "fe-flow") if kinds in one["annotations"]]
    results = [one["response"]["result"] for one in whole]
    assert len(results) == 3
    assert [one for one in results if "error" not in one] in (
        [{"kept": "ü.jpg"}, {"back": "plain.jpg"}],
        [{"back": "plain.jpg"}, {"kept": "ü.jpg"}],
    )
    embedded.call("DELETE", "actions/fe-flow")


@pytest.mark.parametrize(
    ("when", "error", "said"),
    [
        (lambda: on("objects:x/").where({"a": "x"}), BadArgument, "must stand in a list"),
        (lambda: on("objects:x/").on_success("objects:x/y/"), BadArgument, "run for ever"),
        (lambda: every("nonsense"), Exception, "cron pattern 'nonsense' is not valid"),
        (lambda: every(minutes=5, cron="x"), BadArgument, "no option 'cron'"),
        (lambda: on("/no/such/folder"), Exception, "no such folder"),
        (lambda: on("ftp://x"), BadArgument, "nothing watches ftp:"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_left(embedded, context, wired, when, error, said):
    from dataclasses import replace

    with pytest.raises(error, match=said):
        replace(when(), context=context).run("fe-echo", trigger="fe-wrong")
    for path in ("triggers/fe-wrong", "rules/fe-wrong-rule", "actions/fe-wrong-router"):
        assert embedded.call("GET", path).status_code == 404


def test_a_target_that_is_not_there(context):
    with pytest.raises(Missing, match="Deploy it first"):
        on("objects:x/", context=context).run("fe-no-such-action")


def test_the_shell_makes_a_trigger_with_a_feed_and_shows_it(shell):
    shell("trigger", "create", "ticks", "--feed", "/whisk.system/alarms/alarm", "--param", "cron", "0 0 1 1 *")
    said = shell("events").stdout
    assert "ticks" in said
    assert "0 0 1 1 * UTC" in said
    picture = shell.work / "wired.svg"
    shell("events", "--save", str(picture))
    assert picture.read_text().startswith("<svg")
    shell("trigger", "delete", "ticks", "--yes")
    wrong = shell(
        "trigger", "create", "ticks", "--feed", "/whisk.system/alarms/alarm", "--param", "cron", "noon", code=1
    )
    assert "cron pattern 'noon' is not valid" in wrong.stderr
    assert "ticks" not in shell("trigger", "list").stdout


def test_the_shell_waits_for_what_events_begin_and_tells_what_it_cost(embedded, shell, tmp_path):
    folder = tmp_path / "arriving"
    folder.mkdir()
    body = {"exec": {"kind": "python:default", "code": LOOK}}
    embedded.call("PUT", "actions/fw-look?overwrite=true", json=body)
    context = Context(arguments={"apihost": embedded.apihost, "auth": embedded.auth})
    on(storage(folder, settle=0.1), context=context).run("fw-look", trigger="fw-arrives")
    for name in ("a", "bad", "c"):
        arrive(folder, name)
    props = {"WSK_CONFIG_FILE": str(embedded.props)}
    said = shell("events", "fw-arrives", "--wait", "3", **props).stdout
    assert "fw-arrives" in said
    assert len(records(embedded, "fw-look")) == 3
    since = str(min(one["start"] for one in records(embedded, "fw-look")) - 1)
    bill = shell("bill", "--since", since, "--price", "1", **props).stdout
    [line] = [line.split() for line in bill.splitlines() if line.startswith("fw-look")]
    assert (line[1], line[4]) == ("3", "1"), bill
    assert "no such trigger" in shell("events", "fw-arives", code=1, **props).stderr
    late = shell("events", "fw-arrives", "--wait", "4", "--timeout", "0", **props)
    assert "fw-arrives is not done after 0 s" in late.stdout + late.stderr
    assert "no trigger is named" in shell("events", "--wait", "1", code=2, **props).stderr
    assert "-1 are none" in shell("events", "fw-arrives", "--wait", "-1", code=2, **props).stderr
    missing = shell("events", "no-such", "--wait", "1", code=1, **props).stderr
    assert "does not watch for it" in missing
    wiring.unwire(context.client, "fw-arrives")
    embedded.call("DELETE", "actions/fw-look")


class NoFeeds:
    """The platform as an OpenWhisk that has neither our feeds nor /fnkit/v1."""

    def __init__(self, inner):
        self.inner = inner

    def send(self, request):
        if request.path.startswith("/fnkit") or "/whisk.system/" in request.path:
            raise Missing(request.tried, "The requested resource does not exist.", status=404)
        return self.inner.send(request)


def test_elsewhere_the_same_lines_leave_a_note_for_feeds_run(embedded, context, tmp_path):
    client = Client(context.props, NoFeeds(Http(context.props)))
    source = storage(tmp_path, suffix=".txt")
    embedded.call("PUT", "actions/fe-far", json={"exec": {"kind": "python:default", "code": ECHO}})
    made = wiring.wire(client, Wiring("fe-elsewhere", source, "/_/fe-far", {"size": [{"numeric": [">", 0]}]}))
    assert not made.watched
    assert "keep `fnkit feeds run` running" in str(made)
    trigger = client.triggers.get("fe-elsewhere")
    assert (trigger.feed, trigger.annotations[NOTE]["parameters"]) == (None, source.to_json())
    assert [name for name, _ in noted(client) if name == "fe-elsewhere"] == ["fe-elsewhere"]
    assert embedded.call("GET", "rules/fe-elsewhere-rule").json()["action"]["name"] == "fe-elsewhere-router"
    assert embedded.call("GET", "/fnkit/v1/feeds/fe-elsewhere").status_code == 404
    wiring.unwire(client, "fe-elsewhere")
    assert client.triggers.find("fe-elsewhere") is None
    embedded.call("DELETE", "actions/fe-far")


def test_feeds_run_watches_for_a_platform_that_does_not(embedded, shell, tmp_path):
    """The other platform is asked over HTTP only; it has the trigger and the rule, and no feed."""
    folder = tmp_path / "photos"
    folder.mkdir()
    source = storage(folder, suffix=".txt", settle=0.1)
    note = {"key": NOTE, "value": {"kind": "storage", "parameters": source.to_json(), "label": source.label}}
    body = {"exec": {"kind": "python:default", "code": ECHO}}
    embedded.call("PUT", "actions/fr-echo", json=body)
    embedded.call("PUT", "triggers/fr-photos", json={"annotations": [note]})
    for number, strange in enumerate(({}, {"kind": "storage"}, {"kind": 5, "parameters": {}}, "x")):
        foreign = [{"key": NOTE, "value": strange}]
        embedded.call("PUT", f"triggers/fr-foreign-{number}", json={"annotations": foreign})
    embedded.call("PUT", "rules/fr-rule", json={"trigger": "/_/fr-photos", "action": "/_/fr-echo"})
    environment = {"WSK_CONFIG_FILE": str(embedded.props), "FNKIT_DATA": str(tmp_path / "data")}
    arrive(folder, "before.txt")
    process = _feeds(shell, environment, "--folder", str(folder))
    arrive(folder, "one.txt")
    until(lambda: records(embedded, "fr-echo"), lambda found: len(found) == 1)
    _end(process, signal.SIGKILL)
    arrive(folder, "two.txt")  # while nobody watches
    process = _feeds(shell, environment, "--folder", str(tmp_path))

    def heard():
        return [one["response"]["result"] for one in records(embedded, "fr-echo")]

    got = until(heard, lambda found: {one["name"] for one in found} >= {"one.txt", "two.txt"})
    # It may have been killed before it heard that the first was fired: then that comes again, as the same event.
    assert len({(one["name"], one["id"]) for one in got}) == 2
    assert got[0]["__ow_headers"]["ce-id"] == got[0]["id"]
    assert _end(process, signal.SIGTERM) == 0
    foreign = (f"triggers/fr-foreign-{number}" for number in range(4))
    for path in ("rules/fr-rule", "triggers/fr-photos", "actions/fr-echo", *foreign):
        assert embedded.call("DELETE", path).status_code == 200
    client = Client(load_file(embedded.props))
    assert tidy(client, time.time()) == 0
    assert tidy(client, time.time() + 8 * 86400) == 2, "what was put for an event does not stay for ever"
    assert embedded.call("GET", "/fnkit/v1/objects?prefix=feeds/").json()["objects"] == []


def test_feeds_run_watches_no_folder_that_nobody_named(embedded, context, tmp_path):
    """Who may make a trigger may not read what the one who runs it may; one that is named later goes on."""
    (tmp_path / "photos").mkdir()
    client = Client(context.props, NoFeeds(Http(context.props)))
    source = storage(tmp_path / "photos")
    note = {"kind": "storage", "parameters": source.to_json(), "label": source.label}
    client.triggers.put("fn-named", annotations={NOTE: note})
    data, namespace = Folder(tmp_path / "data"), client.namespaces.own()
    data.make()

    async def run(right, *folders):
        """What was told, and the feed (or none) once it is right."""
        store = Store(data.database, migrations=FEEDS)
        feeds, allowed = Feeds(store), Allowed(data.root, folders)
        feeds.start(Remote(client, allowed))
        try:
            async with asyncio.timeout(SLOWEST_START):
                while True:
                    troubles = await follow(client, feeds, allowed)
                    found = [one for one in feeds.all(namespace) if one.name == "fn-named"]
                    if right(*found):
                        return [one for one in troubles if one.startswith("fn-named")]
        finally:
            await feeds.close()
            store.close()

    def refused(told):
        return len(told) == 1 and "Watching" in told[0] and "fnkit feeds run --folder" in told[0]

    def off(feed):
        return not feed.active and "a key alone opens no folder" in feed.reason

    assert refused(asyncio.run(run(lambda *feeds: not feeds)))
    assert asyncio.run(run(lambda feed: feed.active, tmp_path)) == []
    assert refused(asyncio.run(run(off)))
    assert asyncio.run(run(lambda feed: feed.active, tmp_path / "photos")) == []
    client.triggers.delete("fn-named")


def _feeds(shell, environment, *words):
    """`fnkit feeds run` once it says that it watches."""
    import subprocess
    import sys

    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "fnkit", "feeds", "run", *words],
        env={**shell.environment, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    said = ""
    while "Watching for fr-photos" not in said:
        ready, _, _ = select.select([process.stderr], [], [], SLOWEST_START)
        line = process.stderr.readline() if ready else ""
        if not line:
            process.kill()
            raise TimeoutError(said)
        said += line
    return process


def _end(process, number):
    """How it ended, told to."""
    process.send_signal(number)
    process.stderr.close()
    return process.wait(SLOWEST_START)
