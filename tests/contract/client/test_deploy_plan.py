"""What a deploy decides: created, updated, unchanged; one GET, one PUT, and all that the action is to be."""

import pytest

from fnkit.core.entities import Limits
from fnkit.core.errors import Rejected
from fnkit.delivery.order import Settings, Test
from fnkit.delivery.pipeline import deploy, preview
from fnkit.delivery.progress import Step
from fnkit.delivery.secrets import Secret
from fnkit.whisk.documents import Draft
from tests.contract.client.sources import ADA, EDITED


def test_create(client, spec, name):
    steps: list[Step] = []
    receipt = deploy(client, spec(), Settings(), ADA, steps.append)
    assert [step.text for step in steps if "Sending" in step.text] == [f"Sending {name}"]
    assert (receipt.did, receipt.version, str(receipt.name)) == ("created", "0.0.1", str(name))
    assert receipt.check.result == {"greeting": "Hello Hello Ada"}
    assert list(receipt.seconds) == ["build", "plan", "rehearse", "upload", "check"]
    there = client.actions.get(name)
    assert there.version == "0.0.1"
    assert there.annotations["fnkit"]["digest"] == receipt.plan.digest
    assert client.actions.result(name, {"name": "Bo"}) == {"greeting": "Hello Bo"}


def test_one_get_and_one_put(client, spec, sent):
    sent()
    deploy(client, spec(), Settings())
    assert sent() == ["GET", "PUT"]
    deploy(client, spec(EDITED), Settings())
    assert sent() == ["GET", "PUT"]


def test_unchanged_is_one_get(client, spec):
    settings = Settings(Limits(memory=128), {"times": 2}, (Secret("T", "hush"),), {"fnkit-network": False})
    first = deploy(client, spec(), settings, Test({"name": "Ada"}))
    start = len(client.transport.requests)
    again = deploy(client, spec(), settings, Test({"name": "Ada"}))
    assert client.transport.since(start) == [f"GET actions/{first.name}"]
    assert (again.did, again.version, again.plan.digest) == ("unchanged", "0.0.1", first.plan.digest)
    assert again.plan.reasons == ()
    assert list(again.seconds) == ["build", "plan"]
    assert deploy(client, spec(), settings).did == "unchanged"


def test_update(client, spec, sent, name):
    deploy(client, spec(), Settings(), ADA)
    sent()
    receipt = deploy(client, spec(EDITED), Settings(), ADA)
    # The second GET is the way back, in case the check fails.
    assert sent() == ["GET", "GET", "PUT", "POST"]
    assert (receipt.did, receipt.version) == ("updated", "0.0.2")
    assert receipt.plan.reasons[0].startswith("code: ")
    assert receipt.check.result == {"greeting": "Good day Good day Ada"}


def test_another_test_of_the_same_code(client, spec, sent):
    deploy(client, spec(), Settings(), ADA)
    sent()
    receipt = deploy(client, spec(), Settings(), Test({"name": "Bo"}))
    assert sent() == ["GET", "POST"]
    assert (receipt.did, receipt.check.result) == ("unchanged", {"greeting": "Hello Bo"})


def test_settings_are_all_that_is_there(client, spec, name):
    """What one deploy set and the next does not is gone; what others annotated stays."""
    full = Settings(Limits(memory=128, timeout=5000), {"times": 2}, (), {"a": 1, "b": 2})
    deploy(client, spec(), full)
    client.actions.put(name, Draft(annotations={"theirs": 3}), overwrite=True)
    receipt = deploy(client, spec(), Settings(annotations={"b": 5}))
    assert "changed by other means since 0.0.1: it is 0.0.2" in receipt.plan.reasons
    there = client.actions.get(name, code=False)
    assert there.limits == Limits()
    assert there.parameters == ()
    assert {key: there.annotations.get(key) for key in ("a", "b", "theirs")} == {"a": None, "b": 5, "theirs": 3}
    assert deploy(client, spec(), Settings(annotations={"b": 5})).did == "unchanged"


def test_preview_sends_nothing(client, spec, sent, name):
    plan = preview(client, spec(), Settings())
    assert (plan.change, sent()) == ("create", ["GET"])
    assert [path for layer, path, _ in plan.files if layer == "code"] == ["__main__.py"]
    assert 0 < plan.size < plan.limit
    assert client.actions.find(name) is None


def test_limits_that_the_platform_has_not_are_rejected(client, spec, name):
    with pytest.raises(Rejected, match="memory size 50 MB below allowed threshold of 128 MB"):
        deploy(client, spec(), Settings(Limits(memory=50)))
    assert client.actions.find(name) is None
