"""Packages, triggers, rules and web actions in a shell, on a real platform."""

import json
import re
import urllib.error
import urllib.request

import pytest

HELLO = """def main(name: str = "world", sign: str = "!"):
    print("greeting", name)
    return {"greeting": f"Hello, {name}{sign}"}
"""

FEED = """def main(args):
    print("told", args["lifecycleEvent"], args.get("every"))
    if args.get("every") == "never":
        return {"error": "never is no interval"}
    return {}
"""

PATIENCE = 30
"""Seconds; an answer takes none."""


@pytest.fixture(scope="module")
def hello(shell):
    """Two scripts, and the action `heard`."""
    (shell.work / "nouns.py").write_text(HELLO)
    (shell.work / "feed").mkdir(exist_ok=True)
    (shell.work / "feed" / "__main__.py").write_text(FEED)
    return shell("deploy", "heard", "nouns.py").stdout


def rows(said):
    """The cells of a list."""
    return [line.split("\t") for line in said.stdout.splitlines()]


def fire(shell, trigger, *words):
    """The ids of what a firing started: its record has a line for each rule."""
    said = shell("trigger", "fire", trigger, *words).stdout
    firing = re.fullmatch(rf"fired {trigger}: activation ([0-9a-f]{{32}})\n", said)[1]
    return re.findall(r'"activationId": ?"([0-9a-f]{32})"', shell("logs", firing).stdout)


def test_a_package_gives_its_parameters_and_a_bound_copy_has_its_own(shell, hello):
    made = shell("package", "create", "tools", "-p", "name", "Ada", "-p", "sign", ".", "-a", "note", "mine").stdout
    assert re.search(r"^package +/guest/tools$", made, re.M)
    shell("deploy", "tools/hello", "nouns.py")
    shell("package", "bind", "tools", "copied", "--param", "name", "Eve")
    bound = shell("package", "get", "copied").stdout
    assert re.search(r"^bound to +/guest/tools$", bound, re.M)
    assert re.search(r"^actions +hello$", bound, re.M)
    assert "name='Eve'" in bound
    assert json.loads(shell("invoke", "tools/hello", "-r").stdout) == {"greeting": "Hello, Ada."}
    assert json.loads(shell("invoke", "copied/hello", "-r").stdout) == {"greeting": "Hello, Eve."}
    listed = {row[0]: row[2:] for row in rows(shell("package", "list"))}
    assert listed["copied"] == ["no", "/guest/tools"]
    assert listed["tools"] == ["no", "-"]


def test_a_package_that_another_namespace_shares_can_be_seen_and_bound(shell, hello):
    assert "utils" in [row[0] for row in rows(shell("package", "list", "/whisk.system"))]
    assert re.search(r"^shared +yes$", shell("package", "get", "/whisk.system/utils").stdout, re.M)
    shell("package", "bind", "/whisk.system/utils", "handy")
    assert json.loads(shell("invoke", "handy/echo", "a=1", "-r").stdout) == {"a": 1}
    assert shell("package", "delete", "handy", "--yes").stdout == "deleted /guest/handy 0.0.1\n"
    shared = shell("package", "create", "open", "--shared", "yes").stdout
    assert re.search(r"^shared +yes$", shared, re.M)


def test_only_an_empty_package_is_deleted_and_after_a_yes(shell, hello):
    shell("package", "create", "full")
    shell("deploy", "full/hello", "nouns.py")
    assert "--yes" in shell("package", "delete", "full", code=2).stderr
    assert "not empty" in shell("package", "delete", "full", "-y", code=1).stderr
    shell("delete", "full/hello", "-y")
    assert shell("package", "delete", "full", "-y").stdout == "deleted /guest/full 0.0.1\n"
    assert "404" in shell("package", "get", "full", code=1).stderr


def test_a_trigger_starts_the_action_of_its_rule(shell, hello):
    shell("trigger", "create", "photo-came", "--param", "name", "Ada")
    nothing = shell("trigger", "fire", "photo-came").stdout
    assert nothing == "fired photo-came: no rule is active, nothing was started\n"
    made = shell("rule", "create", "greet-it", "photo-came", "heard").stdout
    assert re.search(r"^status +active$", made, re.M)
    (run,) = fire(shell, "photo-came", "sign=?")
    assert json.loads(shell("result", run).stdout) == {"greeting": "Hello, Ada?"}
    assert [run, "heard"] in [row[:2] for row in rows(shell("activations", "heard"))]
    shown = shell("trigger", "get", "photo-came").stdout
    assert re.search(r"^rules +/guest/greet-it → /guest/heard \(active\)$", shown, re.M)
    assert "photo-came" in [row[0] for row in rows(shell("trigger", "list"))]


