"""What came of init and of a run, in OpenWhisk's words. Pure.

Source: apache/openwhisk ActivationResult.scala, ErrorResponse.scala; apache/openwhisk-runtime-go initHandler.go,
runHandler.go; apache/openwhisk 1fae641a as observed.
"""

import json
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

from fnkit.core.entities import PAYLOAD_LIMIT, Json
from fnkit.local.jobs import Status
from fnkit.local.messages import FAILED, INITIALIZED, Answer, Died, Line, OutOfMemory, TimedOut
from fnkit.local.records import DEEPEST, TooDeep, reader

OUT_OF_MEMORY = "The action exhausted its memory and was aborted."
TIMED_OUT = "The action exceeded its time limits of {} milliseconds."
INIT_TIMED_OUT = "The action exceeded its time limits of {} milliseconds during initialization."
INIT_DIED = "Cannot start action. Check logs for details."
INIT_DIED_LOG = "Command exited abruptly during initialization."
NO_CODE = "Missing main/no code to execute."
RUN_DIED = "command exited"
NOT_AN_OBJECT = "The action did not return a dictionary or array."
NULL = "The action did not produce a valid JSON or JSON Array response: null"
TOO_DEEP = f"The action did not produce a valid JSON or JSON Array response: it is nested more than {DEEPEST} deep"
TOO_LONG = (
    "The action produced a response that exceeded the allowed length: {} > {} bytes. "
    "The truncated response was: {}"
)


class Verdict(NamedTuple):
    """Status, result and size of an activation's response."""

    status: Status
    result: Json
    size: int | None = None
    timed_out: bool = False

    @property
    def reusable(self) -> bool:
        """False where the instance must not be used again."""
        return self.status in (Status.SUCCESS, Status.APPLICATION_ERROR)


@dataclass(frozen=True, slots=True)
class Words:
    """How a runtime answers."""

    end: str
    """After the JSON of each answer: it counts."""
    not_an_object: str
    init_died: Verdict
    run_died: Verdict


def words(kind: str) -> Words:
    """How the runtime of `kind` speaks."""
    return ACTION_LOOP if kind.startswith("python:") else NODE


def of_init(answer: Answer, limit: int, words: Words) -> Verdict | None:
    """Why init failed, or None where it did not; `limit` in ms."""
    match answer:
        case TimedOut():
            return Verdict(Status.DEVELOPER_ERROR, {"error": INIT_TIMED_OUT.format(limit)}, timed_out=True)
        case OutOfMemory():
            return Verdict(Status.DEVELOPER_ERROR, {"error": OUT_OF_MEMORY})
        case Died():
            return words.init_died
        case Line(text=text) if text == INITIALIZED:
            return None
        case Line(text=text):
            return _said(text, words.init_died, words)


def of_run(answer: Answer, limit: int, kind: str) -> Verdict:
    """What the answer to a run of an action of this kind means; `limit` in ms."""
    spoken = words(kind)
    match answer:
        case Line(text=text) if text.startswith(FAILED):
            return _said(text.removeprefix(FAILED), spoken.run_died, spoken)
        case Line(text=text, length=length):
            # The newline that ends each line on the wire is a part of what ActionLoop answers.
            size = length - 1 + len(spoken.end)
            if size > PAYLOAD_LIMIT:
                error = TOO_LONG.format(size, PAYLOAD_LIMIT, text.decode(errors="replace"))
                return Verdict(Status.APPLICATION_ERROR, {"error": error}, size)
            return _of_result(text, size, spoken)
        case TimedOut():
            return Verdict(Status.DEVELOPER_ERROR, {"error": TIMED_OUT.format(limit)}, timed_out=True)
        case OutOfMemory():
            return Verdict(Status.DEVELOPER_ERROR, {"error": OUT_OF_MEMORY})
        case Died():
            return spoken.run_died


def failed(error: str, words: Words) -> Verdict:
    """A developer error whose text comes from the runtime: its size is that of the runtime's answer."""
    body = json.dumps({"error": error}, separators=(",", ":"), ensure_ascii=False) + words.end
    return Verdict(Status.DEVELOPER_ERROR, {"error": error}, len(body.encode(errors="replace")))


def _said(text: bytes, died: Verdict, words: Words) -> Verdict:
    """The child's reason; an action that speaks on the wire in its place has none."""
    try:
        return failed(str(json.loads(text)["error"]), words)
    except (ValueError, TypeError, LookupError, RecursionError):
        return died


def _of_result(text: bytes, size: int, words: Words) -> Verdict:
    try:
        result = _loads(text.decode(errors="surrogatepass"))
    except TooDeep:
        return Verdict(Status.DEVELOPER_ERROR, {"error": TOO_DEEP}, size)
    except ValueError:
        return failed(words.not_an_object, words)
    if result is None:
        return Verdict(Status.DEVELOPER_ERROR, {"error": NULL + words.end}, size)
    if isinstance(result, dict) and "error" in result:
        return Verdict(Status.APPLICATION_ERROR, {"error": result["error"]}, size)
    if isinstance(result, dict | list):
        return Verdict(Status.SUCCESS, result, size)
    return failed(words.not_an_object, words)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_loads = reader(json.JSONDecoder(parse_constant=_refuse))

ACTION_LOOP = Words(
    end="\n",
    not_an_object=NOT_AN_OBJECT,
    init_died=Verdict(Status.DEVELOPER_ERROR, {"error": INIT_DIED}, 57),
    run_died=Verdict(Status.DEVELOPER_ERROR, {"error": RUN_DIED}, 27),
)
"""Sizes: of the answers in which apache/openwhisk-runtime-go says so."""
NODE = Words(
    end="",
    not_an_object="The action did not return a dictionary.",
    init_died=Verdict(Status.DEVELOPER_ERROR, {"error": "The action did not initialize and exited unexpectedly."}),
    run_died=Verdict(
        Status.DEVELOPER_ERROR,
        {"error": "The action did not produce a valid response and exited unexpectedly."},
    ),
)
"""The runtime is gone with the action: it is the platform that speaks of an end."""
