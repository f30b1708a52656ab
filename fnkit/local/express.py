"""The express way of a blocking call that was made before: by its caller, of this action, in this way.

Who may call what, and what the action is, was worked out for the first of such calls (`routes.invoke`), and holds
until an entity or a user changes. What is left to do is what differs from call to call: arguments, throttles, an
id, the run, its record. There is no task: the end of the run gives the answer.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from fnkit.core.clock import now_ms
from fnkit.core.entities import PAYLOAD_LIMIT, Json
from fnkit.local.alarm import Alarm
from fnkit.local.asgi import Response
from fnkit.local.controller import LONGEST_WAIT, Controller
from fnkit.local.entities import Entities
from fnkit.local.exchange import answer, transaction_id
from fnkit.local.invocable import Ask, Invocable
from fnkit.local.jobs import Status
from fnkit.local.records import Record
from fnkit.local.rejected import INTERNAL, JSON, RAW_CORS, Rejected
from fnkit.local.repeats import Reply
from fnkit.local.runs import Run
from fnkit.local.spray import Malformed, parse
from fnkit.local.throttles import Throttles
from fnkit.local.users import Identity, Users
from fnkit.local.wire import lines_of

_LOG = logging.getLogger(__name__)
_CODES: Mapping[Status, int] = {Status.SUCCESS: 200, Status.INTERNAL_ERROR: 500}
_ALWAYS = lines_of((*RAW_CORS, (b"content-type", JSON)))


def said(record: Record, result_only: bool) -> tuple[int, str]:
    """Status and body of a blocking call's answer."""
    # A quirk of OpenWhisk: an array is answered bare, asked for or not.
    bare = result_only or record.result.startswith("[")
    return _CODES.get(record.status, 502), record.result if bare else record.answer


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody calls an action."""

    caller: Identity
    invocable: Invocable
    wait: float
    """Seconds."""
    result_only: bool


class Express:
    """Calls that are under way without a task of their own. Used on one event loop."""

    def __init__(self, entities: Entities, users: Users, throttles: Throttles, controller: Controller) -> None:
        self._entities = entities
        self._users = users
        self.throttles = throttles
        self.controller = controller
        self._waiting: dict[str, Waiting] = {}
        self._alarm = Alarm(self._look, LONGEST_WAIT)
        self._tasks: set[asyncio.Task[None]] = set()

    def now(self) -> tuple[int, int]:
        """What changes with each entity and each user: what was worked out holds as long as it is the same."""
        return self._entities.generation, self._users.generation

    def of(self, manner: Manner, since: tuple[int, int]) -> "Call | None":
        """What such calls need, worked out while `now` was `since`; None where there is no express way."""
        compound = manner.invocable.components or manner.invocable.conductor
        return None if compound else Call(self, manner, since)

    def enter(self, waiting: "Waiting") -> None:
        """A call has begun."""
        self._waiting[waiting.run.id] = waiting
        self._alarm.within(waiting.call.manner.wait)

    def leave(self, waiting: "Waiting") -> None:
        """It has its record."""
        self._waiting.pop(waiting.run.id, None)

    def _look(self) -> None:
        """Who has waited long enough is told that the call goes on."""
        now, soonest = time.monotonic(), inf
        for waiting in tuple(self._waiting.values()):
            if waiting.until <= now:
                del self._waiting[waiting.run.id]
                task = asyncio.ensure_future(waiting.give_up())
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            else:
                soonest = min(soonest, waiting.until)
        if soonest < inf:
            self._alarm.within(soonest - now)


class Call:
    """A call that was made before."""

    __slots__ = ("_express", "_since", "manner")

    def __init__(self, express: Express, manner: Manner, since: tuple[int, int]) -> None:
        self.manner = manner
        self._express = express
        self._since = since

    def begin(self, body: bytes, reply: Reply) -> bool:
        """Make it with these arguments; `reply` hears of its end. False, with nothing done, if that needs more."""
        express, manner = self._express, self.manner
        arguments = _arguments(body)
        if arguments is None or express.now() != self._since:
            return False
        if manner.invocable.final and not manner.invocable.final.isdisjoint(arguments):
            return False
        tid = transaction_id(b"")
        try:
            express.throttles.invoke(manner.caller)
            ask = Ask(manner.caller, tid, now_ms(), arguments, manner.wait)
            run = express.controller.begin(manner.invocable, ask)
        except Rejected as rejected:
            _respond(reply, rejected.response(tid), tid)
            return True
        Waiting(express, self, run, tid, reply)
        return True


class Waiting:
    """Somebody who waits for the end of a run."""

    __slots__ = ("_express", "_reply", "_tid", "call", "run", "until")

    def __init__(self, express: Express, call: Call, run: Run, tid: str, reply: Reply) -> None:
        self.call = call
        self.run = run
        self.until = time.monotonic() + call.manner.wait
        self._express = express
        self._tid = tid
        self._reply: Reply | None = reply
        express.enter(self)
        run.then(self._heard)

    def _heard(self) -> None:
        self._express.leave(self)
        reply, came, tid = self._reply, self.run.came, self._tid
        if reply is None:
            return
        if isinstance(came, Record):
            status, text = said(came, self.call.manner.result_only)
            body = text.encode()
            given = self.run.id.encode(), len(body), tid.encode()
            lines = b"%bx-openwhisk-activation-id: %b\r\ncontent-length: %d\r\nx-request-id: %b\r\n"
            reply(status, lines % (_ALWAYS, *given), body)
            return
        _LOG.error("activation %s", self.run.id, exc_info=came)
        _respond(reply, Rejected(500, INTERNAL).response(tid), tid)

    async def give_up(self) -> None:
        """It goes on without anybody who waits: that is promised, and said."""
        reply, self._reply, run = self._reply, None, self.run
        assert reply is not None
        try:
            await self._express.controller.promise(run, self.call.manner.invocable)
            response = answer({"activationId": run.id}, 202, run.id)
        except Exception:  # noqa: BLE001 - whatever it is, who waits is told
            _LOG.exception("activation %s", run.id)
            response = Rejected(500, INTERNAL).response(self._tid)
        _respond(reply, response, self._tid)


def _arguments(body: bytes) -> dict[str, Json] | None:
    """What a body says; None where that is not as simple."""
    if not body:
        return {}
    if len(body) > PAYLOAD_LIMIT:
        return None
    try:
        value = parse(body)
    except Malformed:
        return None
    return value if isinstance(value, dict) else None


def _respond(reply: Reply, response: Response, tid: str) -> None:
    response.headers.append((b"x-request-id", tid.encode("latin-1")))
    reply(response.status, lines_of(response.headers), response.body)
