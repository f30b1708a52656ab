"""OpenWhisk's own clients from npm, as they are, against the platform: `openwhisk` and `openwhisk-composer`.

`scripts/clients.py` installs them as tests/npm pins them. `@openwhisk/wskdebug` is not among them: it begins
by asking for a Docker daemon, and runs every action in a container of its own.
"""

import json
import os
import shutil
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "tests" / "npm"
INSTALLED = ROOT / "build" / "npm" / "node_modules"
ADD = "def main(args):\n    print('adding')\n    return {'sum': args.get('a', 0) + args.get('b', 0)}\n"
ECHO = "def main(args):\n    return args\n"
PYTHON = "python:default"

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="there is no node"),
    pytest.mark.skipif(not INSTALLED.is_dir(), reason="the clients from npm are not installed"),
]


@dataclass(frozen=True)
class Node:
    """Node.js in an environment where the clients find host, key and modules."""

    environment: dict = field(repr=False)

    def run(self, *words):
        """What a program printed, which has to succeed."""
        options = {"env": self.environment, "capture_output": True, "text": True}
        done = subprocess.run(["node", *words], check=False, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *words):
        """A program to talk with, line by line."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        return subprocess.Popen(["node", *words], env=self.environment, **pipes)


@dataclass(frozen=True)
class Client:
    """A Node.js process in which the client lives."""

    process: subprocess.Popen

    def __call__(self, call, **options):
        """What the client gave for `actions.create` and such; Failed where it threw."""
        self.process.stdin.write(json.dumps({"call": call, "options": options}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise Failed(answer["error"])
        return answer.get("value")


class Failed(Exception):
    """The client's error: name, message, statusCode, and what the platform said."""


@pytest.fixture(scope="module")
def node(platform):
    own = {"__OW_API_HOST": platform.apihost, "__OW_API_KEY": platform.auth, "NODE_PATH": str(INSTALLED)}
    return Node({**os.environ, **own, "WSK_CONFIG_FILE": os.devnull})


@pytest.fixture(scope="module")
def wsk(node):
    with node.start(SOURCES / "client.js") as process:
        yield Client(process)
        process.stdin.close()


@pytest.fixture
def add(wsk, clean):
    """The name of an action that adds two numbers, made by the client."""
    clean.append("actions/npm-add")
    parameters = {"b": 2}
    wsk("actions.update", name="npm-add", action=ADD, kind=PYTHON, params=parameters, annotations={"note": "sums"})
    return "npm-add"


def test_actions(wsk, add):
    shown = wsk("actions.get", name=add)
    assert (shown["name"], shown["parameters"]) == (add, [{"key": "b", "value": 2}])
    assert {"key": "note", "value": "sums"} in shown["annotations"]
    assert "code" not in wsk("actions.get", name=add, code=False)["exec"]
    assert add in [one["name"] for one in wsk("actions.list", limit=200)]
    assert wsk("actions.invoke", name=add, blocking=True, result=True, params={"a": 40}) == {"sum": 42}
    record = wsk("actions.invoke", name=add, blocking=True, params={"a": 1, "b": 1})
    assert (record["response"]["success"], record["response"]["result"]) == (True, {"sum": 2})
    with pytest.raises(Failed, match="409"):
        wsk("actions.create", name=add, action=ADD, kind=PYTHON)
    again = wsk("actions.update", name=add, action=ECHO, kind=PYTHON, version="7.0.0")
    assert again["version"] == "7.0.0"
    wsk("actions.delete", name=add)
    with pytest.raises(Failed) as gone:
        wsk("actions.get", name=add)
    assert (gone.value.args[0]["name"], gone.value.args[0]["statusCode"]) == ("OpenWhiskError", 404)
    assert gone.value.args[0]["said"]["error"] == "The requested resource does not exist."


def test_an_error_of_an_action_comes_back_whole(wsk, clean):
    clean.append("actions/npm-error")
    wsk("actions.update", name="npm-error", action="def main(args):\n    return {'error': 'no'}\n", kind=PYTHON)
    with pytest.raises(Failed) as failed:
        wsk("actions.invoke", name="npm-error", blocking=True)
    assert failed.value.args[0]["statusCode"] == 502
    assert failed.value.args[0]["said"]["response"]["result"] == {"error": "no"}


def test_sequences(wsk, add, clean, namespace):
    clean.append("actions/npm-twice")
    first = [f"/{namespace}/{add}", "/whisk.system/utils/echo"]
    wsk("actions.update", name="npm-twice", sequence=first)
    components = wsk("actions.get", name="npm-twice")["exec"]["components"]
    assert components == first
    assert wsk("actions.invoke", name="npm-twice", blocking=True, result=True, params={"a": 3}) == {"sum": 5}


def test_activations(wsk, add):
    promised = wsk("actions.invoke", name=add, params={"a": 5})["activationId"]
    blocking = wsk("actions.invoke", name=add, blocking=True, params={"a": 6})["activationId"]
    listed = [one["activationId"] for one in wsk("activations.list", name=add, limit=5)]
    assert blocking in listed
    record = wsk("activations.get", name=blocking)
    assert (record["name"], record["response"]["result"]) == (add, {"sum": 8})
    assert wsk("activations.result", name=blocking)["result"] == {"sum": 8}
    assert wsk("activations.logs", name=blocking)["logs"][0].endswith("stdout: adding")
    assert promised != blocking
    assert wsk("activations.list", count=True, name=add)["activations"] >= 1


