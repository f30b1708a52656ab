"""What the rows stand on: the least that the same thing costs on this machine, without fnkit.

Each is a context manager that gives a measure, or a function that measures once; all give seconds.
"""

import json
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from fnkit.local.sandbox.kernel import kernel
from fnkit.local.sandbox.place import Place
from fnkit.local.sandbox.rung import ladder
from tests.bench.platform import free_port, serving

NAMES = {
    "F0": "the same function called in this process",
    "F1": "a raw ASGI application on uvicorn[standard] that answers the same bytes; same client, same request",
    "F2": "200 bytes to another process and back over a UNIX socket",
    "F3": "SQLite's commit of one row of 700 bytes (WAL, synchronous NORMAL, checkpoints aside)",
    "F4": "a fresh sandboxed `python` that does the same from its start",
    "F5": "a bare fork until its first byte",
    "F6": "`pip install --target` with a warm cache, and a zip of what it laid out",
    "F7": "unzipping the same tree",
    "F8": "`ProcessPoolExecutor(2)` over the same inputs",
}
Measure = Callable[[], float]


def seconds(call: Callable[[], object]) -> float:
    """How long a call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


@contextmanager
def raw_asgi(body: bytes) -> Iterator[int]:
    """F1: the port on which uvicorn answers `body` to everything."""
    with tempfile.TemporaryDirectory(prefix="fnkit-bench-") as folder:
        answer, port = Path(folder, "answer"), free_port()
        answer.write_bytes(body)
        with serving([sys.executable, "-m", "tests.bench.raw_asgi", str(port), str(answer)], port):
            yield port


ECHO = """import socket, sys
wire = socket.socket(fileno=int(sys.argv[1]))
while some := wire.recv(4096): wire.sendall(some)"""


@contextmanager
def echo(calls: int = 200) -> Iterator[Measure]:
    """F2: seconds of one round trip."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-I", "-S", "-c", ECHO, str(theirs.fileno())]
    with ours, theirs, subprocess.Popen(command, pass_fds=[theirs.fileno()]) as process:
        theirs.close()
        message = bytes(200)

        def once() -> None:
            ours.sendall(message)
            left = len(message)
            while left:
                left -= len(ours.recv(left))

        try:
            yield lambda: seconds(lambda: [once() for _ in range(calls)]) / calls
        finally:
            ours.close()
            process.wait(timeout=30)


@contextmanager
def commits(calls: int = 200) -> Iterator[Measure]:
    """F3: seconds of one commit."""
    with (
        tempfile.TemporaryDirectory(prefix="fnkit-bench-") as folder,
        closing(sqlite3.connect(Path(folder, "floor.db"), isolation_level=None)) as store,
    ):
        for statement in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = NORMAL",
            "PRAGMA wal_autocheckpoint = 0",
            "CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)",
        ):
            store.execute(statement)
        text = "x" * 700

        def once() -> None:
            store.execute("BEGIN IMMEDIATE")
            store.execute("INSERT INTO rows (text) VALUES (?)", (text,))
            store.execute("COMMIT")

        yield lambda: seconds(lambda: [once() for _ in range(calls)]) / calls


def fresh(program: str, given: Any = None, read: Sequence[Path] = ()) -> float:
    """F4: seconds until `program`, in a fresh `python` on the sandbox's highest rung, has printed its one line.

    `given` is its sys.argv[1] as JSON; `read` are folders that it may read and import from. What comes after the
    answer, the end of the process and its folder's, is no part of it: neither is it of ours.
    """
    rung = ladder(kernel())[0]
    with tempfile.TemporaryDirectory(prefix="fnkit-bench-") as folder:
        place = Place(Path(folder, "instance"), tuple(read), 512, ())
        began = time.perf_counter()
        place.make()
        script = place.work / "floor.py"
        script.write_text(f"import sys; sys.path[:0] = {[str(path) for path in read]!r}\n{program}")
        command = rung.wrap(place, [str(script), json.dumps(given)])
        with subprocess.Popen(command, env=place.environment, cwd=place.work, stdout=subprocess.PIPE) as process:
            assert process.stdout
            answer = process.stdout.readline()
            taken = time.perf_counter() - began
            process.stdout.read()
        if process.returncode or not answer:
            raise RuntimeError(f"the floor's program ended with {process.returncode}")
        json.loads(answer)
        return taken


FORKS = """import os, statistics, sys, time
taken = []
for _ in range(int(sys.argv[1])):
    read, write = os.pipe()
    began = time.perf_counter()
    child = os.fork()
    if not child:
        os.write(write, b"x")
        os._exit(0)
    os.read(read, 1)
    taken.append(time.perf_counter() - began)
    os.close(read); os.close(write); os.waitpid(child, 0)
print(statistics.median(taken))"""


def fork(times: int = 30) -> float:
    """F5: the median seconds of a fork of a small Python."""
    command = [sys.executable, "-I", "-S", "-c", FORKS, str(times)]
    return float(subprocess.run(command, capture_output=True, check=True).stdout)


def pip_and_zip(requirements: Sequence[str], extra: Path, folder: Path) -> float:
    """F6: seconds of pip and zip in a new folder within `folder`; the file `extra` is __main__.py inside."""
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as fresh_folder:
        began = time.perf_counter()
        target = Path(fresh_folder, "target")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", target, *requirements]
        subprocess.run(pip, check=True, capture_output=True)
        (target / "__main__.py").write_text(extra.read_text())
        with zipfile.ZipFile(Path(fresh_folder, "action.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(target.rglob("*")):
                archive.write(path, path.relative_to(target))
        return time.perf_counter() - began


def unzip(archive: Path, folder: Path) -> float:
    """F7: seconds of unpacking an archive into a new folder within `folder`."""
    with tempfile.TemporaryDirectory(dir=folder) as target, zipfile.ZipFile(archive) as opened:
        return seconds(lambda: opened.extractall(target))


def process_pool(function: Callable[[Any], Any], inputs: Sequence[Any]) -> float:
    """F8: seconds of two warm processes over all inputs."""
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(function, inputs[:2]))  # the processes start with their first tasks
        return seconds(lambda: list(pool.map(function, inputs)))
