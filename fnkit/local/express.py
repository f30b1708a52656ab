"""The express way of a blocking call that was made before: by its caller, of this action, in this way.

Who may call what, and what the action is, was worked out for the first of such calls (`routes.invoke`), and holds
until an entity or a user changes. What is left to do is what differs from call to call: arguments, throttles, an
id, the run, its record. There is no task: the end of the run gives the answer.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from weakref import ref

from fnkit.core.clock import now_ms
from fnkit.core.entities import PAYLOAD_LIMIT, Json
from fnkit.local.asgi import Response
from fnkit.local.controller import LONGEST_WAIT, Controller
from fnkit.local.entities import Entities
from fnkit.local.exchange import answer, transaction_id
from fnkit.local.invocable import Ask, Invocable
from fnkit.local.jobs import Status
from fnkit.local.patience import Patience
from fnkit.local.records import Imprint, Record
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
    known: "ref[Invocable]"
    """Let go of where there is too much code in memory: what is remembered of a head holds none."""
    imprint: Imprint
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
        self.patience: Patience[Waiting] = Patience(self._late, LONGEST_WAIT)
        """For answers."""
        self._tasks: set[asyncio.Task[None]] = set()

    def now(self) -> tuple[int, int]:
        """What changes with each entity and each user: what was worked out holds as long as it is the same."""
        return self._entities.generation, self._users.generation

    def _late(self, waiting: "Waiting") -> None:
        task = asyncio.ensure_future(waiting.give_up())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Again:
    """A call that was made before."""

    __slots__ = ("_express", "_manner", "_since")

    def __init__(self, express: Express, manner: Manner, since: tuple[int, int]) -> None:
        """`since`: what `Express.now` was before it was worked out who may call what."""
        self._express = express
        self._manner = manner
        self._since = since

    def begin(self, body: bytes, reply: Reply) -> bool:
        """Make it with these arguments; `reply` hears of its end. False, with nothing done, if that needs more."""
        express, manner = self._express, self._manner
        arguments, invocable = _arguments(body), manner.known()
        if arguments is None or invocable is None or express.now() != self._since:
            return False
        tid = transaction_id(b"")
        try:
            express.throttles.invoke(manner.caller)
            invocable.check_final(arguments)
            ask = Ask(manner.caller, tid, now_ms(), arguments, manner.wait)
            run = express.controller.begin(invocable, ask)
        except Rejected as rejected:
            reply(*_pieces(rejected.response(tid), tid))
            return True
        except Exception:  # noqa: BLE001 - whatever it is, who waits is told
            reply(*_pieces(_fault(invocable.path, tid), tid))
            return True
        Waiting(express, manner, run, tid, reply)
        return True


class Waiting:
    """Somebody who waits for the end of a run."""

    __slots__ = ("_express", "_manner", "_reply", "_tid", "run")

    def __init__(self, express: Express, manner: Manner, run: Run, tid: str, reply: Reply) -> None:
        self.run = run
        self._express = express
        self._manner = manner
        self._tid = tid
        self._reply: Reply | None = reply
        express.patience.wait(self, manner.wait)
        run.then(self._heard)

    def _heard(self) -> None:
        self._express.patience.done(self)
        reply = self._take()
        if reply is not None:
            reply(*self._answer())

    async def give_up(self) -> None:
        """It goes on without anybody who waits: that is promised, and said. Nothing where it ended meanwhile."""
        if self._reply is None:
            return
        run, tid = self.run, self._tid
        try:
            if not await self._express.controller.promise(run, self._manner.imprint):
                return
            response = answer({"activationId": run.id}, 202, run.id)
        except Exception:  # noqa: BLE001 - whatever it is, who waits is told
            response = _fault(run.id, tid)
        reply = self._take()
        if reply is not None:
            reply(*_pieces(response, tid))

    def _take(self) -> Reply | None:
        """Who waits for the answer: whoever has it gives it, and nobody else."""
        reply, self._reply = self._reply, None
        return reply

    def _answer(self) -> tuple[int, bytes, bytes]:
        run, tid = self.run, self._tid
        try:
            record = self._express.controller.said(run)
            if record is None:
                return _pieces(answer({"activationId": run.id}, 202, run.id), tid)
            status, text = said(record, self._manner.result_only)
            body = text.encode()
        except Rejected as rejected:
            return _pieces(rejected.response(tid), tid)
        except Exception:  # noqa: BLE001 - whatever it is, who waits is told
            return _pieces(_fault(run.id, tid), tid)
        given = run.id.encode(), len(body), tid.encode()
        lines = b"%bx-openwhisk-activation-id: %b\r\ncontent-length: %d\r\nx-request-id: %b\r\n"
        return status, lines % (_ALWAYS, *given), body


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


def _fault(what: str, tid: str) -> Response:
    """What is told of a fault of ours, which is logged."""
    _LOG.exception("%s", what)
    return Rejected(500, INTERNAL).response(tid)


def _pieces(response: Response, tid: str) -> tuple[int, bytes, bytes]:
    """What a `Reply` takes."""
    response.headers.append((b"x-request-id", tid.encode("latin-1")))
    return response.status, lines_of(response.headers), response.body
