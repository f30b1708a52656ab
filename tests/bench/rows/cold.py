"""First calls: of a no-op, of an action that imports LiteRT, of the pose action; forks, and what they take.

A call is made cold by ending the instance that the one before left; the rows say what it then begins from.
"""

import base64
import io
import itertools
import os
import random
import signal
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fnkit.local import companions
from fnkit.local.child import RESTS
from tests.archives import zipped
from tests.bench import floors, pose
from tests.bench.clients import Latency, latency
from tests.bench.harness import Floor, Group, Row, at_least, at_most
from tests.bench.platform import Connection, Server, fnkit, platform

IMPORTING = Path(__file__).parents[1] / "importing.py"
HELLO = "def main(args):\n    return {'greeting': 'Hello ' + args.get('name', 'you')}\n"
FORKS = 60
RESTED = RESTS / 1000 + 0.5
"""Seconds after which an instance has given back what it does not need."""
PATIENCE = 120.0
"""Seconds until something is ready in the background."""
NO_TEMPLATE = [{"key": "fnkit-template", "value": False}]
HELLO_AGAIN = f"import json\n{HELLO}print(json.dumps(main({{}})), flush=True)\n"
MAIN_AGAIN = """import json, os, sys
os.environ['FNKIT_MODELS'] = {models!r}
import main__
print(json.dumps(main__.main(json.loads(sys.argv[1]))), flush=True)"""


@dataclass
class Bench:
    """A platform, and how its actions are called."""

    server: Server
    connection: Connection

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """The answer of a request that succeeds."""
        return self.connection.ask(self.server.request(method, path, body))

    def instances(self, name: str) -> list[dict[str, Any]]:
        """Those of an action."""
        found = self.ask("GET", "/fnkit/v1/pool")["instances"]
        return [one for one in found if one["action"].endswith(f"/{name}") and one["pid"]]

    def end(self, name: str) -> None:
        """Kill the instances of an action, and wait until the platform has let go of them."""
        for one in self.instances(name):
            with suppress(ProcessLookupError):  # its end is known already, and about to be told
                os.kill(one["pid"], signal.SIGKILL)
        until(lambda: not self.instances(name))

    def cold(self, name: str, request: bytes, began: str = "forked") -> float:
        """Seconds of a call that finds no instance, which begins as it should."""
        self.end(name)
        start = time.perf_counter()
        record = self.connection.ask(request)
        seconds = time.perf_counter() - start
        found = self.ask("GET", f"/fnkit/v1/activations/{record['activationId']}")["began"]
        if found != began:
            raise RuntimeError(f"the call of {name} began {found}, not {began}")
        return seconds

    def put(self, name: str, document: dict[str, Any]) -> bytes:
        """A call of an action that is put now."""
        self.ask("PUT", f"actions/{name}?overwrite=true", document)
        return self.server.request("POST", f"actions/{name}?blocking=true", {})


@contextmanager
def group() -> Iterator[Group]:
    """Everything deployed, zygotes and the template of the pose action ready."""
    with platform() as server:
        bench = Bench(server, Connection(server.port))
        calls = _deploy(bench)
        code, layers = _laid_out(server)
        again = MAIN_AGAIN.format(models=os.pathsep.join(map(str, layers)))

        def fresh(name: str, given: Any) -> Callable[[], float]:
            own = companions.apart(code[name], code[name].parent)
            return lambda: floors.fresh(again, given, (code[name], *own, *layers))

        users = itertools.count()
        probes: dict[str, Callable[[], Any]] = {
            "F4 no-op": lambda: floors.fresh(HELLO_AGAIN),
            "no-op": lambda: bench.cold("no-op", calls["no-op"]),
            "F4 imports": fresh("importing", {}),
            "imports": lambda: bench.cold("importing", calls["importing"]),
            "F4 pose": fresh("pose", pose.arguments()),
            "warm pose": lambda: _warm(bench, calls["pose"]),
            "zygote": lambda: bench.cold("zygote-pose", calls["zygote-pose"]),
            "template": lambda: bench.cold(pose.NAME, calls["pose"]),
            "first": lambda: _first(bench, next(users)),
            "F5": floors.fork,
            "forks": lambda: Latency.of([bench.cold("no-op", calls["no-op"]) for _ in range(FORKS)]),
            "memory": lambda: _memory(bench, calls),
        }
        yield Group(probes, _rows(), repeats=5)


def _rows() -> list[Row]:
    def floor(name: str, less: str | None = None) -> Floor:
        return Floor("F4", lambda t: t[name] - (t[less] if less else 0.0))

    def less_warm(name: str) -> Callable[[Any], float]:
        return lambda t: t[name] - t["warm pose"]

    return [
        Row("no-op", lambda t: t["no-op"], floor("F4 no-op"), at_most(0.20, 0.12)),
        Row("imports LiteRT, numpy, Pillow", lambda t: t["imports"], floor("F4 imports"), at_most(0.08, 0.05)),
        Row("pose, from the zygote", less_warm("zygote"), floor("F4 pose", "warm pose"), at_most(0.25)),
        Row("pose, from a template", less_warm("template"), floor("F4 pose", "warm pose"), at_most(0.08, 0.05)),
        Row("pose, the first ever", lambda t: t["first"], floor("F4 pose"), at_most(1.15)),
        Row(
            "forks a second, one after the other",
            lambda t: 1 / t["forks"].p50,
            Floor.fixed("50 a second", 50),
            at_least(1),
            "/s",
        ),
        Row("p50 of a forked no-op", lambda t: t["forks"].p50, Floor("F5", lambda t: t["F5"])),
        Row("p99 of a forked no-op", lambda t: t["forks"].p99, floor("F4 no-op")),
        _memory_row("no-op", 0.15),
        _memory_row("pose", 0.35),
    ]


