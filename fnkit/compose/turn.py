"""What a conductor action of fnkit's does when it is called: one turn of its flow. Ships alone, with `machine`."""

import json
import os
import time
import traceback
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from fnkit.compose.fork import JOIN
from fnkit.compose.machine import KEY, LEAST, TOLD, Run
from fnkit.compose.moves import Call, Done, Json, Object, Unkept, Unstarted, World
from fnkit.compose.platform import Platform
from fnkit.compose.program import Flow

if TYPE_CHECKING:
    from fnkit.compose.store import Store

MARK = "fnkit-flow"
"""How the lines of the trace begin, on stdout."""
TOGETHER = 8
"""Events of one line at most."""
LONGEST = 15 * 1024
"""Characters of one line at most: a platform cuts what is longer than 16 KiB."""
ROOM = 2048
"""Bytes of events that go beside a state: `machine.LIMIT` leaves that much."""
HURRY = 2.0
"""Seconds for taking an object away; at most, for what is left of the turn is needed for its answer."""


class Trace:
    """What happens in a turn."""

    def __init__(self) -> None:
        self._told: list[Mapping[str, Json]] = []

    def say(self, event: Mapping[str, Json]) -> None:
        """For the trace: where much happens, a few events share a line of the log.

        What was started is told at once: should this turn be ended, nobody else knows of it.
        """
        self._told.append(event)
        if len(self._told) == TOGETHER or event["event"] == "branch":
            self.tell()

    def tell(self) -> None:
        """In the log, what was said and is nowhere yet."""
        if self._told:
            text = json.dumps(self._told)
            for line in [text] if len(text) < LONGEST else map(json.dumps, self._told):
                self.line(f"{MARK} {line}")
            self._told = []

    def line(self, text: str) -> None:
        """A line of the log."""
        print(text)  # noqa: T201 - that is the log

    def beside(self, state: Object) -> Object:
        """The state with what was said, which is in the record of this turn so: a line costs ten times as much."""
        if len(json.dumps(self._told)) > ROOM:
            return state
        told, self._told = self._told, []
        return {**state, TOLD: told}


class Here(Trace):
    """The world of a conductor: its log, its deadline, and the platform that it runs on."""

    def __init__(self, flow: Flow) -> None:
        super().__init__()
        self._flow = flow
        self._platform: Platform | None = None
        self._store: Store | None = None
        deadline = os.environ.get("__OW_DEADLINE")
        self._until = int(deadline) / 1000 if deadline else time.time() + 60.0

    def raised(self, error: Exception) -> None:
        """The traceback, in the log."""
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None and trace.tb_frame.f_code.co_name == "compute":
            trace = trace.tb_next
        traceback.print_exception(type(error), error, trace)

    def start(self, action: str | None, arguments: Object) -> str | None:
        """With the conductor's own key."""
        if self._platform is None:
            self._platform = Platform.here()
        return self._platform.start(action or os.environ["__OW_ACTION_NAME"], arguments)

    def left(self) -> float:
        """Until the time limit of this activation."""
        return self._until - time.time()

    def put(self, key: str, state: Object) -> None:
        """In the store that the flow names."""
        self._opened().put(key, state)

    def get(self, key: str) -> Object:
        """From there."""
        return self._opened().get(key)

    def drop(self, key: str) -> None:
        """Not there any more; where that cannot be soon, the log says what stays: no result may wait for it."""
        seconds = min(HURRY, (self.left() - LEAST) / 4)
        trouble = f"{key}: there is no time left"
        if seconds > 0:
            try:
                return self._opened().drop(key, seconds)
            except Unkept as told:
                trouble = str(told)
        self.line(f"An object of this run stays in the store: {trouble}")
        return None

    def _opened(self) -> "Store":
        if self._store is None:
            from fnkit.compose.store import Store  # most flows need none

            self._store = Store(self._flow.store or {})
        return self._store


class Surroundings(World, Protocol):
    """A world, and what has happened in it."""

    def tell(self) -> None:
        """In the log, what was said and is nowhere yet."""
        ...

    def beside(self, state: Object) -> Object:
        """The state with what was said."""
        ...


def conductor(
    document: str, functions: Mapping[str, Callable[..., Json]], join: str
) -> Callable[[Object], Object]:
    """The action's function: `document` is the flow as JSON, `join` the action that waits for branches."""
    flow = Flow(json.loads(document), functions)

    def turn(arguments: Object) -> Object:
        return take(flow, Here(flow), arguments, os.environ.get("__OW_ACTIVATION_ID", ""), join)

    return turn


def take(flow: Flow, around: Surroundings, arguments: Object, activation: str, join: str) -> Object:
    """The answer of one turn, the activation of that id; `arguments` lose what the turn before kept there."""
    try:
        outcome = _outcome(flow, around, arguments, activation)
        return outcome if isinstance(outcome, dict) else _answer(around, *outcome, join)
    finally:
        around.tell()


def _outcome(
    flow: Flow, around: Surroundings, arguments: Object, activation: str
) -> tuple[Run, Call | Done] | Object:
    kept = arguments.pop(KEY, None)
    if kept is None:
        run = Run.fresh(flow, around, activation)
        return run, run.begin(arguments)
    if kept["flow"] != flow.digest:
        stack = kept.get("stack") or [{}]
        place = kept.get("node") or stack[-1].get("node", "")
        return {
            "error": f"This flow was deployed anew while the run was at node {place}: its nodes are others now."
        }
    try:
        return Run.again(flow, around, kept, arguments)
    except Unkept as trouble:
        return {"error": f"{kept['node']}: the state of the flow is not to be had: {trouble}"}


def _answer(around: Surroundings, run: Run, outcome: Call | Done, join: str) -> Object:
    if isinstance(outcome, Done):
        run.end()
        return outcome.value if "error" in outcome.value else {"params": outcome.value}
    action = join if outcome.action == JOIN and outcome.joins else outcome.action
    return {"action": action, "params": outcome.value, "state": {KEY: around.beside(run.state())}}


__all__ = ["Here", "Unstarted", "conductor"]
