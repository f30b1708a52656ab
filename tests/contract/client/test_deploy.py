"""The line of a deploy against a platform: what is sent, what is refused, what is put back."""

from pathlib import Path

import pytest

from fnkit.action import cell
from fnkit.action.spec import ActionSpec, Wishes
from fnkit.delivery.order import Settings, Test
from fnkit.delivery.pipeline import deploy, preview

HELLO = '''
GREETING = "Hello"


def main(name: str = "you", times: int = 1):
    return {"greeting": " ".join([GREETING] * times) + " " + name}
'''


@pytest.fixture
def spec(tmp_path: Path, name):
    """A spec of a script's text, under this test's name."""

    def make(text: str = HELLO) -> ActionSpec:
        script = tmp_path / "script.py"
        script.write_text(text)
        return cell.from_path(name, script, Wishes())

    return make


def actions(lines: list[str]) -> list[str]:
    """Of noted requests, those for actions."""
    return [line.partition("/t")[0] for line in lines if "actions/" in line]


def test_create(client, spec, name):
    receipt = deploy(client, spec(), Settings(), Test({"name": "Ada", "times": 2}))
    assert (receipt.did, receipt.version, str(receipt.name)) == ("created", "0.0.1", str(name))
    assert receipt.check.result == {"greeting": "Hello Hello Ada"}
    assert list(receipt.seconds) == ["build", "plan", "rehearse", "upload", "check"]
    there = client.actions.get(name)
    assert there.version == "0.0.1"
    assert there.annotations["fnkit"]["digest"] == receipt.plan.digest
    assert client.actions.result(name, {"name": "Bo"}) == {"greeting": "Hello Bo"}
