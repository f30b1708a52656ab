"""A project on any OpenWhisk: feeds that the platform does not have are noted for who watches elsewhere."""

import pytest

from fnkit.core.errors import Missing
from fnkit.delivery import watching
from fnkit.events.wiring import NOTE
from fnkit.project import apply
from fnkit.project.environment import MARK
from fnkit.project.manifest import Project, Rule, Trigger
from fnkit.project.present import present
from fnkit.whisk.client import Client

OURS, OTHERS = "/whisk.system/storage/changes", "/whisk.system/messaging/kafka"


class Feedless:
    """The platform without any feed: nothing of whisk.system can be looked at."""

    def __init__(self, inner) -> None:
        self.inner = inner

    def send(self, request):
        if "/whisk.system/" in request.path:
            raise Missing("GET", "HTTP 404", status=404)
        return self.inner.send(request)


@pytest.fixture
def feedless(client):
    """A client whose platform has no feeds; what it makes goes afterwards."""
    yield Client(client.props, Feedless(client.transport))
    for change in apply.everything(present(client, "p")):
        apply.drop(client, change)


def project(feed, **told):
    mark = {MARK: "p"}
    trigger = Trigger("pf-landed", feed, told, mark)
    return Project(
        "p", triggers=(trigger,), rules=(Rule("pf-rule", "pf-landed", "/whisk.system/utils/echo"),), mark="p"
    )


def made(client, wanted):
    done = []
    for change, make in apply.beside(client, wanted):
        if change.does != "unchanged":
            make()
        done.append((change.does, change.kind, *change.reasons))
    return done


def test_what_has_to_be_watched_is_noted(feedless):
    reason = "the platform has no such feed: keep fnkit feeds run running"
    wanted = project(OURS, store="s3://films", suffix=".mkv")
    assert made(feedless, wanted) == [("create", "trigger"), ("create", "rule"), ("create", "feed", reason)]
    assert made(feedless, wanted) == [("unchanged", "trigger"), ("unchanged", "rule"), ("unchanged", "feed")]
    note = dict(watching.noted(feedless))["pf-landed"]
    assert (note["kind"], note["parameters"]["store"], note["label"]) == (
        "storage",
        "s3://films",
        "s3://films/*.mkv",
    )
    other = project(OURS, store="s3://other")
    assert made(feedless, other)[-1] == ("update", "feed", "it is told something else", reason)
    assert dict(watching.noted(feedless))["pf-landed"]["parameters"]["store"] == "s3://other"
    assert made(feedless, project(None))[0] == ("update", "trigger", "feed: one that is watched elsewhere → none")
    assert not dict(watching.noted(feedless))


def test_a_feed_of_somebody_else_that_is_not_there_is_told(feedless):
    with pytest.raises(Missing):
        made(feedless, project(OTHERS, topic="x"))
    there = feedless.triggers.get("pf-landed")
    assert there.feed is None
    assert NOTE not in there.annotations
