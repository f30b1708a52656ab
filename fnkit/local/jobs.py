"""What the platform asks of an instance, and what came of it. The seam between REST and processes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from fnkit.core.entities import Json, Limits

Began = Literal["cold", "prewarmed", "forked", "warm"]
"""How the instance of an activation began."""


class Status(IntEnum):
    """`statusCode` of a list item; the words are in `response.status`. Source: ActivationResult.scala."""

    SUCCESS = 0
    APPLICATION_ERROR = 1
    DEVELOPER_ERROR = 2
    INTERNAL_ERROR = 3


@dataclass(frozen=True, slots=True)
class Executable:
    """One version of one action: what a warm instance must equal to be used again."""

    namespace: str
    """Where the action lies (not who calls it)."""
    name: str
    """`name` or `package/name`."""
    version: str
    revision: str
    """Changes with every PUT, also of annotations: instances of another revision are never reused."""
    kind: str
    code: str
    """Text, or base64 of a zip where `binary`."""
    binary: bool
    main: str
    limits: Limits
    network: bool = True
    """False where the annotation `fnkit-network` is false."""
    image: str = ""
    """Of a `blackbox` action, whose code may be empty."""
    template: bool = True
    """False where the annotation `fnkit-template` is false: its init code runs for each instance."""
    keep: float | None = None
    """Seconds that an unused instance is kept, where the annotation `fnkit-keep-alive` says so."""

    @property
    def shared(self) -> int:
        """Runs that one instance takes at a time: as in upstream's runtimes, only Node.js takes more than one."""
        return self.limits.concurrency if self.kind.startswith("nodejs:") else 1


@dataclass(frozen=True, slots=True)
class Job:
    """One activation to run."""

    activation_id: str
    transaction_id: str
    namespace: str
    """Of the caller: warm instances are never shared between namespaces."""
    executable: Executable
    arguments: Json
    """The merged object (or an array), without init parameters."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Init parameters as environment variables."""
    api_key: str | None = None
    """`uuid:key` where the action may have it."""
    api_host: str = ""
    """`__OW_API_HOST`."""
    received_ms: int = 0
    """When the request arrived; waitTime counts from here."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job. Times in ms since 1970; `end - start` is init plus run."""

    status: Status
    result: Json
    start: int
    end: int
    wait: int
    init: int | None
    """Duration of the init code in ms, None on a warm start."""
    began: Began
    size: int | None = None
    """Bytes of the instance's answer, None where the platform made the answer."""
    logs: tuple[str, ...] = ()
    timed_out: bool = False