def _memory_row(kind: str, bound: float) -> Row:
    floor = Floor("the same instance as a process of its own", lambda t: t["memory"][f"plain {kind}"])
    return Row(f"private memory, {kind}", lambda t: t["memory"][f"forked {kind}"], floor, at_most(bound), "MB")


def _deploy(bench: Bench) -> dict[str, bytes]:
    """The actions of the rows, each called until what its next cold call begins from is ready; gives the calls."""
    calls = {"no-op": bench.put("no-op", _document(HELLO))}
    calls["alone"] = bench.put("alone", _apart(_document(zipped({"__main__.py": HELLO}))))
    fnkit(bench.server, "deploy", "importing", IMPORTING)
    pose.deploy(bench.server)
    pose_document = _copied(bench, pose.NAME)
    pose_document["annotations"] += NO_TEMPLATE
    bench.ask("PUT", "actions/zygote-pose?overwrite=true", pose_document)
    importing = _copied(bench, "importing")
    importing["annotations"] += NO_TEMPLATE
    calls["importing"] = bench.put("importing", importing)
    calls["pose"] = pose.call(bench.server)
    bench.put("alone-pose", _apart(pose_document))
    words = pose.arguments()
    for name in ("zygote-pose", "alone-pose"):
        calls[name] = bench.server.request("POST", f"actions/{name}?blocking=true", words)
    for name in ("no-op", "importing", "zygote-pose"):
        until(lambda name=name: _begins(bench, name, calls[name]) == "forked")
    bench.connection.ask(calls["pose"])
    until(lambda: any(one["source"] == "template" for one in bench.ask("GET", "/fnkit/v1/pool")["sources"]))
    return calls


def _document(code: str) -> dict[str, Any]:
    return {"exec": {"kind": "python:3", "code": code}, "annotations": NO_TEMPLATE}


def _apart(document: dict[str, Any]) -> dict[str, Any]:
    """The same with a module that a zygote has already: what brings one is never forked."""
    archive = io.BytesIO(base64.b64decode(document["exec"]["code"]))
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr("random.py", Path(random.__file__).read_bytes())
    code = base64.b64encode(archive.getvalue()).decode()
    return {**document, "exec": {**document["exec"], "code": code, "binary": True}}


def _copied(bench: Bench, name: str) -> dict[str, Any]:
    """What a PUT of the same action says."""
    action = bench.ask("GET", f"actions/{name}?code=true")
    return {key: action[key] for key in ("exec", "annotations", "limits", "parameters")}


def _begins(bench: Bench, name: str, request: bytes) -> str:
    bench.end(name)
    record = bench.connection.ask(request)
    return bench.ask("GET", f"/fnkit/v1/activations/{record['activationId']}")["began"]


def _laid_out(server: Server) -> tuple[dict[str, Path], list[Path]]:
    """The folders of the code of each action, by what it is, and of all layers."""
    data = Path(server.environment["FNKIT_DATA"])
    scripts = {script.parent: script.read_text() for script in data.glob("code/*/main__.py")}
    wanted = {"importing": "Interpreter.__name__", "pose": "movenet-multipose"}
    code = {name: next(folder for folder in scripts if words in scripts[folder]) for name, words in wanted.items()}
    return code, sorted(data.glob("layers/*"))


def _warm(bench: Bench, request: bytes) -> float:
    return latency(lambda: bench.connection.ask(request), 5).p50


def _newcomer(bench: Bench, number: int) -> Bench:
    """A user for whom nothing was grown yet, with the pose action."""
    data = Path(bench.server.environment["FNKIT_DATA"])
    operator = replace(bench.server, auth=_auth(data / ".wskadmin"))
    made = bench.connection.ask(operator.request("PUT", f"/fnkit/v1/users/newcomer-{number}", {}))
    newcomer = Bench(replace(bench.server, auth=_auth(Path(made["props"]))), bench.connection)
    newcomer.ask("PUT", f"actions/{pose.NAME}", _copied(bench, pose.NAME))
    return newcomer


def _auth(props: Path) -> str:
    return dict(line.split("=", 1) for line in props.read_text().splitlines() if "=" in line)["AUTH"]


def _first(bench: Bench, number: int) -> float:
    """Seconds of somebody's first call: what it could begin from is being grown while it runs."""
    newcomer = _newcomer(bench, number)
    return floors.seconds(lambda: newcomer.connection.ask(pose.call(newcomer.server)))


def _memory(bench: Bench, calls: dict[str, bytes]) -> dict[str, float]:
    """Bytes that nobody else has, of instances that wait after two calls: forked, and not."""
    found = {}
    for name, what in (("alone", "plain no-op"), ("alone-pose", "plain pose"), ("no-op", "forked no-op")):
        found[what] = _private(bench, name, calls[name])
    return {**found, "forked pose": _private(bench, pose.NAME, calls["pose"])}


def _private(bench: Bench, name: str, request: bytes) -> float:
    for _ in range(2):
        bench.connection.ask(request)
    threading.Event().wait(RESTED)
    (instance, *_) = bench.instances(name)
    return float(sum(dirty(pid) for pid in family(instance["pid"])))


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def dirty(pid: int) -> int:
    """Private_Dirty in bytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_Dirty:"))


def until(true: Callable[[], Any]) -> None:
    """Look until it is so."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            raise RuntimeError("it did not come to be")
        threading.Event().wait(0.02)  # not a busy wait: what is awaited needs the processor
