"""The first five minutes in a shell, on a real platform."""

import json
import re
import zipfile
from pathlib import Path

import pytest

HELLO = '''"""Say hello."""

GREETING = "Hello"


def main(name: str = "world") -> dict:
    print("greeting", name)
    return {"greeting": f"{GREETING}, {name}!"}
'''

FAILING = """def main(number: int):
    half = number // 2
    return {"value": 10 // half}
"""


@pytest.fixture(scope="module")
def hello(shell):
    """The script `hello.py`, deployed with a test."""
    (shell.work / "hello.py").write_text(HELLO)
    return shell.process("deploy", "hello", "hello.py", "--test", "name=Ada").stdout


def test_a_script_becomes_an_action(shell, hello):
    assert re.match(r"created hello 0\.0\.1 \([0-9a-f]{8}\)", hello)
    assert "tested: success" in hello


def test_the_first_contact_says_which_platform_and_why(shell, hello):
    assert re.search(r"^Using http://127\.0\.0\.1:\d+, the embedded platform", shell("list").stderr, re.M)


def test_an_action_is_run_and_gives_its_answer(shell, hello):
    said = shell.process("invoke", "hello", "name=Ada").stdout
    assert '"greeting": "Hello, Ada!"' in said
    assert re.search(r"^status +success$", said, re.M)
    assert json.loads(shell("invoke", "hello", "name=Ada", "--result").stdout) == {"greeting": "Hello, Ada!"}
    assert json.loads(shell("invoke", "hello", "-r").stdout) == {"greeting": "Hello, world!"}


def test_an_activation_can_be_looked_up(shell, hello):
    begun = shell("invoke", "hello", "name=Eve", "--no-wait").stdout
    id = re.search(r"^activation +([0-9a-f]{32})$", begun, re.M)[1]
    assert json.loads(shell("result", id).stdout) == {"greeting": "Hello, Eve!"}
    assert re.search(r"stdout: greeting Eve$", shell("logs", id).stdout, re.M)
    rows = [line.split("\t") for line in shell("activations").stdout.splitlines()]
    assert [id, "hello", "0.0.1", "success"] in [row[:4] for row in rows]


def test_the_same_bytes_are_unchanged_and_an_edit_is_an_update(shell, hello):
    again = shell("deploy", "hello", "hello.py", "--test", "name=Ada").stdout
    assert again.startswith("unchanged hello 0.0.1")
    (shell.work / "hello.py").write_text(HELLO.replace('"Hello"', '"Good day"'))
    edited = shell("deploy", "hello", "hello.py", "--test", "name=Ada").stdout
    assert edited.startswith("updated hello 0.0.2")
    assert json.loads(shell("invoke", "hello", "-r", "name=Ada").stdout) == {"greeting": "Good day, Ada!"}
    (shell.work / "hello.py").write_text(HELLO)
    shell("deploy", "hello", "hello.py")


