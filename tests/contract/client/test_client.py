"""The client against a platform, over HTTP: every collection, every way to invoke."""

import contextlib
from pathlib import Path

import pytest

from fnkit.core.entities import Limits
from fnkit.core.errors import Conflict, Missing, PlatformFault, Rejected, Unauthorized
from fnkit.core.names import ActionName, EntityName
from fnkit.whisk.client import Client
from fnkit.whisk.documents import Draft, Parameter, sequence
from fnkit.whisk.props import load

HELLO = (
    "def main(args):\n    print('at work')\n    return {'greeting': 'Hello ' + args.get('name', 'you') + '!'}\n"
)
SLOW = Path(__file__, "../../../actions/sleeps.py").resolve().read_text()
RAISES = "def main(args):\n    return {'x': 1 / args['by']}\n"
LIST = "def main(args):\n    return [1, 2, 3]\n"
KIND = "python:default"


def draft(code: str = HELLO, **more) -> Draft:
    return Draft(exec={"kind": KIND, "code": code}, **more)


def done(client: Client, activation_id: str):
    """The record, awaited."""
    from fnkit.delivery.calls import look

    return look(client, activation_id).wait(30).activation


def test_create_get_update_list_delete(client, name):
    assert client.actions.find(name) is None
    parameters = (Parameter("name", "Ada"), Parameter("TOKEN", "hush", init=True))
    made = client.actions.put(
        name,
        draft(parameters=parameters, limits=Limits(memory=128), annotations={"k": {"a": [1]}}),
        overwrite=False,
    )
    assert (made.name, made.version, made.limits.memory) == (name.name, "0.0.1", 128)
    got = client.actions.get(name)
    assert got.exec["code"] == HELLO
    assert sorted(got.parameters, key=lambda p: p.name) == sorted(parameters, key=lambda p: p.name)
    assert got.annotations["k"] == {"a": [1]}
    assert "hush" not in repr(got)
    assert HELLO not in repr(got)
    assert "code" not in client.actions.get(name, code=False).exec
    with pytest.raises(Conflict, match="resource already exists"):
        client.actions.put(name, draft(), overwrite=False)
    updated = client.actions.put(name, Draft(annotations={"other": 1}, drop=("k",)), overwrite=True)
    assert updated.version == "0.0.2"
    assert "k" not in updated.annotations
    assert updated.annotations["other"] == 1
    assert updated.exec["code"] == HELLO
    assert client.actions.put(name, Draft(version="0.1.0", limits=Limits()), overwrite=True).version == "0.1.0"
    listed = next(action for action in client.actions.list(limit=200) if action.name == name.name)
    assert (listed.version, listed.kind) == ("0.1.0", updated.kind)
    assert client.actions.delete(name).version == "0.1.0"
    with pytest.raises(Missing, match="The requested resource does not exist") as caught:
        client.actions.get(name)
    assert caught.value.status == 404


def test_a_sequence(client, name):
    step = ActionName(f"{name.name}-step")
    client.actions.put(step, draft(), overwrite=False)
    made = client.actions.put(name, Draft(exec=sequence([step, step])), overwrite=False)
    assert (made.kind, made.components) == ("sequence", (f"/{made.namespace}/{step.name}",) * 2)
    assert client.actions.get(name) == made
    assert made.code is None
    call = client.actions.call(name, {"name": "Ada"})
    client.actions.delete(step)
    assert call.activation.result == {"greeting": "Hello you!"}
    steps = [done(client, one) for one in call.activation.logs]
    assert [(one.name, one.cause) for one in steps] == [(step.name, call.activation_id)] * 2


def test_blocking_call(client, name):
    client.actions.put(name, draft(), overwrite=False)
    call = client.actions.call(name, {"name": "Ada"})
    assert call.activation.success
    assert call.activation.result == {"greeting": "Hello Ada!"}
    assert call.activation.id == call.activation_id
    record = done(client, call.activation_id)
    assert [line.partition("stdout: ")[2] for line in record.logs] == ["at work"]
    assert client.activations.logs(call.activation_id) == record.logs
    assert client.activations.result(call.activation_id)["result"] == {"greeting": "Hello Ada!"}


def test_call_that_does_not_wait(client, name):
    client.actions.put(name, draft(), overwrite=False)
    record = done(client, client.actions.start(name, {}))
    assert record.result == {"greeting": "Hello you!"}
    listed = client.activations.list(name.name)
    assert [(one.id, one.status) for one in listed] == [(record.id, "success")]
    assert listed[0].path.endswith(f"/{name.name}")
    assert listed[0].duration == record.duration


def test_the_answer_alone(client, name):
    client.actions.put(name, draft(), overwrite=False)
    assert client.actions.result(name, {"name": "Bo"}) == {"greeting": "Hello Bo!"}
    client.actions.put(name, draft(RAISES), overwrite=True)
    assert client.actions.result(name, {"by": 0}) == {"error": "division by zero"}


def test_a_failing_action_is_an_answer(client, name):
    client.actions.put(name, draft(RAISES), overwrite=False)
    call = client.actions.call(name, {"by": 0})
    assert call.activation.status == "application error"
    assert call.activation.result == {"error": "division by zero"}


