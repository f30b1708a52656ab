"""Clients that add next to nothing to what they measure; both sides of a row are asked by the same one."""

import asyncio
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.platform import Connection


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds of many calls, one after the other."""

    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Latency":
        """What the calls took."""
        return cls(statistics.median(seconds), sorted(seconds)[min(len(seconds) - 1, len(seconds) * 99 // 100)])


def latency(call: Callable[[], object], calls: int) -> Latency:
    """Call it so many times."""
    seconds = []
    for _ in range(calls):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return Latency.of(seconds)


def asking(connection: Connection, request: bytes) -> Callable[[], object]:
    """One request that has to be answered with 200."""

    def ask() -> None:
        status, body = connection.call(request)
        if status != 200:
            raise RuntimeError(f"a call was answered with {status}: {body[:300].decode(errors='replace')}")

    return ask


def throughput(port: int, requests: Sequence[bytes], connections: int, seconds: float = 2.0) -> float:
    """Answers a second over that many connections, the requests in rotation. Raises where one is not a 2xx."""
    if program := shutil.which("wrk"):
        return _wrk(program, port, requests, connections, seconds)
    return asyncio.run(_rate(port, requests, connections, seconds))


def client() -> str:
    """Which one `throughput` uses."""
    return "wrk" if shutil.which("wrk") else "an asyncio client"


def _wrk(program: str, port: int, requests: Sequence[bytes], connections: int, seconds: float) -> float:
    with tempfile.TemporaryDirectory(prefix="fnkit-bench-") as folder:
        script = Path(folder, "requests.lua")
        # wrk frames nothing that a script gives whole: the request is sent as it is.
        texts = ",\n".join(_lua(one) for one in requests)
        script.write_text(
            f"local all, at = {{{texts}}}, 0\nrequest = function()\n at = at % #all + 1\n return all[at]\nend\n"
        )
        command = [program, "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "30s", "-s", str(script)]
        said = subprocess.run(
            [*command, f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=True
        ).stdout
    if wrong := re.search(r"(Non-2xx.*|Socket errors.*)", said):
        raise RuntimeError(f"{wrong[0]} in {said}")
    return float(re.search(r"Requests/sec:\s*([\d.]+)", said)[1])


def _lua(request: bytes) -> str:
    return '"' + "".join(f"\\{byte:03d}" for byte in request) + '"'


async def _rate(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> float:
    until, done = time.perf_counter() + seconds, 0

    async def one(at: int) -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            writer.write(requests[at % len(requests)])
            head = await reader.readuntil(b"\r\n\r\n")
            size = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
            await reader.readexactly(int(size[1]))
            if not head.startswith(b"HTTP/1.1 2"):
                raise RuntimeError(f"an answer was {head.splitlines()[0]!r}")
            done, at = done + 1, at + connections
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one(at) for at in range(connections)))
    return done / (time.perf_counter() - began)
