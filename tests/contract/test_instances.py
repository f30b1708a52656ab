"""The lives of instances over HTTP: whose they are, since when, and how long they are kept."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from fnkit.core.errors import BadArgument
from fnkit.delivery import lives
from fnkit.notebook import show
from fnkit.whisk.client import Client
from fnkit.whisk.props import load
from fnkit.whisk.transport import Http
from tests.conftest import fresh_platform
from tests.contract.client.conftest import Plain
from tests.contract.feeding import until

NAP = "import time\ndef main(args):\n    time.sleep(0.05)\n    return {}\n"
KEEP = "fnkit-keep-alive"


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A platform that keeps an unused instance for a second."""
    started = fresh_platform(tmp_path_factory.mktemp("lives") / "data", "--keep-alive=1")
    yield started
    started.stop()


@pytest.fixture
def client(embedded):
    return Client(load({"apihost": embedded.apihost, "auth": embedded.auth}))


def told(platform, query=""):
    answer = platform.call("GET", f"/fnkit/v1/instances{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def run(platform, name, times=1):
    path = f"actions/{name}?blocking=true"
    with ThreadPoolExecutor(times) as threads:
        answers = list(threads.map(lambda _: platform.call("POST", path, json={}), range(times)))
    return [answer.json()["activationId"] for answer in answers]


def test_every_call_is_in_one_life(embedded, action, client):
    action("ct-lives", NAP)
    ids = run(embedded, "ct-lives", 5) + run(embedded, "ct-lives")
    found = lives.find(client, "ct-lives", 0)
    assert sorted(stay.activation_id for one in found.lives for stay in one.runs) == sorted(ids)
    assert (found.calls, found.begun) == (6, len(found.lives))
    assert 1 <= found.most <= 5
    view = show.view(found)
    assert view.data["calls"] == 6
    assert "<img" in view.html
    assert all(f"instance {one.id}<" in found.timeline().still for one in found.lives)


def test_only_what_was_there_since_a_moment_and_of_one_action(embedded, action, client):
    action("ct-then", NAP)
    action("ct-now", NAP)
    run(embedded, "ct-then")
    embedded.call("DELETE", "actions/ct-then")
    then = until(lambda: lives.find(client, "ct-then", 0), lambda found: not found.there)
    after = then.lives[0].released + 1
    run(embedded, "ct-now")
    names = {one.action for one in lives.find(client, None, after).lives}
    assert "/guest/ct-now" in names
    assert "/guest/ct-then" not in names
    assert lives.find(client, "ct-no-such", 0).lives == ()
    assert "none in this time" in show.view(lives.find(client, "ct-no-such", 0)).html


def test_they_are_their_callers_alone(embedded, action, other):
    action("ct-mine", NAP)
    run(embedded, "ct-mine")
    assert "/guest/ct-mine" in {one["action"] for one in told(embedded)["instances"]}
    assert "/guest/ct-mine" not in {one["action"] for one in told(other)["instances"]}
    assert embedded.call("GET", "/fnkit/v1/instances", auth=None).status_code == 401


def test_a_moment_that_is_none(embedded):
    refused = embedded.call("GET", "/fnkit/v1/instances?since=yesterday")
    assert (refused.status_code, "is no moment" in refused.json()["error"]) == (400, True)


def test_any_other_openwhisk_does_not_tell(embedded):
    props = load({"apihost": embedded.apihost, "auth": embedded.auth})
    with pytest.raises(BadArgument, match="does not tell of its instances"):
        lives.find(Client(props, Plain(Http(props))), None, 0)


def test_the_window_of_a_platform_and_that_of_an_action(own):
    """All go after a second; those of one action at once, those of another stay."""
    for name, keep in (("usual", None), ("at-once", 0), ("stays", 3600), ("nonsense", "soon")):
        notes = [] if keep is None else [{"key": KEEP, "value": keep}]
        body = {"exec": {"kind": "python:default", "code": NAP}, "annotations": notes}
        assert own.call("PUT", f"actions/{name}", json=body).status_code == 200
        run(own, name)

    def by_name():
        return {one["action"].rpartition("/")[2]: one for one in told(own)["instances"]}

    gone = until(by_name, lambda found: sum(one["state"] == "gone" for one in found.values()) == 3)
    assert gone["stays"]["state"] == "idle"
    assert {gone[name]["why"] for name in ("usual", "at-once", "nonsense")} == {"idle"}
    for name, least in (("usual", 1000), ("nonsense", 1000), ("at-once", 0)):
        assert gone[name]["released"] - gone[name]["runs"][-1]["end"] >= least - 1
    first = run(own, "at-once")[0]
    notes = {one["key"] for one in own.record(first)["annotations"]}
    assert "initTime" in notes, "nobody was left for it"