def test_a_notebook_a_folder_and_a_zip_become_actions_too(shell, hello):
    cells = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in HELLO.split("\n\n\n")
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (shell.work / "hello.ipynb").write_text(json.dumps(notebook))
    folder = shell.work / "folder"
    folder.mkdir()
    (folder / "__main__.py").write_text(
        "from words import HELLO\n\ndef main(args):\n    return {'greeting': HELLO}\n"
    )
    (folder / "words.py").write_text("HELLO = 'Hello from a folder'\n")
    with zipfile.ZipFile(shell.work / "folder.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    shell("deploy", "of-notebook", "hello.ipynb", "--test", "name=Ada")
    assert json.loads(shell("invoke", "of-notebook", "-r", "name=Ada").stdout) == {"greeting": "Hello, Ada!"}
    for name in ("folder", "folder.zip"):
        shell("deploy", f"of-{name}", name, "--test", "{}")
        assert json.loads(shell("invoke", f"of-{name}", "-r").stdout) == {"greeting": "Hello from a folder"}


def test_show_and_dry_run_send_nothing(shell, hello):
    before = shell("get", "hello").stdout
    file = shell("deploy", "other", "hello.py", "--show").stdout
    assert 'GREETING = "Hello"' in file
    compile(file, "__main__.py", "exec")
    plan = shell("deploy", "other", "hello.py", "--dry-run").stdout
    assert plan.startswith("would create other")
    assert "__main__.py" in plan
    assert shell("show", "hello").stdout.partition("GREETING")[2] == file.partition("GREETING")[2]
    shell("get", "other", code=1)
    assert shell("get", "hello").stdout == before


def test_a_failure_shows_the_line_of_the_script(shell, hello):
    (shell.work / "failing.py").write_text(FAILING)
    shell("deploy", "failing", "failing.py", "--test", "number=10")
    failed = shell.process("invoke", "failing", "number=1", code=1)
    assert "ZeroDivisionError" in failed.stderr
    assert re.search(r"failing\.py.*line 3|line 3.*failing\.py", failed.stderr), failed.stderr
    assert failed.stdout == ""
    logs = shell("logs").stdout
    for said in (failed.stderr, logs):
        assert "_call(" not in said, "nothing between OpenWhisk and the script"
        assert "half = " not in said
        assert "10 // half" in said


def test_a_test_that_fails_sends_nothing(shell, hello):
    (shell.work / "broken.py").write_text(FAILING)
    failed = shell("deploy", "broken", "broken.py", "--test", "number=0", code=1)
    assert "Nothing was sent" in failed.stderr
    shell("get", "broken", code=1)


def test_a_misspelt_argument_is_caught_before_it_is_sent(shell, hello):
    newest = shell("activations", "--limit", "1").stdout
    wrong = shell("invoke", "hello", "nmae=Ada", code=2)
    assert "Did you mean name?" in wrong.stderr
    assert shell("activations", "--limit", "1").stdout == newest


def test_settings_travel_as_wsk_spells_them(shell, hello):
    words = (
        "--memory",
        "512",
        "--timeout",
        "5000",
        "-p",
        "name",
        "Bob",
        "-a",
        "web-export",
        "true",
        "--secret",
        "PIN",
    )
    shell("deploy", "set", "hello.py", *words, PIN="1234-secret")
    shown = shell("get", "set").stdout
    assert re.search(r"limits +512 MB, 5000 ms", shown)
    assert "name='Bob'" in shown
    assert "web-export=true" in shown
    assert "1234-secret" not in shown
    assert json.loads(shell("invoke", "set", "-r").stdout) == {"greeting": "Hello, Bob!"}


def test_deleting_needs_a_yes(shell, hello):
    (shell.work / "gone.py").write_text(HELLO)
    shell("deploy", "gone", "gone.py")
    assert "--yes" in shell("delete", "gone", code=2).stderr
    assert "404" in shell("delete", "never-was", code=1).stderr, "nobody is asked whether nothing may go"
    assert shell("delete", "gone", "--yes").stdout == "deleted /guest/gone 0.0.1\n"
    shell("get", "gone", code=1)


def test_try_a_script_without_sending_it(shell):
    (shell.work / "hello.py").write_text(HELLO)
    assert "nothing was sent" in shell("test", "tried", "hello.py", "--test", "name=Ada").stdout
    shell("get", "tried", code=1)


def test_what_is_not_there_is_said_and_the_code_is_1(shell):
    error = shell.process("get", "nothing", code=1).stderr
    assert "404" in error
    assert "Traceback" not in error
    assert "Traceback" in shell.process("get", "nothing", "--debug", code=1).stderr


def test_the_key_is_shown_nowhere(shell):
    props = Path(shell("props").stdout.strip()).read_text()
    key = re.search(r"^AUTH=[^:]+:(\S+)$", props, re.M)[1]
    for words in (("config",), ("status",), ("list",)):
        done = shell(*words)
        assert key not in done.stdout + done.stderr
    assert key not in shell.process("get", "nothing", "--debug", code=1).stderr


def test_a_key_in_the_code_is_said_before_anything_is_sent(shell):
    (shell.work / "keyed.py").write_text(
        "PASSWORD = 'hunter22'\n\n\ndef main():\n    return {'n': len(PASSWORD)}\n"
    )
    said = shell("deploy", "keyed", "keyed.py").stderr
    assert said.index("looks like a key:") < said.index("Sending keyed")
    assert "hunter22" not in said


@pytest.mark.parametrize("cache", ["file/below", "x" * 300], ids=["below-a-file", "no-name-for-a-folder"])
def test_without_a_cache_only_what_has_to_lie_in_it_is_refused(shell, cache):
    """As where it is another user's: nothing can be written there, nor even looked for."""
    (shell.work / "file").write_text("not a folder")
    (shell.work / "plain.py").write_text("def main(name='you'):\n    return {'hello': name}\n")
    line, where = ("plain.py", "--test", "name=Ada"), {"FNKIT_CACHE": str(shell.work / cache)}
    assert "would create" in shell("deploy", "uncached", *line, "--dry-run", **where).stdout
    assert "'Ada'" in shell("test", "uncached", *line, **where).stdout.replace('"', "'")
    assert "created" in shell("deploy", "uncached", *line, **where).stdout
    assert "unchanged" in shell("deploy", "uncached", *line, **where).stdout
    shell("delete", "uncached", "--yes")
    said = shell("deploy", "uncached", "plain.py", "--model", "movenet-lightning", code=1, **where).stderr
    assert "kept in" in said
    assert "FNKIT_CACHE" in said


@pytest.mark.parametrize(
    ("typed", "found"),
    [("fnkit dep", {"deploy"}), ("fnkit rule cr", {"create"}), ("fnkit deploy --mem", {"--memory"})],
)
def test_the_tab_key_knows_verbs_nouns_and_options(shell, typed, found):
    asked = {"_FNKIT_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    assert set(shell(**asked).stdout.split()) == found
