"""The platform in the background: one process for all notebooks and shells, which outlives them.

running = ensure()            the platform of the data folder, started if need be
stop()                        end it; what was acknowledged stays
"""

import contextlib
import json
import os
import platform as machine
import select
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

from fnkit import __version__
from fnkit.core import places
from fnkit.core.errors import BadArgument, FnkitError, Unreachable
from fnkit.local.folder import Folder, Running
from fnkit.local.settings import PORT, Settings

STARTING = 60.0
"""Seconds that a server may take until it answers."""
STOPPING = 20.0
"""Seconds that it may take to end before it is killed."""


def status(data: Path | None = None) -> Running | None:
    """The server that has the data folder open (default: the user's), None where there is none."""
    return _folder(data).running()


def start(settings: Settings) -> Running:
    """Start a server and return when it answers. Raises FnkitError where it cannot."""
    settings.check()
    folder = _folder(settings.data)
    folder.make()
    starting = folder.lock("starting", wait=True)
    with starting if starting else contextlib.nullcontext():
        return _spawn(replace(settings, data=folder.root))


def ensure(data: Path | None = None, port: int = PORT) -> tuple[Running, bool]:
    """The server of the data folder and whether it was started now.

    Raises BadArgument where the one that runs is of another version or another Python: an action would run on
    something else than this notebook.
    """
    folder = _folder(data)
    folder.make()
    starting = folder.lock("starting", wait=True)
    with starting if starting else contextlib.nullcontext():
        if found := folder.running():
            check_same(found)
            return found, False
        return _spawn(Settings(folder.root, port=port)), True


def check_same(running: Running) -> None:
    """Raises BadArgument where a server is of another version of fnkit or another Python than this process."""
    theirs = (running.version, running.python, running.executable)
    ours = (__version__, machine.python_version(), sys.executable)
    if theirs == ours:
        return
    raise BadArgument(
        f"Using the platform at {running.url}",
        f"it is fnkit {theirs[0]} on Python {theirs[1]} ({theirs[2]}), "
        f"and this is fnkit {ours[0]} on Python {ours[1]} ({ours[2]}).",
        "Stop it with `fnkit stop`; the next call starts one like this. What was deployed stays.",
    )


def stop(data: Path | None = None) -> Running | None:
    """End the server of the data folder and return when it is gone; gives what it was, None where none ran."""
    folder = _folder(data)
    found = folder.running()
    if found is None:
        return None
    _signal(found.pid, signal.SIGTERM)
    if not _gone(folder, found, STOPPING):
        _signal(found.pid, signal.SIGKILL)
        if not _gone(folder, found, STOPPING):
            raise Unreachable(f"Stopping the platform at {found.url}", f"process {found.pid} does not end.")
    return found


def _folder(data: Path | None) -> Folder:
    return Folder((data or places.data()).absolute())


def _spawn(settings: Settings) -> Running:
    """Run `fnkit.local.serve` in a session of its own and read the one line that it says."""
    reader, writer = os.pipe()
    # -P: the folder that it runs in is no place to import from.
    command = [sys.executable, "-P", "-m", "fnkit.local.serve", *settings.words()]
    folder = Folder(settings.data)
    with os.fdopen(reader, "rb") as ready, folder.log.open("ab") as log:
        log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} starting\n".encode())
        log.flush()
        process = subprocess.Popen(
            [*command, "--ready-fd", str(writer)],
            pass_fds=[writer],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder.root,
            start_new_session=True,
        )
        os.close(writer)
        answered = select.select([ready], [], [], STARTING)[0]
        told = json.loads(ready.readline() or b"{}") if answered else {}
    if "running" in told:
        # Whoever started it reaps it, should it end first.
        threading.Thread(target=process.wait, name="platform", daemon=True).start()
        return Running(**told["running"])
    if not answered:
        process.kill()
    process.wait()
    if "tried" in told:
        raise BadArgument(told["tried"], told["found"], told["advice"])
    raise FnkitError(
        "Starting the platform",
        f"it ended before it answered: {_last_line(folder.log)}",
        f"More is in {folder.log}.",
    )


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    said = lines[-1] if lines else "it said nothing"
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _gone(folder: Folder, running: Running, seconds: float) -> bool:
    """True once the process has let go of the folder; it lets go of its lock last."""
    deadline = time.monotonic() + seconds
    while (now := folder.running()) is not None or not _free(folder):
        if now is not None and now.pid != running.pid:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)  # there is no event to await that every system has: the process is not our child
    return True


def _free(folder: Folder) -> bool:
    lock = folder.lock()
    if lock is None:
        return False
    lock.close()
    return True
