"""What each rung says that it stops, tried from inside. The plain process is the control: there the attempts
work."""

import asyncio
import ctypes
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from fnkit.core.entities import Limits
from fnkit.local.sandbox import rung as claims
from fnkit.local.sandbox.rung import Rung
from fnkit.local.scheduler import Scheduler
from fnkit.local.zygotes import Zygotes
from tests.unit.local.instances.bench import LADDER, Bench, code, job

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
AF_PACKET, AF_VSOCK = 17, 40


@dataclass
class Machine:
    """Things that an action may want and should not get."""

    secret: Path
    other_code: Path
    tcp: int
    udp: int
    path_socket: str
    abstract_socket: str
    pid: int
    segment: int
    """The key of shared memory."""


@contextmanager
def segment() -> Iterator[int]:
    """Shared memory of System V, by its key; removed with the block."""
    library, key = ctypes.CDLL(None), os.getpid()
    number = library.shmget(key, 4096, 0o1600)
    assert number >= 0
    try:
        yield key
    finally:
        library.shmctl(number, 0, None)


@contextmanager
def listening() -> Iterator[tuple[int, int, str, str]]:
    """Servers on loopback, UDP, a path and an abstract name; ended with the block."""
    with ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        path, name = f"/var/tmp/fnkit-{os.getpid()}.sock", f"fnkit-{os.getpid()}"
        for address in (path, "\0" + name):
            local = stack.enter_context(socket.socket(socket.AF_UNIX))
            local.bind(address)
            local.listen()
        stack.callback(os.unlink, path)

        def echo() -> None:
            while (got := udp.recvfrom(10))[0] != b"stop":
                udp.sendto(b"pong", got[1])

        thread = threading.Thread(target=echo)
        thread.start()
        try:
            yield tcp.getsockname()[1], udp.getsockname()[1], path, name
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
                stop.sendto(b"stop", udp.getsockname())
            thread.join()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    secret = tmp_path / "home" / "secret"
    secret.parent.mkdir()
    secret.write_text("the server's key")
    other = tmp_path / "code" / "other" / "main__.py"
    other.parent.mkdir(parents=True)
    other.write_text("def main(args): return {}\n")
    with listening() as (tcp, udp, path, name), segment() as key:
        yield Machine(secret, other, tcp, udp, path, name, os.getpid(), key)


Attempt = Callable[[Machine], list[Any]]
# name: (claim of the rung, function of tests/actions/attempts.py, its arguments, network)
ATTEMPTS: dict[str, tuple[str, str, Attempt, bool]] = {
    "read a secret": (claims.FILES, "read", lambda m: [str(m.secret)], True),
    "write among the user's files": (claims.FILES, "write", lambda m: [str(m.secret)], True),
    "list the user's files": (claims.FILES, "list_folder", lambda m: [str(m.secret.parent)], True),
    "read another action": (claims.FILES, "read", lambda m: [str(m.other_code)], True),
    "overwrite another action": (claims.FILES, "write", lambda m: [str(m.other_code)], True),
    "read the server's environment": (claims.FILES, "read", lambda m: [f"/proc/{m.pid}/environ"], True),
    "read fnkit": (claims.FILES, "read", lambda m: [claims.__file__], True),
    "signal the server": (claims.SIGNALS, "signal", lambda m: [m.pid], True),
    "trace the server": (claims.SEEN, "trace", lambda m: [m.pid], True),
    "see the server": (claims.SEEN, "list_folder", lambda m: [f"/proc/{m.pid}"], True),
    "connect to a socket by path": (claims.SOCKETS, "local_socket", lambda m: [m.path_socket], True),
    "connect to an abstract socket": (claims.ABSTRACT, "abstract_socket", lambda m: [m.abstract_socket], True),
    "new user namespace": (claims.NAMESPACES, "unshare", lambda m: [CLONE_NEWUSER], True),
    "new network namespace": (claims.NAMESPACES, "unshare", lambda m: [CLONE_NEWUSER | CLONE_NEWNET], True),
    "packet socket": (claims.NAMESPACES, "raw_socket", lambda m: [AF_PACKET], True),
    "limits of the server": (claims.NAMESPACES, "limit", lambda m: [m.pid], True),
    "processors of the server": (claims.NAMESPACES, "processors", lambda m: [m.pid], True),
    "priority of the server": (claims.NAMESPACES, "priority", lambda m: [os.PRIO_PROCESS, m.pid], True),
    "priority of the user": (claims.NAMESPACES, "priority", lambda m: [os.PRIO_USER, 0], True),
    "shared memory of the machine": (claims.NAMESPACES, "shared_memory", lambda m: [m.segment], True),
    "TCP without network": (claims.NETWORK, "tcp", lambda m: [m.tcp], False),
    "UDP without network": (claims.NETWORK, "udp", lambda m: [m.udp], False),
    "600 MB": (claims.MEMORY, "memory", lambda m: [600], True),
    "a file of 2 GB": (claims.MEMORY, "large_file", lambda m: [2048], True),
    "TCP to this machine": (claims.LOOPBACK, "tcp", lambda m: [m.tcp], True),
    "UDP to this machine": (claims.LOOPBACK, "udp", lambda m: [m.udp], True),
}
OWN_VIEW = [rung for rung in LADDER if rung.own_view]
"""The rungs on which there are templates."""
ROOT_ONLY = {"packet socket"}
NOT_FOR_CONTAINERS = {"trace the server"}
"""Attempts that some machines stop by themselves: no control for these."""


