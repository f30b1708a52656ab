"""How bundles and large values travel: layers once, one zip for any OpenWhisk, files through the object store."""

import zipfile
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from threading import Event

import pytest

from fnkit.action import cell
from fnkit.action.spec import Wishes
from fnkit.core.canonical import sha256
from fnkit.core.entities import PAYLOAD_LIMIT, ModelFile
from fnkit.core.errors import CheckFailed, TooLarge
from fnkit.core.names import ActionName
from fnkit.delivery.calls import invoke
from fnkit.delivery.order import Settings, Test
from fnkit.delivery.pipeline import deploy
from fnkit.delivery.progress import Step
from fnkit.whisk.client import Client
from fnkit.whisk.messages import Request, Response, Transport
from tests.contract.client.sources import ADA, RAISES, SIZE


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


def test_on_any_openwhisk_everything_is_in_one_zip(client, plain, spec):
    start = len(client.transport.requests)
    receipt = deploy(plain, spec(), Settings(), ADA)
    assert receipt.plan.carrier == "one zip"
    assert receipt.check.result == {"greeting": "Hello Hello Ada"}
    assert not [line for line in client.transport.since(start) if "/fnkit" in line]
    assert deploy(plain, spec(), Settings(), ADA).did == "unchanged"


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
    start = len(client.transport.requests)
    other = deploy(client, edited, Settings(), Test({"word": "b"}))
    assert (other.did, other.check.result["word"]) == ("unchanged", "bb")
    assert not [line for line in client.transport.since(start) if "/layers" in line], "nothing is sent"


@dataclass
class Slow:
    """A transport to a platform that does not say which layers it lacks."""

    inner: Transport
    over: Event = field(default_factory=Event)
    asked: Event = field(default_factory=Event)
    waited: list[bool] = field(default_factory=list)

    def send(self, request: Request) -> Response:
        if request.path.endswith("/layers"):
            self.asked.set()
            self.waited.append(self.over.wait(60))
        return self.inner.send(request)


def test_a_rehearsal_that_fails_waits_for_nobody(client, embedded, spec, tmp_path):
    path = tmp_path / "tiny.tflite"
    path.write_text(f"weights of {tmp_path}")
    model = ModelFile("tiny", sha256(path.read_bytes()), path.stat().st_size, path)
    slow = Slow(client.transport)
    with pytest.raises(CheckFailed, match="division by zero"):
        deploy(Client(client.props, slow), replace(spec(RAISES), model=model), Settings(), Test({"by": 0}))
    assert slow.asked.wait(60)
    assert slow.waited == [], "the deploy is over, the question is not"
    slow.over.set()


READS = """
import iniconfig


def main(text: str):
    return {"value": iniconfig.IniConfig("typed", data=text)["a"]["b"]}
"""


READING = Test({"text": "[a]\nb = fine"})


def test_libraries_are_a_layer_that_edits_do_not_touch(client, embedded, spec):
    start = len(client.transport.requests)
    receipt = deploy(client, spec(READS), Settings(), READING)
    assert receipt.check.result == {"value": "fine"}
    assert [(one.name, one.licence) for one in receipt.plan.requirements] == [("iniconfig", "MIT")]
    layers = [line for line in client.transport.since(start) if "/layers" in line]
    assert layers == ["POST /fnkit/v1/layers"], "they lie in the cache of this machine's user"
    start = len(client.transport.requests)
    edited = deploy(client, spec(READS.replace('["b"]', '["b"].upper()')), Settings(), READING)
    assert edited.check.result == {"value": "FINE"}
    assert [line for line in client.transport.since(start) if "/layers" in line] == ["POST /fnkit/v1/layers"]


ASKS = """
import pluggy


def main():
    return {"version": pluggy.__version__}
"""


def test_libraries_that_the_platform_does_not_find_are_sent(client, embedded, spec, tmp_path, monkeypatch):
    """As where it is another user's, or on another machine: it does not see this cache."""
    monkeypatch.setenv("FNKIT_CACHE", str(tmp_path / "cache"))
    for text, expected in ((ASKS, ["POST", "PUT"]), (ASKS.replace('"version"', '"v"'), ["POST"])):
        start = len(client.transport.requests)
        receipt = deploy(client, spec(text), Settings(), Test({}))
        assert list(receipt.check.result.values()) == [version("pluggy")]
        layers = [line.partition(" ")[0] for line in client.transport.since(start) if "/layers" in line]
        assert layers == expected


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


def test_values_too_large_for_the_platform_are_refused_before_anything_is_sent(client, spec, sent):
    with pytest.raises(TooLarge, match="name 1,048,5"):
        deploy(client, spec(), Settings(parameters={"name": "x" * PAYLOAD_LIMIT}))
    with pytest.raises(TooLarge, match="no file is left"):
        deploy(client, spec(), Settings(), Test({"name": "x" * PAYLOAD_LIMIT}))
    assert "PUT" not in sent()
