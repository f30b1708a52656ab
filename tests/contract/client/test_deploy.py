"""The line of a deploy against a platform: what is sent, what is refused, what is put back."""

import asyncio
import hashlib
import json
import zipfile
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path

import pytest

from fnkit.action import cell
from fnkit.action.spec import ActionSpec, Wishes
from fnkit.core.canonical import sha256
from fnkit.core.entities import PAYLOAD_LIMIT, Limits, ModelFile
from fnkit.core.errors import BadArgument, CheckFailed, Missing, Refused, Rejected, TooLarge
from fnkit.core.names import ActionName
from fnkit.core.places import cache
from fnkit.delivery.calls import invoke
from fnkit.delivery.order import Settings, Test
from fnkit.delivery.pipeline import deploy, preview, rehearse
from fnkit.delivery.progress import Step
from fnkit.delivery.secrets import Secret
from fnkit.whisk.client import Client
from fnkit.whisk.documents import Draft
from fnkit.whisk.messages import Request, Response, Transport

HELLO = """
GREETING = "Hello"


def main(name: str = "you", times: int = 1):
    return {"greeting": " ".join([GREETING] * times) + " " + name}
"""
EDITED = HELLO.replace('"Hello"', '"Good day"')
# What it answers on a platform is not what it answered in the rehearsal.
FICKLE = """
import os


def main(name: str = "you"):
    return {"where": os.environ["__OW_ACTION_NAME"]}
"""
RAISES = """
def inner(by):
    return 1 / by


def main(by: int):
    return {"x": inner(by)}
"""
SECRETIVE = """
import hashlib
import os


def main():
    return {"digest": hashlib.sha256(os.environ["API_TOKEN"].encode()).hexdigest()}
"""
TALKATIVE = """
import os


def main(fail: bool = False):
    print("the token is", os.environ["API_TOKEN"])
    if fail:
        raise ValueError(os.environ["API_TOKEN"])
    return {"token": os.environ["API_TOKEN"], "all": repr(os.environ["API_TOKEN"])}
"""
TIRED = """
import time


def main():
    time.sleep(0.8)
    return {}
"""
SIZE = """
import urllib.request


def main(photo: str, note: str = ""):
    with urllib.request.urlopen(photo) as stream:
        return {"size": len(stream.read()), "note": note}
"""


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


class Plain:
    """The platform as any OpenWhisk: it knows nothing of /fnkit/v1."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner

    def send(self, request: Request) -> Response:
        if request.path.startswith("/fnkit"):
            raise Missing("GET", "HTTP 405", status=405)
        return self.inner.send(request)


@pytest.fixture
def spec(tmp_path: Path, name):
    """A spec of a script's text, under this test's name."""

    def make(text: str = HELLO) -> ActionSpec:
        script = tmp_path / "script.py"
        script.write_text(text)
        return cell.from_path(name, script, Wishes())

    return make


@pytest.fixture
def sent(client):
    """The requests for actions since the last question: `GET`, `PUT`, `POST`, …"""
    seen = 0

    def ask() -> list[str]:
        nonlocal seen
        new, seen = client.transport.since(seen), len(client.transport.requests)
        return [line.partition(" ")[0] for line in new if " actions/" in line]

    return ask


ADA = Test({"name": "Ada", "times": 2})


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


def test_the_rehearsal_has_the_actions_time(client, spec, sent):
    with pytest.raises(CheckFailed, match="exceeded its time limits of 300 milliseconds"):
        deploy(client, spec(TIRED), Settings(Limits(timeout=300)), Test({}))
    assert sent() == ["GET"]


def test_a_large_file_goes_through_the_object_store(client, embedded, spec, name, tmp_path):
    photo = tmp_path / "large.jpg"
    photo.write_bytes(b"\xff\xd8" + bytes(PAYLOAD_LIMIT))
    deploy(client, spec(SIZE), Settings())
    call = invoke(client, name, {"photo": photo, "note": "small"}).check()
    assert call.result == {"size": PAYLOAD_LIMIT + 2, "note": "small"}
    kept = client.embedded.objects("arguments/")
    assert PAYLOAD_LIMIT + 2 in [one.size for one in kept if one.key.endswith(".jpg")]
    tested = deploy(client, spec(SIZE), Settings(), Test({"photo": photo}))
    assert tested.check.result == {"size": PAYLOAD_LIMIT + 2, "note": ""}


def test_a_large_file_for_an_action_without_a_network(client, embedded, spec, name, tmp_path):
    photo = tmp_path / "large.jpg"
    photo.write_bytes(bytes(PAYLOAD_LIMIT))
    deploy(client, spec(SIZE), Settings(annotations={"fnkit-network": False}))
    with pytest.raises(TooLarge, match=r"photo 1,398,1\d\d bytes.*without a network"):
        invoke(client, name, {"photo": photo})


def test_into_a_package_that_is_not_there_yet(client, spec):
    name = ActionName("inside", "t-new-package")
    try:
        receipt = deploy(
            client, replace(spec(), name=name), Settings(parameters={"times": 2}), Test({"name": "Ada"})
        )
        assert receipt.did == "created"
        again = deploy(
            client, replace(spec(), name=name), Settings(parameters={"times": 2}), Test({"name": "Ada"})
        )
        assert again.did == "unchanged"
        assert client.actions.result(name, {}) == {"greeting": "Hello Hello you"}
    finally:
        client.actions.delete(name)
        client.packages.delete("t-new-package")


def test_on_any_openwhisk_everything_is_in_one_zip(client, spec):
    plain = Client(client.props, Plain(client.transport))
    start = len(client.transport.requests)
    receipt = deploy(plain, spec(), Settings(), ADA)
    assert receipt.plan.carrier == "one zip"
    assert receipt.check.result == {"greeting": "Hello Hello Ada"}
    assert not [line for line in client.transport.since(start) if "/fnkit" in line]
    assert deploy(plain, spec(), Settings(), ADA).did == "unchanged"


def test_an_action_that_is_not_fnkits_is_replaced_and_can_come_back(client, spec, name):
    code = "def main(args):\n    return {'by': 'hand'}\n"
    client.actions.put(name, Draft(exec={"kind": "python:default", "code": code}), overwrite=False)
    with pytest.raises(CheckFailed):
        deploy(client, spec(FICKLE), Settings(), Test({}))
    assert client.actions.result(name, {}) == {"by": "hand"}
    assert "fnkit" not in client.actions.get(name).annotations
    assert deploy(client, spec(), Settings()).did == "updated"


MODEL = """
import os
from pathlib import Path

