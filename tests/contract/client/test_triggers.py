"""The client's triggers, rules and feeds, over HTTP."""

import contextlib
import json

import pytest

from fnkit.core.errors import ActionFailed, BadArgument, Conflict, Missing, Rejected
from fnkit.core.names import ActionName, EntityName
from fnkit.whisk.documents import Draft, Parameter
from tests.contract.client.test_client import done

ECHO = "def main(args):\n    return {'got': args}\n"
FEED = """
def main(args):
    event = args['lifecycleEvent']
    if args.get('fails') == event or (event == 'DELETE' and args['triggerName'].endswith('stuck')):
        return {'error': 'no such source'}
    given = {'key': bool(args['authKey']), 'every': args.get('every')}
    return {'event': event, 'trigger': args['triggerName'], **given}
"""


def draft(code, **more):
    return Draft(exec={"kind": "python:default", "code": code}, **more)


@pytest.fixture
def trigger(client, request):
    """A name for a trigger; what is left of it is taken away afterwards."""
    name = f"cl {request.node.name}"[:60]
    yield name
    for collection in (client.rules, client.triggers):
        with contextlib.suppress(Missing):
            collection.delete(f"{name} rule" if collection is client.rules else name)


@pytest.fixture
def rule(trigger):
    return f"{trigger} rule"


def test_put_get_list_delete(client, trigger):
    assert client.triggers.find(trigger) is None
    made = client.triggers.put(trigger, [Parameter("a", 1)], {"n": [1]})
    assert (made.name, made.version, made.annotations, made.rules, made.feed) == (
        trigger,
        "0.0.1",
        {"n": [1]},
        {},
        None,
    )
    assert client.triggers.get(trigger) == made
    assert trigger in [one.name for one in client.triggers.list(200)]
    with pytest.raises(Conflict, match="resource already exists"):
        client.triggers.put(trigger)
    changed = client.triggers.put(trigger, annotations={}, overwrite=True)
    assert (changed.version, changed.annotations, changed.parameters) == ("0.0.2", {}, (Parameter("a", 1),))
    assert client.triggers.delete(trigger) == changed
    with pytest.raises(Missing):
        client.triggers.fire(trigger)


def test_a_rule_from_its_making_to_its_end(client, trigger, rule, name):
    client.triggers.put(trigger)
    with pytest.raises(Rejected, match=f"action /.*/{name.name} does not exist"):
        client.rules.put(rule, EntityName(trigger), name)
    client.actions.put(name, draft(ECHO), overwrite=False)
    assert client.rules.find(rule) is None
    assert client.triggers.fire(trigger) is None
    made = client.rules.put(rule, EntityName(trigger), name)
    assert (made.active, made.trigger, made.action) == (
        True,
        f"{made.namespace}/{trigger}",
        f"{made.namespace}/{name.name}",
    )
    assert client.rules.get(rule) == made
    assert [one.active for one in client.rules.list(200) if one.name == rule] == [None]
    record = done(client, client.triggers.fire(trigger, {"n": 1}))
    assert (record.success, record.result, record.end) == (True, {"n": 1}, None)
    line = json.loads(record.logs[0])
    assert line["rule"] == f"{made.namespace}/{rule}"
    assert done(client, line["activationId"]).result["got"]["n"] == 1
    client.rules.disable(rule)
    linked = client.triggers.get(trigger).rules[f"{made.namespace}/{rule}"]
    assert (linked.active, linked.action) == (False, made.action)
    assert client.triggers.fire(trigger) is None
    assert client.rules.put(rule, EntityName(trigger), name, overwrite=True).active is False
    client.rules.enable(rule)
    assert client.rules.get(rule).active is True
    client.triggers.delete(trigger)
    assert client.rules.get(rule).active is False
    with pytest.raises(Missing, match="Only rules with existing triggers can be activated"):
        client.rules.enable(rule)
    assert client.rules.delete(rule).name == rule


def test_a_feed_is_told_what_happens_to_its_trigger(client, trigger, name):
    client.actions.put(name, draft(FEED, annotations={"feed": True}), overwrite=False)
    made = client.feeds.create(trigger, name, {"every": 5})
    assert made.feed == f"/_/{name.name}"
    assert client.triggers.get(trigger) == made
    for event in ("READ", "UPDATE", "PAUSE", "UNPAUSE"):
        told = client.feeds.tell(made, event, {"every": 7})
        assert told == {"event": event, "trigger": f"/{made.namespace}/{trigger}", "key": True, "every": 7}
    assert client.feeds.delete(trigger) == made
    assert client.triggers.find(trigger) is None


def test_a_trigger_whose_feed_fails_is_not_there(client, trigger, name):
    client.actions.put(name, draft(FEED), overwrite=False)
    with pytest.raises(ActionFailed, match="no such source"):
        client.feeds.create(trigger, name, {"fails": "CREATE"})
    assert client.triggers.find(trigger) is None
    with pytest.raises(Missing):
        client.feeds.create(trigger, ActionName("cl-no-such-feed"), {})
    assert client.triggers.find(trigger) is None


def test_a_feed_that_does_not_end_keeps_its_trigger(client, name):
    client.actions.put(name, draft(FEED), overwrite=False)
    client.feeds.create("cl-stuck", name, {})
    try:
        with pytest.raises(ActionFailed, match="DELETE of the feed"):
            client.feeds.delete("cl-stuck")
        assert client.triggers.find("cl-stuck")
    finally:
        client.triggers.delete("cl-stuck")


def test_a_trigger_without_a_feed_cannot_be_asked_for_it(client, trigger):
    made = client.triggers.put(trigger)
    with pytest.raises(BadArgument, match="has no feed"):
        client.feeds.tell(made, "READ")
