"""What came of init and of a run, in OpenWhisk's words. Pure.

Source: apache/openwhisk ActivationResult.scala, ErrorResponse.scala; apache/openwhisk-runtime-go initHandler.go,
runHandler.go; apache/openwhisk 1fae641a as observed.
"""

import json
from dataclasses import dataclass
from typing import NoReturn

from fnkit.core.entities import PAYLOAD_LIMIT, Json
from fnkit.local.jobs import Status
from fnkit.local.messages import INITIALIZED, Answer, Died, Line, OutOfMemory, TimedOut

OUT_OF_MEMORY = "The action exhausted its memory and was aborted."
TIMED_OUT = "The action exceeded its time limits of {} milliseconds."
INIT_TIMED_OUT = "The action exceeded its time limits of {} milliseconds during initialization."
INIT_DIED = "Cannot start action. Check logs for details."
INIT_DIED_LOG = "Command exited abruptly during initialization."
NO_CODE = "Missing main/no code to execute."
RUN_DIED = "command exited"
NOT_AN_OBJECT = "The action did not return a dictionary or array."
NULL = "The action did not produce a valid JSON or JSON Array response: null\n"
TOO_LONG = (
    "The action produced a response that exceeded the allowed length: {} > {} bytes. "
    "The truncated response was: {}"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Status, result and size of an activation's response."""

    status: Status
    result: Json
    size: int | None = None
    timed_out: bool = False

    @property
    def reusable(self) -> bool:
        """False where the instance must not be used again."""
        return self.status in (Status.SUCCESS, Status.APPLICATION_ERROR)


def of_init(answer: Answer, limit: int) -> Verdict | None:
    """Why init failed, or None where it did not; `limit` in ms."""
    match answer:
        case TimedOut():
            return Verdict(Status.DEVELOPER_ERROR, {"error": INIT_TIMED_OUT.format(limit)}, timed_out=True)
        case OutOfMemory():
            return Verdict(Status.DEVELOPER_ERROR, {"error": OUT_OF_MEMORY})
        case Died():
            return failed(INIT_DIED)
        case Line(text=text) if text == INITIALIZED:
            return None
        case Line(text=text):
            return failed(_error(text))


def of_run(answer: Answer, limit: int) -> Verdict:
    """What the answer to a run means; `limit` in ms."""
    match answer:
        case TimedOut():
            return Verdict(Status.DEVELOPER_ERROR, {"error": TIMED_OUT.format(limit)}, timed_out=True)
        case OutOfMemory():
            return Verdict(Status.DEVELOPER_ERROR, {"error": OUT_OF_MEMORY})
        case Died():
            return failed(RUN_DIED)
        case Line(text=text, length=length) if length > PAYLOAD_LIMIT:
            error = TOO_LONG.format(length, PAYLOAD_LIMIT, text.decode(errors="replace"))
            return Verdict(Status.APPLICATION_ERROR, {"error": error}, length)
        case Line(text=text, length=length):
            return _of_result(text, length)


def failed(error: str) -> Verdict:
    """A developer error whose text comes from the runtime: its size is that of the runtime's answer."""
    body = json.dumps({"error": error}, separators=(",", ":"), ensure_ascii=False) + "\n"
    return Verdict(Status.DEVELOPER_ERROR, {"error": error}, len(body.encode()))


def _error(text: bytes) -> str:
    """The child's reason; an action that speaks on the wire while it is imported has none."""
    try:
        return str(json.loads(text)["error"])
    except (ValueError, TypeError, LookupError, RecursionError):
        return INIT_DIED


def _of_result(text: bytes, size: int) -> Verdict:
    try:
        result = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return failed(NOT_AN_OBJECT)
    if result is None:
        return Verdict(Status.DEVELOPER_ERROR, {"error": NULL}, size)
    if isinstance(result, dict) and "error" in result:
        return Verdict(Status.APPLICATION_ERROR, {"error": result["error"]}, size)
    if isinstance(result, dict | list):
        return Verdict(Status.SUCCESS, result, size)
    return failed(NOT_AN_OBJECT)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