def main(word: str):
    weights = Path(os.environ["FNKIT_MODELS"], "{sha256}").read_text()
    return {{"weights": weights, "word": word}}
"""


def test_a_layer_is_brought_once(client, embedded, spec, tmp_path):
    path = tmp_path / "tiny.tflite"
    path.write_text(f"weights of {tmp_path}")
    model = ModelFile("tiny", sha256(path.read_bytes()), path.stat().st_size, path)
    text = MODEL.format(sha256=model.sha256)
    start = len(client.transport.requests)
    steps: list[Step] = []
    receipt = deploy(client, replace(spec(text), model=model), Settings(), Test({"word": "a"}), steps.append)
    lines = client.transport.since(start)
    assert receipt.check.result == {"weights": path.read_text(), "word": "a"}
    assert receipt.plan.model.startswith("tiny, ")
    assert [line.partition(" /fnkit/v1/")[0] for line in lines if "/layers" in line] == ["POST", "PUT"]
    uploads = [step for step in steps if step.total]
    assert uploads[0] == Step("upload", "Uploading the model layer", 0, model.size)
    start = len(client.transport.requests)
    edited = replace(spec(text.replace('"word": word', '"word": word * 2')), model=model)
    again = deploy(client, edited, Settings(), Test({"word": "a"}))
    assert again.check.result == {"weights": path.read_text(), "word": "aa"}
    assert [line for line in client.transport.since(start) if "/layers" in line] == ["POST /fnkit/v1/layers"]


READS = """
import iniconfig


def main(text: str):
    return {"value": iniconfig.IniConfig("typed", data=text)["a"]["b"]}
"""


def test_libraries_are_a_layer_that_edits_do_not_touch(client, embedded, spec):
    test = Test({"text": "[a]\nb = fine"})
    start = len(client.transport.requests)
    receipt = deploy(client, spec(READS), Settings(), test)
    assert receipt.check.result == {"value": "fine"}
    assert [(one.name, one.licence) for one in receipt.plan.requirements] == [("iniconfig", "MIT")]
    assert [line.partition(" ")[0] for line in client.transport.since(start) if "/layers" in line] == [
        "POST",
        "PUT",
    ]
    start = len(client.transport.requests)
    edited = deploy(client, spec(READS.replace('["b"]', '["b"].upper()')), Settings(), test)
    assert edited.check.result == {"value": "FINE"}
    assert [line for line in client.transport.since(start) if "/layers" in line] == ["POST /fnkit/v1/layers"]


def test_a_zip_as_its_author_made_it(client, tmp_path, name):
    path = tmp_path / "mine.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "__main__.py", "import words\n\ndef main(args):\n    return {'word': words.WORD, **args}\n"
        )
        archive.writestr("words.py", "WORD = 'mine'\n")
    receipt = deploy(client, cell.from_path(name, path, Wishes()), Settings(), Test({"x": 1}))
    assert receipt.check.result == {"word": "mine", "x": 1}
    assert deploy(client, cell.from_path(name, path, Wishes()), Settings()).did == "unchanged"


def test_limits_that_the_platform_has_not_are_rejected(client, spec, name):
    with pytest.raises(Rejected, match="memory size 50 MB below allowed threshold of 128 MB"):
        deploy(client, spec(), Settings(Limits(memory=50)))
    assert client.actions.find(name) is None


def test_values_too_large_for_the_platform_are_refused_before_anything_is_sent(client, spec, sent):
    with pytest.raises(TooLarge, match="name 1,048,5"):
        deploy(client, spec(), Settings(parameters={"name": "x" * PAYLOAD_LIMIT}))
    with pytest.raises(TooLarge, match="no file is left"):
        deploy(client, spec(), Settings(), Test({"name": "x" * PAYLOAD_LIMIT}))
    assert "PUT" not in sent()
