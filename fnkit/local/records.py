"""Activation ids, and the record of one run as it is kept and answered."""

import json
import json.scanner
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from fnkit.core.entities import Json, dict_to_pairs
from fnkit.local.jobs import Executable, Job, Outcome, Status

WORDS = {
    Status.SUCCESS: "success",
    Status.APPLICATION_ERROR: "application error",
    Status.DEVELOPER_ERROR: "action developer error",
    Status.INTERNAL_ERROR: "whisk internal error",
}
"""`response.status`. Source: ActivationResult.scala."""
STOPPED = "The platform was stopped before the action finished."
DEEPEST = 500
"""How deep arrays and objects may lie within each other in what is read, so that it can be written again.

Python reads and writes some 1000 levels, less those of its own calls, which differ from place to place.
"""


class TooDeep(ValueError):
    """Arrays and objects lie too deep within each other."""


def new_id() -> str:
    """A fresh activation id: 32 hex digits that start with the time in ms, so that ids sort by time.

    Three digits more tell apart what began within one of them; the rest is random.
    """
    ms, rest = divmod(time.time_ns(), 1_000_000)
    return f"{ms:012x}{rest * 4096 // 1_000_000:03x}{os.urandom(9).hex()[1:]}"


def _compact() -> Callable[[Json], str]:
    """`JSONEncoder.encode` makes its C part anew at each call, which is most of what a small text costs."""
    encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return encoder.encode
    chunks = make(None, encoder.default, json.encoder.encode_basestring, None, ":", ",", False, False, True)
    return lambda value: "".join(chunks(value, 0))


dumps: Callable[[Json], str] = _compact()
"""Compact JSON, not ASCII only, as OpenWhisk writes it."""


def reader(decoder: json.JSONDecoder) -> Callable[[str], Json]:
    """What `decoder.decode` does, without its look for space around: half of what a small text costs.

    It raises TooDeep, a ValueError, for more than DEEPEST levels.
    """
    make: Any = json.scanner.make_scanner
    scan: Callable[[str, int], tuple[Json, int]] = make(decoder)

    def whole(text: str) -> Json:
        try:
            value, end = scan(text, 0)
        except StopIteration:
            return decoder.decode(text)
        return value if text[end:] in ("", "\n") else decoder.decode(text)

    def read(text: str) -> Json:
        try:
            value = whole(text)
        except RecursionError:
            raise TooDeep from None
        if len(text) > 2 * DEEPEST and text.count("[") + text.count("{") > DEEPEST and _deep(value):
            raise TooDeep
        return value

    return read


def _deep(value: Json) -> bool:
    """Whether it has more than DEEPEST levels. Looks at one level after the other: it needs no stack."""
    level = [value] if isinstance(value, _NESTED) else []
    for _ in range(DEEPEST):
        inner = (one for each in level for one in (each.values() if isinstance(each, dict) else each))
        level = [one for one in inner if isinstance(one, _NESTED)]
        if not level:
            return False
    return True


_NESTED = (dict, list)


class Record(NamedTuple):
    """One activation, its parts as JSON text: what is kept is what is answered, written once."""

    id: str
    namespace: str
    filter_name: str
    """What a list's `name` is compared with: `name`, or `package/name` (a binding's where it ran through one)."""
    start: int
    status: Status
    began: str
    head: str
    """All fields but response and logs."""
    result: str
    response: str
    """`response`, which holds the result."""
    logs: str
    ids: bool = False
    """True where the logs are the ids of steps, which are known at once."""

    @property
    def answer(self) -> str:
        """The record as a blocking call answers it: without logs, which are still being collected."""
        return join(self.head, self.response, self.logs if self.ids else "[]")


def join(head: str, response: str, logs: str) -> str:
    """The whole record from its parts."""
    return f'{head[:-1]},"response":{response},"logs":{logs}}}'


def summary(head: str, status: int) -> dict[str, Json]:
    """A record as a list shows it."""
    item: dict[str, Json] = json.loads(head)
    del item["subject"]
    item["statusCode"] = status
    if "end" in item:  # a trigger's record has none
        item["duration"] = item["end"] - item["start"]  # of a sequence not the sum of its steps, as in its record
    return item


