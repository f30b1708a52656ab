"""A project in a shell: one file, several places, and the way back."""

import json
from pathlib import Path

import pytest

from fnkit.events.bucket import Bucket
from tests.buckets import make, moto
from tests.conftest import Platform
from tests.contract.feeding import records, until

CODE = """def greet(name: str = "world"):
    print("greeting", name)
    return {"text": f"Hello, {name}"}


def shout(text: str):
    return {"text": text.upper()}
"""
FLOW = """from fnkit import compose

louder = compose.sequence("greet", lambda r: {"text": r["text"] + "!"}, "shout")
"""
FEED = """def main(args):
    print("told", args["lifecycleEvent"], args.get("every"))
    return {}
"""
WHOLE = """
name: greetings
package: {package}
functions:
  greet:
    from: words.py:greet
    param: {{name: Ada}}
    test: {{name: Bob}}
  shout:
    from: words.py:shout
  ticks:
    from: feed
flows:
  louder:
    from: flows.py:louder
sequences:
  loud:
    actions: greet, shout
triggers:
  ringing: {{}}
  tocking:
    feed: /_/{feed}
    param: {{every: hour}}
rules:
  ring-loud: {{trigger: ringing, action: loud}}
environments:
  stage:
    prefix: stage-
    param: {{greet: {{name: Eve}}}}
"""


@pytest.fixture
def project(shell):
    """The project's files in the shell's folder, in a package of the test's own; everything goes afterwards."""
    (shell.work / "words.py").write_text(CODE)
    (shell.work / "flows.py").write_text(FLOW)
    (shell.work / "feed").mkdir(exist_ok=True)
    (shell.work / "feed" / "__main__.py").write_text(FEED)
    shell("deploy", "a-feed", "feed")
    path = shell.work / "fnkit.yaml"
    path.write_text(WHOLE.format(package="words", feed="a-feed"))
    yield path
    path.write_text("name: greetings\npackage: words\nenvironments: {stage: {prefix: stage-}}\n")
    shell("remove", "--yes")
    shell("remove", "--yes", "--env", "stage")


def done(said):
    """(what was done, to what) of each line."""
    return [tuple(line.replace(":", "").split()[:3]) for line in said.stdout.splitlines()]


EVERYTHING = [
    ("package", "words"),
    *(("function", f"words/{name}") for name in ("greet", "shout", "ticks")),
    ("flow", "words/louder"),
    ("sequence", "words/loud"),
    ("trigger", "ringing"),
    ("trigger", "tocking"),
    ("rule", "ring-loud"),
    ("feed", "tocking"),
]


def test_a_project_is_deployed_once_and_left_alone_then(shell, project):
    assert done(shell("diff")) == [("create", *one) for one in EVERYTHING]
    assert "words" not in shell("package", "list").stdout
    assert done(shell("deploy", "fnkit.yaml")) == [("create", *one) for one in EVERYTHING]
    assert done(shell("deploy", "fnkit.yaml")) == [("unchanged", *one) for one in EVERYTHING[1:]]
    assert json.loads(shell("invoke", "words/loud", "-r").stdout) == {"text": "HELLO, ADA"}
    assert "ring-loud" in shell("rule", "list").stdout


def test_only_what_was_changed_is_sent(shell, project):
    shell("deploy", "fnkit.yaml")
    text = project.read_text().replace("name: Ada", "name: Cy").replace("every: hour", "every: day")
    project.write_text(text.replace("greet, shout", "shout, shout").replace("action: loud", "action: greet"))
    changed = [line for line in shell("diff").stdout.splitlines() if not line.startswith("unchanged")]
    assert [line.split()[2].rstrip(":") for line in changed] == [
        "words/greet",
        "words/loud",
        "ring-loud",
        "tocking",
    ]
    for line, words in zip(changed, ("'Ada' → 'Cy'", "actions:", "action:", "told something else"), strict=True):
        assert words in line
    shell("deploy", "fnkit.yaml")
    assert {one[0] for one in done(shell("diff"))} == {"unchanged"}


def test_what_is_declared_no_more_goes_after_a_yes(shell, project):
    shell("deploy", "fnkit.yaml")
    text = project.read_text()
    project.write_text(text[: text.index("sequences:")] + text[text.index("environments:") :])
    gone = [("delete", *one) for one in EVERYTHING[5:] if one[0] != "feed"]
    assert sorted(one for one in done(shell("diff")) if one[0] == "delete") == sorted(gone)
    shell("deploy", "fnkit.yaml")  # nobody can be asked here: nothing is deleted
    assert "ringing" in shell("trigger", "list").stdout
    assert sorted(one for one in done(shell("deploy", "fnkit.yaml", "--yes")) if one[0] == "delete") == sorted(
        gone
    )
    assert "ringing" not in shell("trigger", "list").stdout