def test_packages_and_bindings(wsk, clean, namespace):
    clean += ["packages/npm-p", "packages/npm-bound", "actions/npm-p/add"]
    wsk("packages.update", name="npm-p", package={"parameters": [{"key": "a", "value": 1}], "publish": True})
    wsk("actions.update", name="npm-p/add", action=ADD, kind=PYTHON)
    binding = {"namespace": namespace, "name": "npm-p"}
    bound = {"binding": binding, "parameters": [{"key": "b", "value": 2}]}
    wsk("packages.update", name="npm-bound", package=bound)
    assert [one["name"] for one in wsk("packages.get", name="npm-p")["actions"]] == ["add"]
    assert wsk("packages.get", name="npm-bound")["binding"] == binding
    assert {"npm-p", "npm-bound"} <= {one["name"] for one in wsk("packages.list")}
    assert wsk("actions.invoke", name="npm-bound/add", blocking=True, result=True) == {"sum": 3}
    with pytest.raises(Failed, match="409"):
        wsk("packages.delete", name="npm-p")


def test_triggers_and_rules(wsk, platform, add, clean):
    clean += ["triggers/npm-t", "rules/npm-r"]
    wsk("triggers.update", name="npm-t", trigger={"parameters": [{"key": "b", "value": 4}]})
    wsk("rules.update", name="npm-r", action=add, trigger="npm-t")
    assert wsk("rules.get", name="npm-r")["status"] == "active"
    assert "npm-t" in [one["name"] for one in wsk("triggers.list")]
    assert "npm-r" in [one["name"] for one in wsk("rules.list")]
    fired = wsk("triggers.invoke", name="npm-t", params={"a": 38})["activationId"]
    line = json.loads(platform.record(fired)["logs"][0])
    assert platform.record(line["activationId"])["response"]["result"] == {"sum": 42}
    wsk("rules.disable", name="npm-r")
    assert wsk("rules.get", name="npm-r")["status"] == "inactive"
    wsk("rules.enable", name="npm-r")
    assert wsk("rules.get", name="npm-r")["status"] == "active"
    wsk("rules.delete", name="npm-r")
    wsk("triggers.delete", name="npm-t")
    with pytest.raises(Failed, match="404"):
        wsk("triggers.get", name="npm-t")


def test_feeds(wsk, platform, clean, namespace):
    clean += ["actions/npm-feed", "triggers/npm-fed"]
    wsk("actions.update", name="npm-feed", action=ECHO, kind=PYTHON, annotations={"feed": True})
    feed = f"/{namespace}/npm-feed"
    wsk("triggers.update", name="npm-fed", trigger={"annotations": [{"key": "feed", "value": feed}]})
    verbs = {"create": "CREATE", "get": "READ", "update": "UPDATE", "delete": "DELETE"}
    for verb, event in verbs.items():
        record = wsk(f"feeds.{verb}", feedName="npm-feed", trigger="npm-fed", params={"every": "day"})
        heard = record["response"]["result"]
        assert (heard["lifecycleEvent"], heard["every"]) == (event, "day")
        assert (heard["triggerName"], heard["authKey"]) == ("/_/npm-fed", platform.auth)


def test_namespaces(wsk, namespace):
    assert wsk("namespaces.list") == [namespace]


@pytest.fixture
def modules(platform, clean):
    """Waits until nodejs actions find the client that a composition requires: a fresh platform fetches it."""
    if "nodejs" not in platform.call("GET", "/").json()["runtimes"]:
        pytest.skip("this platform has no nodejs kind")
    clean.append("actions/npm-requires")
    code = "function main () { return { found: typeof require('openwhisk') } }"
    pause = threading.Event()
    for _ in range(60):
        # A new version each time: what an instance sees is decided when it starts.
        action = {"exec": {"kind": "nodejs:default", "code": code}}
        platform.call("PUT", "actions/npm-requires?overwrite=true", json=action)
        answer = platform.call("POST", "actions/npm-requires?blocking=true&result=true", json={})
        if answer.status_code == 200:
            return
        pause.wait(1)
    raise TimeoutError(answer.text)


@pytest.fixture
def composition(platform, node, modules, clean, tmp_path):
    """The name of a composition, compiled and deployed by composer's own commands."""
    clean += [f"actions/npm-{name}" for name in ("half", "even", "refuses", "composed")]
    half = {"kind": PYTHON, "code": "def main(args):\n    return {**args, 'n': args['n'] // 2}\n"}
    assert platform.call("PUT", "actions/npm-half?overwrite=true", json={"exec": half}).status_code == 200
    commands, compiled = INSTALLED / "openwhisk-composer" / "bin", tmp_path / "composition.json"
    compiled.write_text(node.run(commands / "compose.js", SOURCES / "composition.js"))
    said = node.run(commands / "deploy.js", "npm-composed", compiled, "-w")
    assert said == "ok: created actions /_/npm-even,/_/npm-refuses,/_/npm-composed\n"
    return "npm-composed"


def test_a_composition_runs_to_its_end(wsk, composition):
    """An inline function fails twice and is tried again; then one branch, or the other with its error caught."""
    even = wsk("actions.invoke", name=composition, blocking=True, result=True, params={"n": 84})
    assert even == {"n": 42, "tries": 3, "was": "even"}
    odd = wsk("actions.invoke", name=composition, blocking=True, params={"n": 7})
    assert odd["response"]["result"] == {"caught": "An error has occurred: Error: 7 is odd"}
    steps = [wsk("activations.get", name=one)["name"] for one in odd["logs"]]
    assert [name for name in steps if name != composition] == ["npm-even", "npm-refuses"]