@pytest.mark.sandbox
@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_rung_keeps_its_word(bench: Bench, machine: Machine, name: str) -> None:
    claim, attempt, arguments, network = ATTEMPTS[name]
    given = {"attempt": attempt, "with": arguments(machine)}
    (outcome,) = bench.run(job(code("attempts"), given, limits=Limits(timeout=20_000), of={"network": network}))
    assert set(outcome.result) <= {"worked", "why", "value"}, (outcome.result, outcome.logs)
    if claim in bench.rung.stops:
        assert outcome.result["worked"] is False
    else:
        assert claim in bench.rung.does_not_stop
        if name not in NOT_FOR_CONTAINERS and not (name in ROOT_ONLY and os.geteuid() != 0):
            assert outcome.result["worked"] is True, outcome.result


@pytest.mark.sandbox
@pytest.mark.parametrize("rung", OWN_VIEW, ids=[rung.name for rung in OWN_VIEW], indirect=True)
def test_the_init_code_of_a_template_gets_no_further(rung: Rung, tmp_path: Path, machine: Machine) -> None:
    """It runs before its forks lock themselves in, behind the lock of the zygote: the same is stopped there."""
    if rung.no_forks:
        pytest.skip(f"nothing is forked on {rung.name}: {rung.no_forks}")
    stopped = {name: one for name, one in ATTEMPTS.items() if one[0] in rung.stops}
    for network in (True, False):
        tried = {name: (one[1], one[2](machine)) for name, one in stopped.items() if one[3] is network}
        outcome = forked_from_template(Bench(tmp_path / str(network), rung, forks=True), tried, network)
        assert set(outcome) == set(tried)
        assert {name for name, told in outcome.items() if told["worked"]} == set(), outcome


def forked_from_template(bench: Bench, tried: dict[str, Any], network: bool) -> dict[str, Any]:
    """What came of attempts that the init code of a template made."""
    init = f"told = {{name: main({{'attempt': a, 'with': w}}) for name, (a, w) in {tried!r}.items()}}"
    last = "import os\nmade = os.getpid()\ndef main(args):\n    return {'told': told, 'mine': made == os.getpid()}"
    given = job("\n".join((code("attempts"), init, last)), limits=Limits(timeout=20_000), of={"network": network})

    async def scene(scheduler: Scheduler, zygotes: Zygotes) -> Any:
        await asyncio.gather(*(scheduler.run(replace(given, activation_id=f"{n:032x}")) for n in (1, 2)))
        await zygotes.templates.settled()
        assert zygotes.templates.ready, zygotes.templates.trouble
        runs = [scheduler.run(replace(given, activation_id=f"{n:032x}")) for n in (3, 4, 5)]
        return next(o.result for o in await asyncio.gather(*runs) if not o.result.get("mine", True))

    outcome = bench.play_with_zygotes(scene)
    return dict(outcome["told"])


ITSELF = """
import os, resource
def main(args):
    files = resource.getrlimit(resource.RLIMIT_NOFILE)
    for pid in (0, os.getpid()) if args["named"] else (0, 0):
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (files[0] - 1, files[1]))
        os.sched_setaffinity(pid, os.sched_getaffinity(pid))
        os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid) + 1)
    return {"files": files[0] - resource.getrlimit(resource.RLIMIT_NOFILE)[0]}
"""


@pytest.mark.sandbox
def test_an_instance_may_limit_itself(bench: Bench) -> None:
    """By 0 and by its number; by 0 only where its zygote is among the processes of the machine."""
    named = bench.rung.own_view or not bench.forks
    (outcome,) = bench.run(job(ITSELF, {"named": named}))
    assert outcome.result == {"files": 1}, outcome.logs


def test_each_claim_is_on_each_rung_once() -> None:
    for one in LADDER:
        for claim, *_ in ATTEMPTS.values():
            assert (claim in one.stops) + (claim in one.does_not_stop) == 1, (one.name, claim)


def test_a_rung_stops_what_the_one_below_stops() -> None:
    stopped = [set(one.stops) for one in LADDER]
    for higher, lower in pairwise(stopped):
        assert higher >= lower


@pytest.mark.sandbox
def test_siblings_do_not_see_each_other(bench: Bench) -> None:
    """Two instances of one action: the second may not read the folder of the first."""
    where = "import os\ndef main(args):\n    open('mine', 'w').write('secret')\n    return {'here': os.getcwd()}\n"

    async def scene(scheduler: Any) -> Any:
        first = await scheduler.run(job(where))
        given = {"attempt": "read", "with": [f"{first.result['here']}/mine"]}
        return await scheduler.run(job(code("attempts"), given))

    outcome = bench.play(scene)
    assert outcome.result["worked"] is (claims.FILES not in bench.rung.stops)


@pytest.mark.sandbox
def test_the_package_folder_of_the_interpreter_is_empty(bench: Bench) -> None:
    """Nothing but the standard library can be imported, whatever lies beside it."""
    (outcome,) = bench.run(job("import requests\ndef main(args):\n    return {}\n"))
    assert outcome.result == {"error": "Cannot start action. Check logs for details."}