def test_an_environment_lies_beside_the_other(shell, project):
    shell("deploy", "fnkit.yaml")
    shell("deploy", "fnkit.yaml", "--env", "stage")
    assert json.loads(shell("invoke", "stage-words/loud", "-r").stdout) == {"text": "HELLO, EVE"}
    assert json.loads(shell("invoke", "stage-words/louder", "-r").stdout) == {"text": "HELLO, EVE!"}
    removed = done(shell("remove", "--env", "stage", "--yes"))
    assert len(removed) == len(EVERYTHING) - 1, "a feed goes with its trigger"
    assert all(one[0] == "delete" for one in removed)
    assert json.loads(shell("invoke", "words/loud", "-r").stdout) == {"text": "HELLO, ADA"}


def test_an_environment_may_be_another_platform(shell, project, tmp_path):
    written = Path(shell.environment["WSK_CONFIG_FILE"])
    props = dict(line.split("=", 1) for line in written.read_text().splitlines())
    for key in ("env:STAGE_KEY", f"file:{written}"):
        text = WHOLE.format(package="words", feed="a-feed")
        project.write_text(f"{text}    host: {props['APIHOST']}\n    key: {key}\n")
        shell("deploy", "fnkit.yaml", "--env", "stage", STAGE_KEY=props["AUTH"])
    assert {one[0] for one in done(shell("diff", "--env", "stage"))} == {"unchanged"}
    project.write_text(f"{text}    host: {props['APIHOST']}\n    key: env:STAGE_KEY\n")
    assert "STAGE_KEY with its key is not set" in shell("diff", "--env", "stage", code=2).stderr


def test_a_function_that_fails_its_test_stops_the_rest(shell, project):
    (shell.work / "words.py").write_text(CODE.replace("text.upper()", "text.upper() + 1"))
    text = project.read_text().replace("from: words.py:shout", "from: words.py:shout\n    test: {text: a}")
    project.write_text(text)
    said = shell("deploy", "fnkit.yaml", code=1)
    assert "Deployed before that: words, words/greet; the rest was not." in said.stderr
    assert "words.py" in said.stderr


def test_a_file_that_is_not_there_is_told_before_anything_is_sent(shell, project):
    project.write_text("functions:\n  pf-there: {from: words.py:shout}\n  pf-not: {from: none.py}\n")
    said = shell("deploy", "fnkit.yaml", code=2).stderr
    assert "none.py" in said
    assert "Deployed before that" not in said
    assert "pf-there" not in shell("list").stdout


def test_options_of_one_function_are_no_options_of_a_project(shell, project):
    assert "--memory is of one function" in shell("deploy", "fnkit.yaml", "--memory", "512", code=2).stderr


HEARD = """def greet(name: str, **event):
    return {"text": f"Hello, {name}"}


def shout(response: dict, **event):
    return {"text": response["text"].upper()}
"""
ROUTED = """
name: greetings
package: words
functions:
  greet: {from: heard.py:greet}
  shout: {from: heard.py:shout}
triggers:
  ringing:
    feed: /whisk.system/storage/changes
    param: {store: "objects:bells/", suffix: .txt}
  greeted: {}
rules:
  ring:
    trigger: ringing
    where: {name: [{prefix: A}]}
    action: greet
    on_success: trigger:greeted
  louder:
    trigger: greeted
    where: {response: {text: [{suffix: Ada}]}}
    action: shout
    on_failure: objects:silent/
environments: {stage: {prefix: stage-}}
"""
BETWEEN = ("ring-router", "ring-destination", "louder-router", "louder-destination")


@pytest.fixture
def routed(shell, project):
    """A project with patterns and destinations, deployed: gives what an action of it has answered since."""
    (shell.work / "heard.py").write_text(HEARD)
    project.write_text(ROUTED)
    shell("deploy", "fnkit.yaml")
    lines = Path(shell.environment["WSK_CONFIG_FILE"]).read_text().splitlines()
    props = dict(line.split("=", 1) for line in lines)
    platform, before = Platform(props["APIHOST"], props["AUTH"]), set()

    def answers(name, wanted):
        """All of them, once `wanted` is among them."""

        def found():
            new = (one for one in records(platform, f"words/{name}") if one["activationId"] not in before)
            return sorted(str(one["response"]["result"]) for one in new)

        return until(found, lambda answers: str(wanted) in answers)

    before |= {
        one["activationId"] for name in ("greet", "shout", *BETWEEN) for one in records(platform, f"words/{name}")
    }
    return answers