def test_a_rule_that_is_disabled_starts_nothing(shell, hello):
    shell("trigger", "create", "bell")
    shell("rule", "create", "ring", "/guest/bell", "/guest/heard")
    assert re.search(r"^status +inactive$", shell("rule", "disable", "ring").stdout, re.M)
    assert ["ring", "inactive", "/guest/bell", "/guest/heard"] in [
        [row[0], *row[2:]] for row in rows(shell("rule", "list"))
    ]
    assert "nothing was started" in shell("trigger", "fire", "bell", "-p", "name", "Eve").stdout
    assert re.search(r"^status +active$", shell("rule", "enable", "ring").stdout, re.M)
    (run,) = fire(shell, "bell", "-p", "name", "Eve")
    assert json.loads(shell("result", run).stdout) == {"greeting": "Hello, Eve!"}
    assert shell("rule", "delete", "ring", "-y").stdout.startswith("deleted /guest/ring ")
    assert shell("trigger", "delete", "bell", "-y").stdout.startswith("deleted /guest/bell ")
    assert "404" in shell("rule", "get", "ring", code=1).stderr


def test_a_rule_needs_a_trigger_and_an_action_that_are_there(shell, hello):
    assert "400" in shell("rule", "create", "broken", "no-trigger", "heard", code=1).stderr
    shell("rule", "get", "broken", code=1)


def test_a_feed_is_told_of_its_trigger(shell, hello):
    shell("deploy", "clock", "feed")
    made = shell("trigger", "create", "tick", "--feed", "clock", "-p", "every", "5").stdout
    assert re.search(r"^feed +/_/clock$", made, re.M)
    shell("trigger", "delete", "tick", "-y")
    told = [shell("logs", row[0]).stdout.split("told ")[1].strip() for row in rows(shell("activations", "clock"))]
    assert told == ["DELETE None", "CREATE 5"]
    assert (
        "never is no interval"
        in shell("trigger", "create", "x", "-f", "clock", "-p", "every", "never", code=1).stderr
    )
    assert "404" in shell("trigger", "get", "x", code=1).stderr


def fetched(url, headers=()):
    """Status and body of a GET without a key."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, headers=dict(headers)), timeout=PATIENCE
        ) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_web_action_is_for_everybody_until_it_is_none(shell, hello):
    said = shell("deploy", "open-hello", "nouns.py", "--web", "true", "-p", "sign", ".").stdout
    url = re.search(r"^  web: (http://\S+/api/v1/web/guest/default/open-hello)$", said, re.M)[1]
    status, body = fetched(f"{url}.json?name=Ada")
    assert (status, json.loads(body)) == (200, {"greeting": "Hello, Ada."})
    assert fetched(f"{url}.json?sign=no")[0] == 400, "what is bound to a web action is final"
    again = shell("deploy", "open-hello", "nouns.py", "--web", "true", "-p", "sign", ".").stdout
    assert again.startswith("unchanged")
    assert url in again
    shut = shell("deploy", "open-hello", "nouns.py", "--web", "false", "-p", "sign", ".").stdout
    assert shut.startswith("updated")
    assert "web: http" not in shut
    assert fetched(f"{url}.json?name=Ada")[0] == 404


def test_a_raw_web_action_reads_the_request_itself(shell, hello):
    (shell.work / "raw").mkdir()
    (shell.work / "raw" / "__main__.py").write_text(
        "def main(args):\n    return {'body': {'query': args['__ow_query']}}\n"
    )
    said = shell("deploy", "raw-hello", "raw", "--web", "raw").stdout
    url = re.search(r"web: (\S+)", said)[1]
    assert json.loads(fetched(f"{url}?a=1&b")[1])["query"] == "a=1&b"


def test_the_namespace_and_its_limits(shell):
    assert shell("namespace", "list").stdout == "guest\n"
    assert json.loads(shell("namespace", "limits").stdout)["maxActionMemory"] >= 256


def test_what_is_updated_keeps_the_rest(shell, hello):
    shell("package", "create", "kept", "-p", "name", "Ada", "-a", "note", "mine")
    shell("package", "update", "kept", "-p", "name", "Eve", "--shared", "yes")
    changed = shell("package", "get", "kept").stdout
    assert "name='Eve'" in changed
    assert 'note="mine"' in changed
    for name in ("morning", "evening"):
        shell("trigger", "create", name)
    shell("rule", "create", "moved", "morning", "heard")
    shell("rule", "disable", "moved")
    said = shell("rule", "update", "moved", "evening", "heard").stdout
    assert "evening" in said
    assert "inactive" in said
    shell("trigger", "update", "evening", "-p", "name", "Bob")
    shell("rule", "enable", "moved")
    assert ": activation" not in shell("trigger", "fire", "morning").stdout
    (started,) = fire(shell, "evening")
    assert "greeting Bob" in shell("logs", started).stdout


def test_a_feed_is_told_of_an_update(shell, hello):
    shell("deploy", "ticks", "feed")
    shell("trigger", "create", "ticking", "--feed", "/_/ticks", "-p", "every", "hour")
    shell("trigger", "update", "ticking", "-p", "every", "day")
    refused = shell("trigger", "update", "ticking", "-p", "every", "never", code=1)
    assert "never is no interval" in refused.stderr
