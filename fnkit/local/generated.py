"""Conductors that fnkit generated, read from their code: what their turns need no process for is taken here.

A turn that calls no function of the user's and reaches out to nothing only moves JSON about, in a machine that is
fnkit's own. Where the archive of a conductor has that machine byte by byte, and the generated text around it, the
turn gives the same in this process as in an instance. Whatever else a turn wants (an inline function, a branch, a
store, a request, a pause) it takes in an instance, from its beginning.
"""

import base64
import binascii
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import fnkit
from fnkit.compose import turn as flows
from fnkit.compose.machine import KEY
from fnkit.compose.program import Flow
from fnkit.core.clock import now_ms
from fnkit.core.entities import MIB
from fnkit.core.names import FLOW
from fnkit.events import destination
from fnkit.local import answers
from fnkit.local.child import encode
from fnkit.local.invocable import Ask, Invocable
from fnkit.local.jobs import Job, Outcome
from fnkit.local.logs import log_line
from fnkit.local.messages import Line

Object = dict[str, Any]
Take = Callable[[Object, "World"], Object]
"""The answer of a turn to its arguments, which it may change. Raises Beyond, or whatever is wrong with them."""

MOST = 1024
"""Conductors that are remembered."""
LARGEST = MIB
"""Characters of code of a generated conductor."""
MOVES = 200
"""Of a turn: a flow that goes round and round is the business of its instance."""
GROWING = frozenset({"retain", "retain_catch", "merge"})
"""Nodes that give more than they get: within each other they fill the memory of whoever takes the turn."""
ORDER = "FNKIT_DESTINATION"
DESTINATION = "fnkit-destination"
BEGINS = """
fnkit_turn = fnkit_conductor(
    r\'\'\'"""
"""What comes before the flow in a generated file,"""
FUNCTIONS = """''',
    {
"""
"""what comes after it,"""
ENDS = '''",
)


def fnkit_flow(params):
    return fnkit_turn(params)


# How OpenWhisk calls it: one object in, one object out.
def main(params, _call=fnkit_flow):
    """Hand OpenWhisk's object to fnkit_flow() as it is."""
    return _call(params)
'''
"""and how the file ends."""
IMPORT = "from fnkit.compose.turn import conductor as fnkit_conductor\n"


class Beyond(Exception):
    """A turn wants what is not here."""


class World(flows.Trace):
    """What a turn finds in this process: nothing."""

    def __init__(self, activation: str) -> None:
        super().__init__()
        self.activation = activation
        self.logs: list[str] = []
        self._moves = MOVES

    def line(self, text: str) -> None:
        """A line of the log."""
        self.logs.append(log_line("stdout", text))

    def left(self) -> float:
        """Asked at each move: enough, as long as they are few."""
        self._moves -= 1
        if self._moves < 0:
            raise Beyond
        return 60.0

    def _beyond(self, *_: Any) -> Any:
        raise Beyond

    start = put = get = drop = raised = pause = send = _beyond


class _Functions(dict[str, Any]):
    """Inline functions, which are the user's own."""

    def get(self, *_: Any) -> Any:
        """Not here."""
        raise Beyond


class Generated:
    """The conductors that were called lately."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], Take | None] = {}

    def turn(self, invocable: Invocable, ask: Ask, api_host: str) -> tuple[Job, Outcome] | None:
        """A turn and what it gives; None where it takes an instance."""
        take = self.take(invocable)
        if take is None:
            return None
        job = invocable.job(ask, api_host)
        outcome = _turn(take, job)
        return None if outcome is None else (job, outcome)

    def take(self, invocable: Invocable) -> Take | None:
        """How a turn of an action is taken here; None where it is no conductor as fnkit makes them today."""
        executable = invocable.executable
        place = executable.namespace, executable.name, executable.revision
        if place not in self._known:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[place] = _read(invocable)
        return self._known[place]


def _turn(take: Take, job: Job) -> Outcome | None:
    """What a turn gives; None where its instance has to say it."""
    start, world = now_ms(), World(job.activation_id)
    arguments = job.arguments
    if not isinstance(arguments, dict):
        return None
    kept = arguments.get(KEY)
    given = arguments if kept is None else {**arguments, KEY: json.loads(json.dumps(kept))}
    try:
        text = encode(take(dict(given), world))
    except Exception:  # noqa: BLE001 - whatever it is, the instance has the word for it
        return None
    executable = job.executable
    status, result, size, _ = answers.of_run(Line(text, len(text)), executable.limits.timeout, executable.kind)
    logs = tuple(world.logs) if executable.limits.logs else ()
    return Outcome(status, result, start, now_ms(), max(0, start - job.received_ms), None, "warm", size, logs)


def _read(invocable: Invocable) -> Take | None:
    executable, notes = invocable.executable, invocable.annotations
    generated = FLOW in notes or DESTINATION in notes
    plain = executable.binary and executable.main == "main" and executable.kind.startswith("python:")
    if not (generated and plain) or len(executable.code) > LARGEST:
        return None
    try:
        file = _own(executable.code)
        return _flow(file) if FLOW in notes else _destination(file, invocable.environment)
    except (ValueError, LookupError, TypeError, OSError, RecursionError, zipfile.BadZipFile, binascii.Error):
        return None  # its instance says what is wrong


def _own(code: str) -> str:
    """The action file of an archive whose modules of fnkit's are ours. Raises ValueError where they are not."""
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(code, validate=True))) as archive:
        for member in archive.infolist():
            other = not member.filename.startswith("fnkit/") or member.is_dir()
            if not other and (member.file_size > LARGEST or archive.read(member) != _ours(member.filename)):
                raise ValueError(member.filename)
        file = archive.getinfo("__main__.py")
        if file.file_size > LARGEST:
            raise ValueError(file.filename)
        return archive.read(file).decode()


@cache
def _ours(name: str) -> bytes:
    root = Path(fnkit.__file__).parent
    path = root.parent / name
    if not path.is_relative_to(root) or ".." in path.parts:
        raise ValueError(name)
    return path.read_bytes()


def _flow(file: str) -> Take | None:
    """Of a flow: nothing in its file but what was generated speaks of its names."""
    before, _, after = file.partition(BEGINS)
    document, _, rest = after.partition(FUNCTIONS)
    once = before.count(IMPORT) == 1 and file.count("fnkit_conductor") == file.count("fnkit_turn") == 2
    if not (once and rest.endswith(ENDS)):
        return None
    join = rest.removesuffix(ENDS).rpartition('"')[2]
    flow = Flow(json.loads(document), _Functions())
    if any(node["type"] in GROWING for node in flow.nodes.values()):
        return None
    return lambda arguments, world: flows.take(flow, world, arguments, world.activation, join)


def _destination(file: str, environment: Mapping[str, str]) -> Take | None:
    if file.encode() != _ours("fnkit/events/destination.py"):
        return None
    order = json.loads(environment[ORDER])
    return lambda arguments, world: destination.Turn(order, world).take(arguments)
