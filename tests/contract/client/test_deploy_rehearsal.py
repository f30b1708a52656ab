"""The test on this machine: the cell and the action file agree before anything is sent."""

import asyncio
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path

import pytest

from fnkit.core.entities import Limits
from fnkit.core.errors import BadArgument, CheckFailed
from fnkit.delivery.calls import invoke
from fnkit.delivery.order import Settings, Test
from fnkit.delivery.pipeline import deploy
from tests.contract.client.sources import ADA, FICKLE, RAISES, TIRED


def test_a_cell_that_differs_from_its_file_sends_nothing(client, spec, sent):
    with pytest.raises(CheckFailed, match=r"Comparing the cell with the action file .*greeting"):
        deploy(client, spec(), Settings(), replace(ADA, function=lambda name, times: {"greeting": name * times}))
    assert sent() == ["GET"]


def test_a_cell_that_raises_sends_nothing(client, spec, sent):
    def function(name, times):
        raise ValueError("no such " + name)

    with pytest.raises(CheckFailed, match="in the notebook on the test input: ValueError: no such Ada") as caught:
        deploy(client, spec(), Settings(), replace(ADA, function=function))
    assert isinstance(caught.value.__cause__, ValueError)
    assert sent() == ["GET"]


def test_a_file_that_fails_alone_sends_nothing(client, spec, sent):
    with pytest.raises(CheckFailed, match=r"script\.py, line 3") as caught:
        deploy(client, spec(RAISES), Settings(), Test({"by": 0}))
    assert "division by zero" in caught.value.found
    assert sent() == ["GET"]


def test_a_misspelt_test_sends_nothing(client, spec, sent):
    with pytest.raises(BadArgument, match="Did you mean times"):
        deploy(client, spec(), Settings(), Test({"tiems": 2}))
    with pytest.raises(BadArgument, match="No such file"):
        deploy(client, spec(), Settings(), Test({"name": Path("none.jpg")}))
    assert sent() == []


def test_the_cell_gets_what_the_action_gets(client, spec, tmp_path):
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"not really")
    got: list[object] = []

    def function(name, times):
        got.append(name)
        return {"greeting": f"Hello Hello {name}"}

    receipt = deploy(client, spec(), Settings(parameters={"times": 2}), Test({"name": photo}, function=function))
    assert got == ["data:image/png;base64,bm90IHJlYWxseQ=="]
    assert receipt.check.result["greeting"].endswith("bm90IHJlYWxseQ==")


def test_the_cell_may_run_a_loop_inside_the_kernels(client, spec):
    """A kernel runs cells inside a loop of its own."""
    greeting = ContextVar("greeting")

    async def answer(name, times):
        return {"greeting": " ".join([greeting.get()] * times) + f" {name}"}

    def function(name, times):
        return asyncio.run(answer(name, times))

    async def kernel():
        greeting.set("Hello")
        return deploy(client, spec(), Settings(), replace(ADA, function=function))

    assert asyncio.run(kernel()).check.result == {"greeting": "Hello Hello Ada"}


@pytest.mark.parametrize("error", [KeyError("x"), SystemExit(3)])
def test_what_the_cell_raises_comes_out_as_it_is(client, spec, error):
    def function(name, times):
        raise error

    with pytest.raises((CheckFailed, SystemExit)) as caught:
        deploy(client, spec(), Settings(), replace(ADA, function=function))
    assert error in (caught.value, caught.value.__cause__)


def test_ignored_keys_may_differ(client, spec):
    receipt = deploy(client, spec(FICKLE), Settings(), Test({}, ignore=("where",)))
    assert receipt.check.result["where"].endswith(f"/{receipt.name}")


def test_a_failing_action_is_told_in_the_users_terms(client, spec, name):
    deploy(client, spec(RAISES), Settings())
    failure = invoke(client, name, {"by": 0}).failure
    assert "division by zero" in failure.found
    assert "script.py, line 3" in failure.advice
    assert "script.py, line 7" in failure.advice
    assert "__main__" not in failure.advice


def test_the_rehearsal_has_the_actions_time(client, spec, sent):
    with pytest.raises(CheckFailed, match="exceeded its time limits of 300 milliseconds"):
        deploy(client, spec(TIRED), Settings(Limits(timeout=300)), Test({}))
    assert sent() == ["GET"]
