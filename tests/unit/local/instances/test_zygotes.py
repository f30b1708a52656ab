"""Zygotes: what ends is grown again, what cannot be is said, and none is believed."""

import asyncio
import errno
import json
import os
import resource
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from fnkit.local.control import Ungrown
from fnkit.local.errands import Errands
from fnkit.local.nursery import MOST_DEATHS
from fnkit.local.runtime import Layouts
from fnkit.local.sandbox.place import Place
from fnkit.local.sandbox.start import Own, ProcessStarter, spawn
from fnkit.local.scheduler import Scheduler
from fnkit.local.sources import Seed
from fnkit.local.starter import Wanted, wanted
from fnkit.local.stems import Stems
from fnkit.local.zygote import Zygote
from fnkit.local.zygotes import Zygotes
from tests.unit.local.instances.bench import KINDS, LADDER, Bench, alive, code, fresh, job, until

COUNTS = code("counts")


def test_a_zygote_that_ends_is_grown_again(forks: Bench) -> None:
    """Whoever comes meanwhile gets a process of its own; what it had forked has ended with it."""

    async def scene(scheduler: Scheduler, zygotes: Zygotes) -> None:
        first = await scheduler.run(fresh(COUNTS, 0))
        (view,) = scheduler.snapshot().instances
        assert (first.began, alive(view.pid)) == ("forked", True)
        ready = zygotes.zygotes.ready
        for zygote in ready:
            os.killpg(zygote.pid, signal.SIGKILL)
        for zygote in ready:
            await zygote.ended()
        between = await scheduler.run(fresh(COUNTS, 1))
        assert between.result["count"] == 1
        await until(lambda: zygotes.zygotes.ready)
        again = await scheduler.run(fresh(COUNTS, 0))
        assert again.result["count"] == 1
        assert not zygotes.zygotes.trouble

    forks.play_with_zygotes(scene)


def opened(pid: int) -> list[int]:
    """The numbers of the files that a process has open."""
    return sorted(int(path.name) for path in Path(f"/proc/{pid}/fd").iterdir())


@pytest.mark.parametrize("free", range(5))
def test_a_zygote_outlives_a_fork_that_cannot_be(tmp_path: Path, free: int) -> None:
    """With so few numbers for files, it cannot take what it is given, or not watch whom it forked."""
    bench = Bench(tmp_path, LADDER[-1], forks=True)

    async def scene(scheduler: Scheduler, zygotes: Zygotes) -> None:
        first = await scheduler.run(fresh(COUNTS, 0))
        zygote = next(zygote for zygote in zygotes.zygotes.ready if zygote.forks)
        used, before = opened(zygote.pid), resource.prlimit(zygote.pid, resource.RLIMIT_NOFILE)
        few = [number for number in range(100) if number not in used][free]
        resource.prlimit(zygote.pid, resource.RLIMIT_NOFILE, (few, before[1]))
        second = await scheduler.run(fresh(COUNTS, 1))
        resource.prlimit(zygote.pid, resource.RLIMIT_NOFILE, before)
        assert (first.began, second.began) == ("forked", "forked" if free == 4 else "cold")
        assert (opened(zygote.pid), zygote.alive) == (used, True)
        again, third = await scheduler.run(fresh(COUNTS, 0)), await scheduler.run(fresh(COUNTS, 2))
        assert (again.began, again.result["count"], third.began) == ("warm", 2, "forked")

    bench.play_with_zygotes(scene)


