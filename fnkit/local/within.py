"""Turns of conductors within the server: what moves JSON only, in fnkit's own machine, takes no instance.

A turn that calls no function of the user's and reaches out to nothing gives the same here as in an instance.
What wants more (an inline function, a branch, a store, a request, a pause), and what is large, takes an instance,
from the turn's beginning.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from fnkit.compose.machine import KEY
from fnkit.compose.turn import Trace
from fnkit.core.clock import now_ms
from fnkit.core.entities import PAYLOAD_LIMIT
from fnkit.local import answers
from fnkit.local.child import encode
from fnkit.local.invocable import Ask, Invocable
from fnkit.local.jobs import Job, Outcome
from fnkit.local.logs import Logs
from fnkit.local.messages import Line
from fnkit.local.records import dumps

Object = dict[str, Any]
MOST = 256
"""Conductors that are remembered."""
LARGE = 64 * 1024
"""Characters of arguments, from which a turn is work that nobody else should wait for."""
DEEPEST = 100
"""Frames of a state."""
MOVES = 200
"""Of a turn: a flow that goes round and round is the business of its instance."""


class Beyond(Exception):
    """A turn wants what is not here."""


class World(Trace):
    """What a turn finds in this process: nothing."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.activation = job.activation_id
        self.environment: Mapping[str, str] = job.environment
        self.logs = Logs(job.executable.limits.logs)
        self._moves = MOVES

    def line(self, text: str) -> None:
        """A line of the log."""
        self.logs.feed("stdout", f"{text}\n".encode())

    def left(self) -> float:
        """Asked at each move: enough, as long as they are few."""
        self._moves -= 1
        if self._moves < 0:
            raise Beyond
        return 60.0

    def _beyond(self, *_: Any) -> Any:
        raise Beyond

    start = put = get = drop = raised = pause = send = _beyond


Take = Callable[[Object, World], Object]
"""The answer of a turn to its arguments, which it may change. Raises Beyond, or whatever is wrong with them."""


class Within:
    """The conductors that were called lately."""

    def __init__(self, read: Callable[[Invocable], Take | None]) -> None:
        """`read` knows conductors whose turns can be taken here."""
        self._read = read
        self._known: OrderedDict[tuple[str, str], tuple[str, Take | None]] = OrderedDict()

    def turn(self, invocable: Invocable, ask: Ask, api_host: str) -> tuple[Job, Outcome] | None:
        """A turn and what it gives; None where it takes an instance."""
        take = self._take(invocable)
        if take is None:
            return None
        job = invocable.job(ask, api_host)
        outcome = _turn(take, job)
        return None if outcome is None else (job, outcome)

    def _take(self, invocable: Invocable) -> Take | None:
        executable = invocable.executable
        place = executable.namespace, executable.name
        known = self._known.get(place)
        if known is None or known[0] != executable.revision:
            known = self._known[place] = executable.revision, self._read(invocable)
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        return known[1]


def _turn(take: Take, job: Job) -> Outcome | None:
    start, world, executable = now_ms(), World(job), job.executable
    try:
        text = dumps(job.arguments)
        if len(text) > LARGE:
            return None
        arguments = json.loads(text)  # a copy: a turn changes its state, and may not come to its end
        if len(arguments.get(KEY, {}).get("stack", ())) > DEEPEST:
            return None
        answer = encode(take(arguments, world))
    except Exception:  # noqa: BLE001 - whatever it is, the instance has the word for it
        return None
    line = Line(answer[:PAYLOAD_LIMIT], len(answer))
    status, result, size, _ = answers.of_run(line, executable.limits.timeout, executable.kind)
    wait = max(0, start - job.received_ms)
    return Outcome(status, result, start, now_ms(), wait, None, "warm", size, world.logs.take())
