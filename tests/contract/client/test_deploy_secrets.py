"""A secret of a deploy reaches the action and nothing else."""

import hashlib
import json

import pytest

from fnkit.core.errors import CheckFailed
from fnkit.core.places import cache
from fnkit.delivery.order import Settings, Test
from fnkit.delivery.pipeline import deploy, rehearse
from fnkit.delivery.secrets import Secret
from tests.contract.client.sources import SECRETIVE, TALKATIVE


def test_a_secret_reaches_the_action_and_nothing_else(client, spec, name, capfd):
    secret = Secret("API_TOKEN", "hush-" + "x" * 20)
    digest = {"digest": hashlib.sha256(secret.value.encode()).hexdigest()}
    receipt = deploy(client, spec(SECRETIVE), Settings(secrets=(secret,)), Test({}))
    assert receipt.check.result == digest
    there = client.actions.get(name)
    assert [(p.name, p.init) for p in there.parameters] == [("API_TOKEN", True)]
    seen = [receipt, receipt.plan, there, *client.transport.requests, capfd.readouterr()]
    assert secret.value not in " ".join(map(repr, seen)) + " ".join(map(str, seen))
    assert secret.value not in json.dumps(dict(there.annotations))
    assert secret.value.encode() not in receipt.plan.wanted.bundle.zip
    changed = deploy(client, spec(SECRETIVE), Settings(secrets=(Secret("API_TOKEN", "other"),)))
    assert changed.plan.reasons == ("secret API_TOKEN: another value",)
    telling = deploy(client, spec(TALKATIVE), Settings(secrets=(secret,)), Test({}))
    assert telling.check.result["token"] == secret.value
    assert [
        path for path in cache().rglob("*") if path.is_file() and secret.value.encode() in path.read_bytes()
    ] == []


def test_what_is_shown_of_a_rehearsal_has_no_secret_in_it(client, spec):
    secret = Secret("API_TOKEN", "hush\n" + "x" * 90 + "'")
    settings = Settings(secrets=(secret,))
    alone = rehearse(client, spec(TALKATIVE), settings, Test({}))
    assert (alone.result["token"], alone.logs) == ("•••", ("the token is •••",))
    wrong = Test({"fail": False}, function=lambda fail: {"token": "mine", "all": secret.value})
    for test in (Test({"fail": True}), wrong):
        with pytest.raises(CheckFailed) as caught:
            deploy(client, spec(TALKATIVE), settings, test)
        assert "•••" in str(caught.value)
        assert "hush" not in str(caught.value)
        assert "xxx" not in str(caught.value)


def test_another_secret_is_another_test(client, spec):
    def deployed(value: str, test: Test | None):
        return deploy(client, spec(SECRETIVE), Settings(secrets=(Secret("API_TOKEN", value),)), test)

    for value in ("first", "second"):
        digest = hashlib.sha256(value.encode()).hexdigest()
        assert deployed(value, Test({})).check.result == {"digest": digest}
    again = deployed("second", Test({}))
    assert (again.did, again.check, again.passed_before) == ("unchanged", None, True)
    assert "passed before" in str(again)
    deployed("first", None)
    assert deployed("first", Test({})).check is not None, "what passed before had another secret"
