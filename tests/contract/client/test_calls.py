"""Calls as values: state, split, logs, tracebacks in the user's own terms; on ours and on any OpenWhisk."""

from dataclasses import replace
from pathlib import Path

import pytest

from fnkit.core.errors import ActionFailed, BadArgument, Missing
from fnkit.delivery import annotation
from fnkit.delivery.calls import invoke, look
from fnkit.whisk.client import Client
from fnkit.whisk.documents import Draft
from fnkit.whisk.messages import Request, Response, Transport

HELLO = (
    "def main(args):\n    print('at work')\n    return {'greeting': 'Hello ' + args.get('name', 'you') + '!'}\n"
)
SLOW = Path(__file__, "../../../actions/sleeps.py").resolve().read_text()
RAISES = (
    "import os\n\n\ndef inner(by):\n    return 1 / by\n\n\ndef main(args):\n    return {'x': inner(args['by'])}\n"
)
NOTE = {
    "digest": "0" * 64,
    "version": "0.0.1",
    "entry": {"name": "main", "parameters": [{"name": "by", "type": "integer", "required": True}]},
    "origins": [[4, 2, "In [3]", 1], [8, 2, "In [7]", 2]],
}


class Impatient:
    """A platform that lets nobody wait longer than 100 ms."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner

    def send(self, request: Request) -> Response:
        if "timeout" in request.query:
            request = replace(request, query={**request.query, "timeout": "100"})
        return self.inner.send(request)


@pytest.fixture
def put(client, name):
    def put(code: str, note: object = None):
        annotations = {annotation.NAME: note} if note else {}
        client.actions.put(
            name, Draft(exec={"kind": "python:default", "code": code}, annotations=annotations), False
        )
        return name

    return put


def test_a_blocking_call(client, put):
    call = invoke(client, put(HELLO), {"name": "Ada"})
    assert call.done
    assert (call.state, call.status) == ("done", "success")
    assert call.result == {"greeting": "Hello Ada!"}
    assert [line.partition("stdout: ")[2] for line in call.logs] == ["at work"]
    assert call.failure is None
    assert call.check() is call
    assert str(call).startswith(f"{call.action} {call.id}: success")


def test_cold_then_warm(client, embedded, put):
    name = put(HELLO)
    first, second = invoke(client, name, {}), invoke(client, name, {})
    assert first.began in ("cold", "prewarmed", "forked")
    assert first.split.init is not None
    assert second.began == "warm"
    assert second.split.init is None
    for call in (first, second):
        assert call.split.wait >= 0
        assert call.split.run + (call.split.init or 0) == call.activation.duration


def test_a_call_that_does_not_wait(client, embedded, put):
    call = invoke(client, put(SLOW), {"seconds": 0.3}, blocking=False)
    assert call.state in ("pending", "running")
    assert call.status == call.state
    assert (call.result, call.logs, call.done) == (None, (), False)
    assert call.check() is call
    later = call.wait(30)
    assert (later.state, later.result, later.id) == ("done", {"slept": 0.3}, call.id)
    assert later.began in ("cold", "prewarmed", "forked")
    assert later.refresh().activation == later.activation


def test_waiting_ends(client, put):
    call = invoke(client, put(SLOW), {"seconds": 2}, blocking=False)
    assert not call.wait(0.1).done
    assert call.wait(30).done


def test_any_openwhisk_tells_only_the_end(client, plain, put):
    assert plain.embedded is None
    call = invoke(plain, put(SLOW), {"seconds": 0.5}, blocking=False)
    assert call.state == "pending or running"
    assert call.began is None
    later = call.wait(30)
    assert (later.state, later.result) == ("done", {"slept": 0.5})
    assert later.split.init is not None
    assert look(plain, "0" * 32).state == "pending or running"


def test_a_blocking_call_that_is_sent_away_is_followed(client, put):
    impatient = Client(client.props, Impatient(client.transport))
    start = len(client.transport.requests)
    call = invoke(impatient, put(SLOW), {"seconds": 0.5})
    assert (call.state, call.result) == ("done", {"slept": 0.5})
    assert [line for line in client.transport.since(start) if line.startswith("POST")] == [
        f"POST actions/{call.action}"
    ]


def test_an_array_is_followed_to_its_record(client, put):
    call = invoke(client, put("def main(args):\n    return [1, 2]\n"), {})
    assert (call.status, call.result) == ("success", [1, 2])


def test_a_failing_action_shows_the_users_own_traceback(client, put):
    call = invoke(client, put(RAISES, NOTE), {"by": 0})
    assert call.status == "application error"
    failure = call.failure
    assert "division by zero" in failure.found
    assert failure.activation_id == call.id
    assert "In [7], line 3" in failure.advice
    assert "In [3], line 2" in failure.advice
    assert failure.advice.rstrip().endswith("ZeroDivisionError: division by zero")
    with pytest.raises(ActionFailed):
        call.check()
    # Found by its id alone, it is told in the same terms.
    again = look(client, call.id)
    assert again.action == call.action
    assert "In [3], line 2" in again.failure.advice


def test_a_later_version_does_not_lend_its_lines(client, put):
    call = invoke(client, put(RAISES, NOTE), {"by": 0})
    from fnkit.core.names import ActionName

    client.actions.put(ActionName.parse(call.action), Draft(), overwrite=True)
    assert "In [3]" not in look(client, call.id).failure.advice


def test_on_any_openwhisk_a_failure_has_its_traceback_too(client, plain, put):
    assert "In [3], line 2" in invoke(plain, put(RAISES, NOTE), {"by": 0}).failure.advice


def test_code_that_cannot_be_imported(client, put):
    call = invoke(client, put("\n\n\nraise ValueError('early')\n", NOTE), {"by": 1})
    assert call.status == "action developer error"
    assert "In [3], line 1" in call.failure.advice
    assert call.failure.advice.endswith("ValueError: early")


def test_an_action_that_dies(client, put):
    call = invoke(client, put("import os\n\ndef main(args):\n    os._exit(3)\n"), {})
    assert call.status == "action developer error"
    assert call.failure.found.startswith("action developer error: ")
    assert call.id in call.failure.advice


def test_a_misspelt_name_is_not_sent(client, put):
    name = put(RAISES, NOTE)
    start = len(client.transport.requests)
    with pytest.raises(BadArgument, match="Did you mean by"):
        invoke(client, name, {"byy": 1})
    assert not [line for line in client.transport.since(start) if line.startswith("POST")]


def test_nothing_of_that_name(client, name):
    with pytest.raises(Missing, match=f"GET action {name}"):
        invoke(client, name, {})


def test_no_activation_of_that_id(client, embedded):
    with pytest.raises(Missing, match="there is none with this id"):
        look(client, "0" * 32)
