"""The test on the platform: where it gives another answer, what was there before comes back."""

import pytest

from fnkit.core.entities import Limits
from fnkit.core.errors import CheckFailed, Refused
from fnkit.delivery.order import Settings, Test
from fnkit.delivery.pipeline import deploy
from fnkit.delivery.progress import Step
from fnkit.delivery.secrets import Secret
from fnkit.whisk.client import Client
from fnkit.whisk.documents import Draft
from fnkit.whisk.messages import Request, Response, Transport
from tests.contract.client.sources import ADA, EDITED, FICKLE


class Broken:
    """A platform to which the connection breaks at the first request that `breaks` names."""

    def __init__(self, inner: Transport, breaks: str, error: BaseException) -> None:
        self.inner = inner
        self.breaks = breaks
        self.error = error

    def send(self, request: Request) -> Response:
        if request.method == self.breaks:
            raise self.error
        return self.inner.send(request)


def test_a_new_action_that_fails_its_check_is_taken_away(client, spec, name):
    with pytest.raises(
        CheckFailed, match=rf"Checking {name} on .*where is .*, expected .* was taken away again\."
    ):
        deploy(client, spec(FICKLE), Settings(), Test({}))
    assert client.actions.find(name) is None


def test_the_previous_version_is_put_back(client, spec, name):
    settings = Settings(Limits(memory=128), {"times": 2}, (Secret("T", "hush"),), {"a": 1})
    deploy(client, spec(), settings, Test({"name": "Ada"}))
    before = client.actions.get(name)
    steps: list[Step] = []
    with pytest.raises(CheckFailed, match=r"0\.0\.1 is back, as 0\.0\.3\."):
        deploy(client, spec(FICKLE), Settings(annotations={"new": 1}), Test({}), steps.append)
    assert [step.stage for step in steps][-1] == "restore"
    after = client.actions.get(name)
    assert after.exec == before.exec
    assert (after.limits, after.parameters) == (before.limits, before.parameters)
    note = {**before.annotations["fnkit"], "version": "0.0.3"}
    assert after.annotations == {**before.annotations, "fnkit": note}
    assert client.actions.result(name, {"name": "Bo"}) == {"greeting": "Hello Hello Bo"}
    assert deploy(client, spec(), settings, Test({"name": "Ada"})).did == "unchanged"


@pytest.mark.parametrize(
    "error", [Refused("POST", "it broke"), KeyboardInterrupt()], ids=["broken", "interrupted"]
)
def test_a_check_that_cannot_be_made_puts_back_too(client, spec, name, error):
    deploy(client, spec(), Settings(), ADA)
    broken = Client(client.props, Broken(client.transport, "POST", error))
    broken.__dict__["embedded"] = client.embedded
    with pytest.raises((CheckFailed, KeyboardInterrupt)) as caught:
        deploy(broken, spec(EDITED), Settings(), ADA)
    assert "is back, as 0.0.3." in str(caught.value) + "".join(getattr(caught.value, "__notes__", []))
    assert client.actions.result(name, {"name": "Bo"}) == {"greeting": "Hello Bo"}


def test_an_action_that_is_not_fnkits_is_replaced_and_can_come_back(client, spec, name):
    code = "def main(args):\n    return {'by': 'hand'}\n"
    client.actions.put(name, Draft(exec={"kind": "python:default", "code": code}), overwrite=False)
    with pytest.raises(CheckFailed):
        deploy(client, spec(FICKLE), Settings(), Test({}))
    assert client.actions.result(name, {}) == {"by": "hand"}
    assert "fnkit" not in client.actions.get(name).annotations
    assert deploy(client, spec(), Settings()).did == "updated"