@pytest.mark.parametrize(
    "said", [{}, {"forked": "7"}, {"forked": True}, {"forked": 7}, {"ready": 3}, {"refused": ["x"]}], ids=str
)
@pytest.mark.parametrize("watches", [0, 1, 2])
def test_what_a_zygote_says_is_not_believed(tmp_path: Path, said: dict[str, Any], watches: int) -> None:
    """Whatever it answers, and whatever comes along: nobody waits, nothing stays open."""
    speaks = (
        "import array, json, socket, sys\n"
        "control = socket.socket(fileno=int(sys.argv[1]))\n"
        f"rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [0] * {watches}))]\n"
        "while control.recv(1 << 17):\n"
        f"    control.sendmsg([{json.dumps(said).encode()!r}], rights)\n"
    )
    program = tmp_path / "speaks.py"
    program.write_text(speaks)

    async def whole() -> None:
        layouts = Layouts(
            tmp_path / "code", lambda digest: tmp_path, {"python": lambda: tmp_path}, KINDS, Errands()
        )
        given = job(COUNTS)
        order = wanted(given, layouts.get(given.executable), tmp_path / "one")
        room = Place(tmp_path / "room", (), 0, (str(program),), forks=True)
        room.make()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = Own(spawn(LADDER[-1], room, theirs.fileno(), (1, 2)))
        zygote = Zygote(room, LADDER[-1], process, ours)
        before = opened(os.getpid())
        with pytest.raises(Ungrown):
            await zygote.learn((), (), 60)
        with pytest.raises(Ungrown):
            await zygote.fork(order, 60)
        assert (opened(os.getpid()), zygote.forks) == (before, 0)
        await zygote.kill()

    asyncio.run(whole())


ENDS = 6
"""Descriptors of a wire and two pipes."""


class Homeless(Wanted):
    """Has no room for its folder, when it was forked already."""

    async def furnish(self, work: Path) -> None:
        await until(self.folder.exists)
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_fork_that_gets_no_folder_leaves_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path, LADDER[-1], forks=True)

    async def scene(scheduler: Scheduler, zygotes: Zygotes) -> None:
        await scheduler.run(fresh(COUNTS, 0))
        zygote = next(zygote for zygote in zygotes.zygotes.ready if zygote.forks)
        layouts = Layouts(tmp_path / "code", bench.layer, {"python": bench.common}, KINDS, Errands())
        given = job(COUNTS)
        there = wanted(given, layouts.get(given.executable), tmp_path / "there")
        homeless = Homeless(there.executable, there.namespace, there.environment, there.layout, there.folder)
        before, children = opened(os.getpid()), forked(zygote.pid)
        asked = asyncio.create_task(zygote.fork(homeless, 60))
        await until(lambda: len(opened(os.getpid())) > len(before) + ENDS)  # its answer has come
        there.folder.mkdir()
        with pytest.raises(OSError, match="No space"):
            await asked
        await until(lambda: forked(zygote.pid) == children and opened(os.getpid()) == before)
        assert zygote.forks == 1

    bench.play_with_zygotes(scene)


def forked(pid: int) -> str:
    """The children of a process, those that ended too."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text()


def test_what_ends_again_and_again_is_left_alone(tmp_path: Path) -> None:
    bench = Bench(tmp_path, LADDER[-1], forks=True)

    async def scene(scheduler: Scheduler, zygotes: Zygotes) -> None:
        nursery = zygotes.zygotes
        while not nursery.trouble:
            for zygote in nursery.ready:
                os.killpg(zygote.pid, signal.SIGKILL)
                await zygote.ended()
            await until(lambda: nursery.ready or nursery.trouble)
        assert f"{MOST_DEATHS} times" in next(iter(nursery.trouble.values())).why
        assert (await scheduler.run(job(COUNTS))).result["count"] == 1

    bench.play_with_zygotes(scene)


RESTLESS = "import threading, time\nthreading.Thread(target=time.sleep, args=(99,), daemon=True).start()\n"


def test_an_import_that_starts_a_thread_makes_no_zygote(tmp_path: Path) -> None:
    bench = Bench(tmp_path, LADDER[-1])
    (bench.common() / "restless.py").write_text(RESTLESS)

    async def whole() -> str:
        stems = Stems(ProcessStarter(bench.rung), tmp_path / "stems", 0)
        zygotes = Zygotes(stems, tmp_path / "zygotes", lambda code, paths: ["restless"])
        zygotes.plant(Seed((bench.common(),), (bench.common(),), True, None))
        await zygotes.zygotes.settled()
        assert not zygotes.zygotes.ready
        (trouble,) = zygotes.zygotes.trouble.values()
        await zygotes.close()
        return trouble.why

    assert "there are 2 threads" in asyncio.run(whole())
    assert not (tmp_path / "zygotes").exists()
