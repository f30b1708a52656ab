"""Activation ids, and the record of one run as it is kept and answered."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from fnkit.core.clock import now_ms
from fnkit.core.entities import Json, dict_to_pairs
from fnkit.local.jobs import Job, Outcome, Status

WORDS = {
    Status.SUCCESS: "success",
    Status.APPLICATION_ERROR: "application error",
    Status.DEVELOPER_ERROR: "action developer error",
    Status.INTERNAL_ERROR: "whisk internal error",
}
"""`response.status`. Source: ActivationResult.scala."""
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


def new_id() -> str:
    """A fresh activation id: 32 hex digits that start with the time in ms, so that ids sort by time."""
    return f"{now_ms():012x}{secrets.token_hex(10)}"


def dumps(value: Json) -> str:
    """Compact JSON, not ASCII only, as OpenWhisk writes it."""
    return _ENCODER.encode(value)


@dataclass(frozen=True, slots=True)
class Record:
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

    @property
    def answer(self) -> str:
        """The record as a blocking call answers it: always without logs."""
        return join(self.head, self.response, "[]")


def join(head: str, response: str, logs: str) -> str:
    """The whole record from its parts."""
    return f'{head[:-1]},"response":{response},"logs":{logs}}}'


def summary(head: str, status: int) -> dict[str, Json]:
    """A record as a list shows it."""
    item: dict[str, Json] = json.loads(head)
    del item["subject"]
    if "end" in item:
        item["statusCode"] = status
    return item


def record_of(job: Job, outcome: Outcome, binding: str | None = None) -> Record:
    """The record of a job that has ended; `binding` is `namespace/name` where it was called through one."""
    executable = job.executable
    annotations: dict[str, Json] = {
        "limits": executable.limits.to_json(),
        "path": f"{executable.namespace}/{executable.name}",
        "kind": executable.kind,
        "timeout": outcome.timed_out,
        "waitTime": outcome.wait,
    }
    if outcome.init is not None:
        annotations["initTime"] = outcome.init
    if binding:
        annotations["binding"] = binding
    head = {
        "namespace": job.namespace,
        "name": executable.name.rpartition("/")[2],
        "version": executable.version,
        "subject": job.namespace,
        "activationId": job.activation_id,
        "start": outcome.start,
        "end": outcome.end,
        "duration": outcome.end - outcome.start,
        "annotations": dict_to_pairs(annotations),
        "publish": False,
    }
    result = dumps(outcome.result)
    return Record(
        id=job.activation_id,
        namespace=job.namespace,
        filter_name=_filter_name(executable.name, binding),
        start=outcome.start,
        status=outcome.status,
        began=outcome.began,
        head=dumps(head),
        result=result,
        response=_response(outcome.status, result, outcome.size),
        logs=dumps(outcome.logs),
    )


def _response(status: Status, result: str, size: int | None) -> str:
    success = "true" if status is Status.SUCCESS else "false"
    length = "" if size is None else f',"size":{size}'
    return f'{{"status":"{WORDS[status]}","success":{success},"result":{result}{length}}}'


def _filter_name(name: str, binding: str | None) -> str:
    if binding is None:
        return name
    return f"{binding.rpartition('/')[2]}/{name.rpartition('/')[2]}"


def split_times(head: Mapping[str, Json]) -> dict[str, int | None]:
    """`wait`, `init` and `run` in ms from a record's fields."""
    notes = {pair["key"]: pair["value"] for pair in head["annotations"]}
    init = notes.get("initTime")
    return {"wait": notes.get("waitTime"), "init": init, "run": head["duration"] - (init or 0)}


def promised_head(job: Job) -> str:
    """What is kept of a job that was promised: enough for a record, should it never end."""
    executable = job.executable
    return dumps(
        {
            "name": executable.name,
            "version": executable.version,
            "limits": executable.limits.to_json(),
            "path": f"{executable.namespace}/{executable.name}",
            "kind": executable.kind,
        }
    )


def record_of_stopped(activation_id: str, namespace: str, start: int, promised: Mapping[str, Json]) -> Record:
    """The record of a run that was promised and that the server did not live to see end."""
    notes = {**{key: promised[key] for key in ("limits", "path", "kind")}, "timeout": False}
    head = {
        "namespace": namespace,
        "name": promised["name"].rpartition("/")[2],
        "version": promised["version"],
        "subject": namespace,
        "activationId": activation_id,
        "start": start,
        "end": start,
        "duration": 0,
        "annotations": dict_to_pairs(notes),
        "publish": False,
    }
    result = dumps({"error": "The platform was stopped before the action finished."})
    status = Status.INTERNAL_ERROR
    return Record(
        id=activation_id,
        namespace=namespace,
        filter_name=promised["name"],
        start=start,
        status=status,
        began="",
        head=dumps(head),
        result=result,
        response=_response(status, result, None),
        logs="[]",
    )
