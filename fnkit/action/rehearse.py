"""The action file, run on its own: a clean process, the bundle's own libraries, no notebook."""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from fnkit.action import stage
from fnkit.action.bundle import Bundle
from fnkit.action.memory import recalled
from fnkit.action.target import Target, running
from fnkit.action.trace import mapped
from fnkit.core import places
from fnkit.core.canonical import canonical, sha256
from fnkit.core.entities import Json

STARTING = 2.0
"""Seconds that a process may take to start, on top of the action's limit."""
Status = Literal["success", "application error", "action developer error", "not checked"]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came of it, in OpenWhisk's words."""

    status: Status
    result: Json
    """What the entry gave, or `{"error": …}`; None where the file was only imported."""
    logs: tuple[str, ...] = ()
    """Lines of stdout and stderr; tracebacks name cells."""
    init: float = 0.0
    """Seconds to import the file, which runs what is carried over."""
    run: float = 0.0
    """Seconds of the call."""
    remembered: bool = False
    """True where the same bytes passed before on the same input, without secrets."""

    @property
    def success(self) -> bool:
        """True where it ran and gave an object or an array without an `error`."""
        return self.status == "success"

    @property
    def seconds(self) -> float:
        """Import and call."""
        return self.init + self.run


def rehearse(
    bundle: Bundle,
    arguments: Mapping[str, Json] | None = None,
    environment: Mapping[str, str] | None = None,
    timeout: float = 60.0,
) -> Rehearsal:
    """Run the action file of `bundle` on `arguments` (None: import it only), in `python -I` and a fresh folder.

    `environment` holds the secrets that the platform would send as init parameters. The same outcomes as on a
    platform; `not checked` where this machine cannot run the target's Python. `timeout`, in seconds, is the
    action's limit. A success without secrets is remembered by content; one with them may hold their values, so it
    is written nowhere.
    """
    interpreter = executable(bundle.target)
    if interpreter is None:
        return Rehearsal("not checked", None, (f"this machine cannot run {bundle.target.kind} for its platform.",))
    key = sha256(canonical([bundle.digest, bundle.main, arguments, timeout, interpreter, running()]))
    memory = None if environment else places.cache() / "rehearsals" / f"{key}.json"
    if memory and (known := recalled(memory)):
        return Rehearsal(**known | {"logs": tuple(known["logs"]), "remembered": True})
    with tempfile.TemporaryDirectory(prefix="fnkit-") as folder:
        done = _played(bundle, arguments, dict(environment or {}), timeout, Path(folder), interpreter)
    if done.success and memory:
        _remember(done, memory)
    return done


def executable(target: Target) -> str | None:
    """A Python that can run bundles for `target`, None where there is none on this machine."""
    if target.platform is not None:
        machine = target.platform.split("-")[0]
        if sys.platform != "linux" or platform.machine() != machine:
            return None
    return sys.executable if target.python == running() else shutil.which(f"python{target.python}")


def _played(
    bundle: Bundle,
    arguments: Mapping[str, Json] | None,
    environment: dict[str, str],
    timeout: float,
    folder: Path,
    interpreter: str,
) -> Rehearsal:
    code, answer = folder / "action", folder / "answer.json"
    _lay_out(bundle, code)
    order = {
        "code": str(code),
        "paths": _libraries(bundle),
        "main": bundle.main,
        "arguments": arguments,
        "answer": str(answer),
    }
    variables = _environment(bundle, folder) | environment
    try:
        said, stopped = _said(interpreter, json.dumps(order), variables, STARTING + timeout, folder), False
    except subprocess.TimeoutExpired as expired:
        said, stopped = (expired.stdout or b"").decode("utf-8", "replace"), True  # bytes, whatever was asked for
    logs = tuple(mapped(said, bundle.origins).replace(f"{code}{os.sep}", "").splitlines())
    if stopped:
        return _over_time(timeout, logs)
    if not answer.is_file():
        return Rehearsal("action developer error", {"error": "command exited"}, logs)
    done = Rehearsal(**json.loads(answer.read_text("utf-8")), logs=logs)
    return done if max(done.init, done.run) <= timeout else _over_time(timeout, logs)


def _said(interpreter: str, order: str, environment: dict[str, str], timeout: float, folder: Path) -> str:
    """What the stage wrote to stdout and stderr. Raises TimeoutExpired.

    The libraries' bytecode stays beside them, where the embedded platform finds it too.
    """
    # -S as well: else the libraries of this environment would stand in for those that the bundle lacks.
    return subprocess.run(
        [interpreter, "-I", "-S", "-u", stage.__file__],
        input=order,
        env=environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
        check=False,
    ).stdout


def _libraries(bundle: Bundle) -> list[str]:
    """The folders for sys.path: what travels, then what the image has."""
    folders = [*(layer.tree for layer in bundle.layers), bundle.image]
    return [str(folder) for folder in folders if folder is not None]


def _lay_out(bundle: Bundle, code: Path) -> None:
    for file in bundle.code.files:
        place = code / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.read())


def _over_time(timeout: float, logs: tuple[str, ...]) -> Rehearsal:
    error = f"The action exceeded its time limits of {round(timeout * 1000)} milliseconds."
    return Rehearsal("action developer error", {"error": error}, logs, run=timeout)


def _environment(bundle: Bundle, folder: Path) -> dict[str, str]:
    """As little as ActionLoop gives; the cache is fresh, so that a model that does not travel is missed."""
    environment = {
        "PYTHONIOENCODING": "utf-8",
        "FNKIT_CACHE": str(folder / "cache"),
        "TMPDIR": str(folder),
        "__OW_ACTION_NAME": "/_/rehearsal",
        "__OW_NAMESPACE": "_",
        "__OW_ACTIVATION_ID": "0" * 32,
    }
    if bundle.model is not None:
        (folder / "models").mkdir()
        (folder / "models" / bundle.model.sha256).symlink_to(bundle.model.path)
        environment["FNKIT_MODELS"] = str(folder / "models")
    if "SYSTEMROOT" in os.environ:  # Windows cannot start a process without
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    return environment


def _remember(done: Rehearsal, memory: Path) -> None:
    with suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = memory.with_suffix(f".{os.getpid()}")
        aside.touch(mode=0o600)
        aside.write_text(json.dumps(asdict(replace(done, remembered=False))), "utf-8")
        aside.replace(memory)
