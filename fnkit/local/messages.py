"""The frames between the server and an instance: one JSON line each way.

Down: `{"init": {...}}` once, then OpenWhisk's /run body for each activation. Up: `{"ok": true}` or
`{"error": text}` for init, and for each run the action's answer, verbatim. A line that begins with `!` is the
child's own word, since no JSON text does. After an init that says `shared`, runs may overlap, and each answer to
one bears its id in front: `@<activation id> `. A run with `before`, a moment by the machine's monotonic clock, was
sent while another one goes on: it begins before that moment, or never, and then its answer is `!later`. Nor does
it begin where the run before it left something printed that nobody read, or ended in a way that ends an instance.
Source: apache/openwhisk-runtime-go ActionLoop; apache/openwhisk ContainerProxy.scala for the body.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fnkit.core.entities import Json
from fnkit.local.jobs import Executable, Job
from fnkit.local.records import dumps

READY = b"!ready\n"
"""The child's word for: started and locked in, waiting for init."""
INITIALIZED = b'{"ok": true}\n'
"""The answer to an init that went well."""
FAILED = b"!failed "
"""Before the answer of a run that the runtime, not the action, calls an error."""
TAG = b"@"
"""Before the id of the activation, and a space, where answers come in any order."""
OUT_OF_MEMORY = b"!memory\n"
"""The child's word for a MemoryError that nobody caught."""


PRINTED = b"!printed "
"""Before an answer: the run printed something that was not read yet."""
LONG = b"!long "
"""The same where it took 5 ms or more."""
LATER = b"!later\n"
"""The child's word for a run that it did not begin."""


class Line(NamedTuple):
    """The instance answered: `text` with its newline, at most PAYLOAD_LIMIT bytes of the `length` it had."""

    text: bytes
    length: int
    printed: bool = False
    """True where the child says that the run printed something; some do not say."""
    long: bool = False
    """True where it says that the run took long."""


@dataclass(frozen=True, slots=True)
class Died:
    """The process ended, or closed the wire, without an answer."""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """No answer in time."""


@dataclass(frozen=True, slots=True)
class OutOfMemory:
    """A MemoryError that the action did not catch."""


@dataclass(frozen=True, slots=True)
class Later:
    """The run was not begun by this instance, and will not be."""


Answer = Line | Died | TimedOut | OutOfMemory


@dataclass(frozen=True, slots=True)
class Init:
    """What an instance needs to load an action's code: sent once."""

    main: str
    """The function's name."""
    folder: Path
    """The instance's own folder with the action's files: working directory and first on `sys.path`."""
    paths: tuple[Path, ...]
    """What else an action may import, before the standard library."""
    environment: tuple[tuple[str, str], ...]
    """Init parameters and what the platform adds."""
    shared: bool = False
    """True where it will take several runs at a time."""

    def frame(self, job: Job, deadline: int) -> bytes:
        """One line; what identifies the activation is there while the module is imported."""
        return _line(self.body(identity(job, deadline)))

    def body(self, known: Mapping[str, str]) -> Mapping[str, Json]:
        """The message, with what is known of the activation or of the action by its name in the /run body."""
        environment = {f"__OW_{key.upper()}": value for key, value in known.items()}
        return {
            "init": {
                "main": self.main,
                "folder": str(self.folder),
                "paths": [str(path) for path in self.paths],
                "environment": {**dict(self.environment), **environment},
                **({"shared": True} if self.shared else {}),
            }
        }


def identity(job: Job, deadline: int) -> dict[str, str]:
    """What an instance may know of an activation, as in the /run body; `__OW_` + upper case in its environment.

    Ahead of any activation it knows of the action only.
    """
    common = action_identity(job.executable, job.namespace)
    if not job.activation_id:
        return common
    known = {
        **common,
        "activation_id": job.activation_id,
        "transaction_id": job.transaction_id,
        "deadline": str(deadline),
    }
    return known if job.api_key is None else {**known, "api_key": job.api_key}


def action_identity(executable: Executable, namespace: str) -> dict[str, str]:
    """The part that all activations of an action have in common; `namespace` is the caller's."""
    return {
        "namespace": namespace,
        "action_name": f"/{executable.namespace}/{executable.name}",
        "action_version": executable.version,
    }


def run_frame(job: Job, deadline: int, before: float | None = None) -> bytes:
    """The /run body of `job` as one line; `deadline` in ms since 1970, `before` in seconds by `time.monotonic`."""
    executable = job.executable
    lease = "" if before is None else f',"before":{before:.6f}'
    key = "" if job.api_key is None else f',"api_key":{dumps(job.api_key)}'
    # A legal name has no sign that JSON would write in another way.
    text = (
        f'{{"value":{dumps(job.arguments)},"namespace":"{job.namespace}",'
        f'"action_name":"/{executable.namespace}/{executable.name}","action_version":"{executable.version}",'
        f'"activation_id":"{job.activation_id}","transaction_id":{_quoted(job.transaction_id)},'
        f'"deadline":"{deadline}"{key}{lease}}}\n'
    )
    return text.encode(errors="surrogatepass")


def _quoted(text: str) -> str:
    return f'"{text}"' if text.isalnum() else dumps(text)


def _line(body: Json) -> bytes:
    return dumps(body).encode(errors="surrogatepass") + b"\n"
