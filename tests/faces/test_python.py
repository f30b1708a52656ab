"""The same verbs in Python: `fnkit.deploy(function)`, `fnkit.invoke("name", …)`, values back."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import fnkit
from fnkit.cli.views import lines
from fnkit.core.errors import ActionFailed, BadArgument, Missing
from fnkit.notebook import show
from tests.faces.greetings import fail, greet, weigh


@pytest.fixture(autouse=True)
def ours(embedded, monkeypatch):
    """The session's platform, chosen as a person chooses it."""
    monkeypatch.setenv("WSK_CONFIG_FILE", str(embedded.props))


@pytest.fixture(scope="module")
def photo(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "photo.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0 not much of a photo")
    return path


def test_a_function_is_deployed_tried_and_run():
    receipt = fnkit.deploy(greet, "greet-python", test={"name": "Ada"}, memory=128)
    assert (receipt.did, receipt.version) == ("created", "0.0.1")
    assert receipt.check is not None
    assert receipt.check.result == {"greeting": "Hello, Ada!"}
    call = fnkit.invoke("greet-python", name="Eve")
    assert call.result == {"greeting": "Hello, Eve!"}
    assert call.activation.success
    assert fnkit.result(call.id) == {"greeting": "Hello, Eve!"}
    assert fnkit.get("greet-python").limits.memory == 128
    assert "greet-python" in [action.name for action in fnkit.list()]
    assert call.id in [one.id for one in fnkit.activations("greet-python")]
    assert fnkit.deploy(greet, "greet-python", test={"name": "Ada"}, memory=128).did == "unchanged"
    assert fnkit.delete("greet-python").name == "/guest/greet-python"
    with pytest.raises(Missing):
        fnkit.get("greet-python")


def test_the_name_of_the_function_is_the_name_of_the_action():
    assert str(fnkit.deploy(greet).name) == "greet"
    fnkit.delete("greet")


def test_the_plan_and_the_file_are_values_and_nothing_is_sent():
    plan = fnkit.deploy(greet, "planned", dry_run=True)
    assert plan.change == "create"
    file = fnkit.deploy(greet, "planned", show=True)
    assert 'PUNCTUATION = "!"' in str(file)
    tested = fnkit.test(greet, "planned", test={"name": "Ada"})
    assert (tested.passed, tested.result) == (True, {"greeting": "Hello, Ada!"})
    with pytest.raises(Missing):
        fnkit.get("planned")


def test_a_path_is_sent_as_what_it_holds(photo):
    fnkit.deploy(weigh)
    answer = fnkit.invoke("weigh", image=photo, result=True)
    assert answer["head"] == "data:image/jpeg;base64"
    large = photo.with_name("large.jpg")
    large.write_bytes(bytes(2_000_000))
    assert fnkit.invoke("weigh", image=large, result=True)["head"].startswith("http://127.0.0.1:"), "over 1 MiB"
    fnkit.delete("weigh")


def test_arguments_may_have_the_names_of_options():
    fnkit.deploy(greet)
    with pytest.raises(BadArgument, match="greet takes name"):
        fnkit.invoke("greet", {"timeout": 3})
    assert fnkit.invoke("greet", {"name": "Bo"}, result=True) == {"greeting": "Hello, Bo!"}
    fnkit.delete("greet")


def test_a_failure_raises_with_the_users_own_line():
    fnkit.deploy(fail)
    with pytest.raises(ActionFailed) as failed:
        fnkit.invoke("fail", number=0)
    assert "greetings.py, line 18" in str(failed.value)
    assert failed.value.activation_id
    begun = fnkit.invoke("fail", number=0, blocking=False)
    assert begun.wait(30).status == "application error"
    fnkit.delete("fail")


def test_without_waiting_for_the_end_the_state_is_known():
    fnkit.deploy(greet)
    begun = fnkit.invoke("greet", blocking=False)
    assert begun.wait(30).result == {"greeting": "Hello, world!"}
    assert fnkit.invoke("greet", timeout=30).result == {"greeting": "Hello, world!"}
    fnkit.delete("greet")


def test_a_program_is_told_once_which_platform_is_used(embedded):
    code = "import fnkit; fnkit.list(); fnkit.list()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == f"Using {embedded.apihost}, the embedded platform of this machine.\n"


@pytest.mark.parametrize("thing", [3, None, [greet]])
def test_what_is_no_function_is_refused(thing):
    with pytest.raises(BadArgument):
        fnkit.deploy(thing, "nothing")


def test_both_faces_say_what_a_deploy_has_to_say():
    fnkit.deploy(greet, "greet-notes", test={"name": "Ada"})
    receipt = fnkit.deploy(greet, "greet-notes", test={"name": "Ada"})
    receipt = replace(receipt, notes=("it could not be tried on this machine",))
    for said in ("\n".join(lines(receipt)), show.view(receipt).html):
        assert "it could not be tried on this machine" in said
        assert "passed before" in said
