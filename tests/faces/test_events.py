"""What starts functions, as a person wires it: in Python, in a shell; and on a platform without feeds."""

import select
import signal
import time
from pathlib import Path

import pytest

from fnkit import verbs
from fnkit.context import Context
from fnkit.core.errors import BadArgument, Missing
from fnkit.delivery import drawn, wiring
from fnkit.delivery.watching import tidy
from fnkit.events.sources import storage
from fnkit.events.wiring import NOTE
from fnkit.notebook import show
from fnkit.verbs.when import every, on
from fnkit.whisk.client import Client
from fnkit.whisk.props import load_file
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
    assert "/whisk.system/alarms/alarm" in said
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
    missing = shell("events", "no-such", "--wait", "1", code=1, **props).stderr
    assert "does not watch for it" in missing
    wiring.unwire(context.client, "fw-arrives")
    embedded.call("DELETE", "actions/fw-look")


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
    process = _feeds(shell, environment)
    arrive(folder, "one.txt")
    until(lambda: records(embedded, "fr-echo"), lambda found: len(found) == 1)
    _end(process, signal.SIGKILL)
    arrive(folder, "two.txt")  # while nobody watches
    process = _feeds(shell, environment)
    found = until(lambda: records(embedded, "fr-echo"), lambda found: len(found) >= 2)
    got = [one["response"]["result"] for one in found]
    assert sorted(one["name"] for one in got) == ["one.txt", "two.txt"]
    assert got[0]["__ow_headers"]["ce-id"] == got[0]["id"]
    assert _end(process, signal.SIGTERM) == 0
    foreign = (f"triggers/fr-foreign-{number}" for number in range(4))
    for path in ("rules/fr-rule", "triggers/fr-photos", "actions/fr-echo", *foreign):
        assert embedded.call("DELETE", path).status_code == 200
    client = Client(load_file(embedded.props))
    assert tidy(client, time.time()) == 0
    assert tidy(client, time.time() + 8 * 86400) == 2, "what was put for an event does not stay for ever"
    assert embedded.call("GET", "/fnkit/v1/objects?prefix=feeds/").json()["objects"] == []


def _feeds(shell, environment):
    """`fnkit feeds run` once it says that it watches."""
    import subprocess
    import sys

    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "fnkit", "feeds", "run"],
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