def test_a_bare_array_has_a_record_too(client, name):
    client.actions.put(name, draft(LIST), overwrite=False)
    call = client.actions.call(name, {})
    assert call.activation is None
    assert done(client, call.activation_id).result == [1, 2, 3]


def test_a_call_that_is_not_over_in_time(client, name):
    client.actions.put(name, draft(SLOW), overwrite=False)
    call = client.actions.call(name, {"seconds": 1}, wait=100)
    assert call.activation is None
    assert done(client, call.activation_id).result == {"slept": 1}
    with pytest.raises(PlatformFault, match="HTTP 202"):
        client.actions.result(name, {"seconds": 1}, wait=100)


def test_a_bound_copy_has_parameters_of_its_own(client):
    provider, copy = "t-provider", "t-copy"
    try:
        made = client.packages.create(
            provider, (Parameter("a", 1), Parameter("b", 1)), {"note": "x"}, publish=True
        )
        assert (made.publish, made.annotations["note"]) == (True, "x")
        client.actions.put(ActionName("inside", provider), draft(), overwrite=False)
        bound = client.packages.bind(copy, EntityName(provider), (Parameter("a", 2),))
        assert bound.binding.endswith(f"/{provider}")
        seen = client.packages.get(copy)
        assert seen.actions == ("inside",)
        assert {one.name: one.value for one in seen.parameters} == {"a": 2, "b": 1}
        with pytest.raises(Rejected, match="another package binding"):
            client.packages.bind("t-copy-of-copy", EntityName(copy))
        with pytest.raises(Conflict):
            client.packages.bind(copy, EntityName(provider))
    finally:
        for forget in (
            lambda: client.packages.delete(copy),
            lambda: client.actions.delete(ActionName("inside", provider)),
            lambda: client.packages.delete(provider),
        ):
            with contextlib.suppress(Missing):
                forget()


def test_packages(client):
    package = "t-package"
    assert client.packages.find(package) is None
    name = ActionName("inside", package)
    with pytest.raises(Missing):
        client.actions.put(name, draft(), overwrite=False)
    assert client.packages.create(package).name == package
    try:
        client.actions.put(name, draft(), overwrite=False)
        assert client.actions.get(name).path == "t-package/inside"
        assert client.packages.get(package).actions == ("inside",)
        assert [action.path for action in client.actions.list(package)] == ["t-package/inside"]
        assert client.actions.result(name, {}) == {"greeting": "Hello you!"}
        assert package in [one.name for one in client.packages.list(200)]
        with pytest.raises(Conflict, match="Package not empty"):
            client.packages.delete(package)
    finally:
        client.actions.delete(name)
        client.packages.delete(package)


def test_the_namespace_and_its_limits(client):
    assert client.namespaces.own()
    assert client.namespaces.limits()["invocationsPerMinute"] > 0


def test_names_with_spaces_and_signs(client):
    name = ActionName("a b&c@d.e-f")
    try:
        client.actions.put(name, draft(), overwrite=False)
        assert client.actions.get(name).name == "a b&c@d.e-f"
        assert client.actions.result(name, {}) == {"greeting": "Hello you!"}
    finally:
        client.actions.delete(name)


def test_a_wrong_key(platform):
    wrong = Client(load({"apihost": platform.apihost, "auth": "nobody:" + "x" * 64}))
    with pytest.raises(Unauthorized, match="The supplied authentication is invalid") as caught:
        wrong.namespaces.own()
    assert "x" * 10 not in str(caught.value)


def test_a_wrong_key_does_not_make_an_embedded_platform_another_one(platform, embedded):
    wrong = Client(load({"apihost": platform.apihost, "auth": "nobody:" + "x" * 64}))
    with pytest.raises(Unauthorized, match="GET the platform"):
        _ = wrong.embedded


def test_what_an_embedded_platform_has_beyond(client, embedded, name):
    start = len(client.transport.requests)
    assert client.embedded.info["fnkit"]
    assert client.embedded is client.embedded
    assert client.transport.since(start) == ["GET /fnkit/v1"]
    client.actions.put(name, draft(SLOW), overwrite=False)
    activation_id = client.actions.start(name, {"seconds": 0.2})
    assert client.embedded.progress(activation_id).state in ("pending", "running")
    record = done(client, activation_id)
    progress = client.embedded.progress(activation_id)
    assert (progress.state, progress.began in ("cold", "prewarmed", "forked")) == ("done", True)
    assert progress.init == record.init_time
    assert "instances" in client.embedded.pool()


def test_objects(client, embedded):
    store = client.embedded
    stored = store.put_object("a b/photo.jpg", b"bytes", "image/jpeg")
    assert (stored.key, stored.size) == ("a b/photo.jpg", 5)
    assert store.get_object("a b/photo.jpg") == b"bytes"
    assert store.has_object("a b/photo.jpg")
    assert store.objects("a b/") == [stored]
    store.delete_object("a b/photo.jpg")
    assert not store.has_object("a b/photo.jpg")
    with pytest.raises(Missing):
        store.get_object("a b/photo.jpg")