def test_patterns_and_destinations_of_rules_are_actions_between(shell, project, routed):
    assert {one[0] for one in done(shell("deploy", "fnkit.yaml"))} == {"unchanged"}
    for name in ("Ada", "Amy", "Bob"):
        shell("trigger", "fire", "ringing", f"name={name}")
    for router in ("ring-router", "louder-router"):
        routed(router, {"matched": False})  # Bob; Amy
    assert routed("shout", {"text": "HELLO, ADA"}) == ["{'text': 'HELLO, ADA'}"]
    assert routed("greet", {"text": "Hello, Amy"}) == ["{'text': 'Hello, Ada'}", "{'text': 'Hello, Amy'}"]
    removed = done(shell("remove", "--yes"))
    assert {("delete", "function", f"words/{name}") for name in BETWEEN} <= set(removed)
    assert "words" not in shell("list").stdout


def test_what_a_rule_says_no_more_goes(shell, project, routed):
    text = ROUTED.replace("    where: {name: [{prefix: A}]}\n", "").replace("{suffix: Ada}", "{suffix: Bob}")
    project.write_text(text.replace("    on_failure: objects:silent/\n", ""))
    changed = {one for one in done(shell("deploy", "fnkit.yaml", "--yes")) if one[0] != "unchanged"}
    assert changed == {
        ("update", "function", "words/louder-router"),
        ("update", "rule", "ring"),
        ("delete", "function", "words/ring-router"),
        ("delete", "function", "words/louder-destination"),
    }
    shell("trigger", "fire", "ringing", "name=Bob")
    assert routed("shout", {"text": "HELLO, BOB"}) == ["{'text': 'HELLO, BOB'}"]


def test_another_feed_leaves_the_rules(shell, project, routed):
    other = ROUTED.replace("/whisk.system/storage/changes", "/whisk.system/alarms/interval")
    project.write_text(other.replace('{store: "objects:bells/", suffix: .txt}', "{minutes: 600}"))
    changed = [one for one in done(shell("deploy", "fnkit.yaml")) if one[0] != "unchanged"]
    assert changed == [("update", "trigger", "ringing"), ("create", "feed", "ringing")]
    assert {one[0] for one in done(shell("diff"))} == {"unchanged"}
    project.write_text(other.replace("    feed: /whisk.system/alarms/interval\n", "").replace("bells/", "x/"))
    shell("deploy", "fnkit.yaml")
    shell("trigger", "fire", "ringing", "name=Abe")
    assert routed("greet", {"text": "Hello, Abe"}) == ["{'text': 'Hello, Abe'}"]


def test_a_feed_that_says_no_leaves_the_trigger_and_is_told_again(shell, project, routed):
    wrong = ROUTED.replace("/whisk.system/storage/changes", "/whisk.system/alarms/alarm")
    project.write_text(wrong.replace('{store: "objects:bells/", suffix: .txt}', "{cron: noon}"))
    assert "cron pattern 'noon' is not valid" in shell("deploy", "fnkit.yaml", code=1).stderr
    assert ("create", "feed", "ringing") in done(shell("diff"))
    project.write_text(ROUTED)
    assert ("create", "feed", "ringing") in done(shell("deploy", "fnkit.yaml"))


BUCKET = """
name: greetings
package: words
functions:
  greet: {from: heard.py:greet}
triggers:
  ringing: {}
rules:
  ring: {trigger: ringing, action: greet, on_success: "s3://pf-greeted/seen/"}
"""


def test_answers_go_to_a_bucket_and_what_brings_them_goes_without_its_keys(shell, project, monkeypatch):
    (shell.work / "heard.py").write_text(HEARD)
    project.write_text(BUCKET)
    assert (
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not in the env"
        in shell("deploy", "fnkit.yaml", code=2).stderr
    )
    with moto() as endpoint:
        make(endpoint, "pf-greeted")
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_ENDPOINT_URL": endpoint}
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "only-to-look")  # the shell's commands have an environment of their own
        said = shell("deploy", "fnkit.yaml", **keys)
        assert "hush" not in said.stdout + said.stderr
        shell("trigger", "fire", "ringing", "name=Ada")
        bucket = Bucket.open("s3://pf-greeted", endpoint, "us-east-1")
        [kept] = until(lambda: list(bucket.list()), len)
        message = json.loads(bucket.get(kept.key))
    assert kept.key.startswith("seen/")
    assert (message["condition"], message["response"]) == ("success", {"text": "Hello, Ada"})
    assert "s3://pf-greeted/seen/" in shell("events", "ringing").stdout
    removed = done(shell("remove", "--yes"))
    assert ("delete", "function", "words/ring-destination") in removed
    assert "words" not in shell("list").stdout