@dataclass(frozen=True, slots=True)
class Imprint:
    """What all records of one version of an action have in common."""

    filter_name: str
    """As `Record.filter_name`."""
    text: str
    """JSON that stops within the list of annotations, after the last one that all have."""
    cause: str | None = None
    """The id of the sequence or composition that it is a step of."""


def imprint(executable: Executable, binding: str | None = None) -> Imprint:
    """The imprint of an action; `binding` is `namespace/name` where it is called through one."""
    notes: dict[str, Json] = {
        "limits": executable.limits.to_json(),
        "path": f"{executable.namespace}/{executable.name}",
        "kind": executable.kind,
    }
    if binding:
        notes["binding"] = binding
    name = executable.name.rpartition("/")[2]
    fields = {"name": name, "version": executable.version, "publish": False, "annotations": dict_to_pairs(notes)}
    filter_name = f"{binding.rpartition('/')[2]}/{name}" if binding else executable.name
    return Imprint(filter_name, dumps(fields).removesuffix("]}"))


def caused(common: Imprint, cause: str) -> Imprint:
    """The imprint of a step: its record names the sequence or composition that it is part of."""
    return Imprint(common.filter_name, common.text + _note("causedBy", '"sequence"'), cause)


def record_of(job: Job, outcome: Outcome, common: Imprint) -> Record:
    """The record of a job that has ended. Each part is written once, as text."""
    result, start = dumps(outcome.result), outcome.start
    timed_out = "true" if outcome.timed_out else "false"
    init = "" if outcome.init is None else f',{{"key":"initTime","value":{outcome.init}}}'
    notes = f',{{"key":"timeout","value":{timed_out}}},{{"key":"waitTime","value":{outcome.wait}}}{init}'
    return Record(
        id=job.activation_id,
        namespace=job.namespace,
        filter_name=common.filter_name,
        start=start,
        status=outcome.status,
        began=outcome.began,
        head=f"{common.text}{notes}]{_run(job.activation_id, job.namespace, (start, outcome.end), common)}",
        result=result,
        response=response_of(outcome.status, result, outcome.size),
        logs=dumps(outcome.logs) if outcome.logs else "[]",
    )


def record_of_stopped(activation_id: str, namespace: str, start: int, common: Imprint) -> Record:
    """The record of a run that was promised and that the server did not live to see end."""
    result = dumps({"error": STOPPED})
    status = Status.INTERNAL_ERROR
    return Record(
        id=activation_id,
        namespace=namespace,
        filter_name=common.filter_name,
        start=start,
        status=status,
        began="",
        head=f"{common.text}{_note('timeout', 'false')}]{_run(activation_id, namespace, (start, start), common)}",
        result=result,
        response=response_of(status, result, None),
        logs="[]",
    )


def _note(key: str, value: str | int) -> str:
    return f',{{"key":"{key}","value":{value}}}'


def _run(activation_id: str, namespace: str, times: tuple[int, int], common: Imprint) -> str:
    start, end = times
    cause = f'"cause":"{common.cause}",' if common.cause else ""
    # A legal name has no sign that JSON would write in another way.
    return (
        f',"namespace":"{namespace}","subject":"{namespace}","activationId":"{activation_id}",'
        f'{cause}"start":{start},"end":{end},"duration":{end - start}}}'
    )


def response_of(status: Status, result: str, size: int | None) -> str:
    """`response` of a record; `result` is JSON text."""
    success = "true" if status is Status.SUCCESS else "false"
    length = "" if size is None else f',"size":{size}'
    return f'{{"status":"{WORDS[status]}","success":{success},"result":{result}{length}}}'


def split_times(head: Mapping[str, Json]) -> dict[str, int | None]:
    """`wait`, `init` and `run` in ms from a record's fields."""
    notes = {pair["key"]: pair["value"] for pair in head["annotations"]}
    init = notes.get("initTime")
    ran = head["duration"] - (init or 0) if "duration" in head else None  # a trigger's record has none
    return {"wait": notes.get("waitTime"), "init": init, "run": ran}
