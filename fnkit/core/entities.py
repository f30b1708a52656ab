"""OpenWhisk's records as values, and the few of ours that cross rooms.

Source: apache/openwhisk docs/rest_api.md, WhiskActivation.scala, docs/reference.md for the limits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

Json = Any
"""What `json.loads` gives."""

MIB = 1024 * 1024
CODE_LIMIT = 48 * MIB
"""Bytes of `exec.code`; a zip counts as its base64 text, so about 36 MiB of zip."""
PAYLOAD_LIMIT = 1 * MIB
"""Bytes of an invocation's arguments, of a result, of an action's parameters."""


@dataclass(frozen=True, slots=True)
class Limits:
    """An action's limits: `timeout` in ms, `memory` and `logs` in MB, `concurrency` per instance."""

    timeout: int = 60_000
    memory: int = 256
    logs: int = 10
    concurrency: int = 1

    def to_json(self) -> dict[str, int]:
        """As in `limits` of an action document."""
        return {
            "timeout": self.timeout,
            "memory": self.memory,
            "logs": self.logs,
            "concurrency": self.concurrency,
        }


def pairs_to_dict(pairs: Sequence[Mapping[str, Json]] | None) -> dict[str, Json]:
    """OpenWhisk's `[{"key": k, "value": v}]` as a dict; the last of equal keys wins."""
    return {pair["key"]: pair["value"] for pair in pairs or ()}


def dict_to_pairs(values: Mapping[str, Json]) -> list[dict[str, Json]]:
    """A dict as OpenWhisk's `[{"key": k, "value": v}]`."""
    return [{"key": key, "value": value} for key, value in values.items()]


@dataclass(frozen=True, slots=True)
class Activation:
    """The record of one run. Times in ms; `end` and `duration` are None on a trigger's record."""

    id: str
    name: str
    namespace: str
    version: str
    start: int
    end: int | None
    duration: int | None
    status: str
    """`success`, `application error`, `action developer error` or `whisk internal error`."""
    result: Json
    size: int | None = None
    logs: tuple[str, ...] = ()
    annotations: Mapping[str, Json] = field(default_factory=dict)
    cause: str | None = None

    @property
    def success(self) -> bool:
        """True where the code ran and answered without an `error`."""
        return self.status == "success"

    @property
    def wait_time(self) -> int | None:
        """Ms from the request to the instance."""
        return self.annotations.get("waitTime")

    @property
    def init_time(self) -> int | None:
        """Ms of init code, None on a warm run."""
        return self.annotations.get("initTime")

    @property
    def path(self) -> str:
        """`namespace/package/name` of the action, without a leading slash."""
        return str(self.annotations.get("path", f"{self.namespace}/{self.name}"))

    @classmethod
    def from_json(cls, record: Mapping[str, Json]) -> Self:
        """Read a record as the REST API gives it (GET activation, blocking POST)."""
        response = record.get("response") or {}
        return cls(
            id=record["activationId"],
            name=record["name"],
            namespace=record["namespace"],
            version=record.get("version", "0.0.1"),
            start=record["start"],
            end=record.get("end"),
            duration=record.get("duration"),
            status=response.get("status", ""),
            result=response.get("result"),
            size=response.get("size"),
            logs=tuple(record.get("logs") or ()),
            annotations=pairs_to_dict(record.get("annotations")),
            cause=record.get("cause"),
        )


@dataclass(frozen=True, slots=True)
class Split:
    """Where the time of a call went, in ms; None where it is not known (yet)."""

    wait: int | None = None
    """From the request to the instance."""
    init: int | None = None
    """Of init code, None on a warm call."""
    run: int | None = None

    @classmethod
    def of(cls, activation: Activation) -> Self:
        """From a record: `duration` is init plus run."""
        duration = activation.duration
        run = None if duration is None else duration - (activation.init_time or 0)
        return cls(activation.wait_time, activation.init_time, run)


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A trained model as deploys and bundles know it: content by sha256, and where it may come from."""

    name: str
    """Catalogue name or file name."""
    sha256: str
    size: int
    """Bytes."""
    path: Path
    """The checked file on this machine."""
    url: str | None = None
    """Where an instance may download it, None where it travels in the bundle or by the shared cache."""


@dataclass(frozen=True, slots=True)
class EntryParameter:
    """One parameter of an entry function, as `invoke`, the form and the action file need it."""

    name: str
    type: str | None = None
    """A JSON type name (`string number integer boolean array object`), None where any value will do."""
    required: bool = True
    default: Json = None
    choices: tuple[Json, ...] = ()
    """From `Literal[...]`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The function that a cell deploys and how it is called."""

    name: str
    parameters: tuple[EntryParameter, ...] = ()
    rest: bool = False
    """True where it takes `**rest`."""
    whole: bool = False
    """True where it takes OpenWhisk's one object as it is (`args`, `params`)."""
    doc: str = ""
