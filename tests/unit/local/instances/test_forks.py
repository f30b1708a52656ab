"""Forks: what they share, what each has for itself, and what is not forked."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fnkit.local import child
from fnkit.local.activation import Course, start
from fnkit.local.answers import ACTION_LOOP, of_init
from fnkit.local.errands import Errands
from fnkit.local.runtime import Layouts
from fnkit.local.sandbox.kernel import Kernel
from fnkit.local.sandbox.rung import ladder
from fnkit.local.scheduler import Scheduler
from fnkit.local.zygotes import Zygotes
from tests.archives import zipped
from tests.unit.local.instances.bench import KINDS, LADDER, Bench, apart, code, fresh, job

COUNTS = code("counts")


def test_a_second_init_is_refused_in_a_fork(forks: Bench) -> None:
    async def whole() -> None:
        async with forks.starter() as starter:
            layouts = Layouts(forks.root / "code", forks.layer, {"python": forks.common}, KINDS, Errands())
            given = job(COUNTS)
            loaded = await start(given, starter, layouts, forks.root / "one")
            assert loaded.instance.began == "forked"
            assert await Course(given).initialize(loaded) is None
            again = of_init(await loaded.instance.ask(loaded.init.frame(given, 0), 60), 60_000, ACTION_LOOP)
            assert again is not None
            assert again.result == {"error": "Cannot initialize the action more than once."}
            await loaded.instance.kill()

    asyncio.run(whole())


SECRET = "canary-7f3e"


KEEPS = f"""
import os
secret = {SECRET!r}
open('mine', 'w').write(secret)
open(os.environ['HOME'] + '/mine', 'w').write(secret)
open(os.environ['TMPDIR'] + '/mine', 'w').write(secret)
os.environ['MINE'] = secret
def main(args):
    return {{'here': os.path.dirname(os.getcwd()), 'pid': os.getpid()}}
"""


LOOKS = """
import os, resource, signal
def attempt(what):
    try:
        return what()
    except OSError as error:
        return type(error).__name__
def main(args):
    pid, here = args['pid'], args['here']
    them, files = (pid, os.getppid()), resource.RLIMIT_NOFILE
    tried = {
        'folder': attempt(lambda: open(f'{here}/action/mine').read()),
        'home': attempt(lambda: open(f'{here}/home/mine').read()),
        'tmp': attempt(lambda: open(f'{here}/tmp/mine').read()),
        'environment': attempt(lambda: open(f'/proc/{pid}/environ', 'rb').read().decode()),
        'command': attempt(lambda: open(f'/proc/{pid}/cmdline', 'rb').read().decode()),
        'memory': attempt(lambda: bool(open(f'/proc/{pid}/mem', 'rb'))),
        'files': attempt(lambda: os.listdir(f'/proc/{pid}/fd')),
        'signal': attempt(lambda: os.kill(pid, 0)),
        'zygote': attempt(lambda: os.kill(os.getppid(), 0)),
        'leave': attempt(os.setsid),
        **{f'limits of {one}': attempt(lambda: resource.prlimit(one, files, (9, 9))) for one in them},
        **{f'processors of {one}': attempt(lambda: os.sched_setaffinity(one, {0})) for one in them},
        **{f'priority of {one}': attempt(lambda: os.setpriority(os.PRIO_PROCESS, one, 9)) for one in them},
        'priority of all': attempt(lambda: os.setpriority(os.PRIO_USER, 0, 9)),
    }
    return {'tried': tried, 'pid': os.getpid(), 'environment': dict(os.environ)}
"""


@apart
@pytest.mark.sandbox
def test_a_sibling_can_be_neither_read_nor_signalled(forks: Bench) -> None:
    """Two actions, forks of one zygote, both alive."""

    async def scene(scheduler: Scheduler, _: Zygotes) -> Any:
        first = await scheduler.run(fresh(KEEPS, 0, of={"name": "keeps"}))
        second = await scheduler.run(fresh(LOOKS, 1, arguments=first.result))
        assert (first.began, second.began) == ("forked", "forked")
        return first.result, second

    kept, outcome = forks.play_with_zygotes(scene)
    tried = outcome.result["tried"]
    assert outcome.result["pid"] != kept["pid"]
    assert SECRET not in str(outcome.result)
    refused = {"PermissionError", "FileNotFoundError", "ProcessLookupError"}
    assert {name for name, said in tried.items() if said not in refused} == set(), tried


def test_code_that_brings_a_module_of_the_zygote_gets_a_process(tmp_path: Path) -> None:
    """What it imports is its own, as without a zygote."""
    bench = Bench(tmp_path, LADDER[-1], forks=True)
    files = {"__main__.py": "import random\ndef main(args):\n    return {'v': random.V}\n", "random.py": "V = 7\n"}
    text = zipped(files)

    async def scene(scheduler: Scheduler, _: Zygotes) -> Any:
        return await scheduler.run(fresh(text, 0, of={"binary": True}))

    outcome = bench.play_with_zygotes(scene)
    assert (outcome.began, outcome.result) == ("cold", {"v": 7})


def test_nothing_is_forked_where_forks_could_signal_each_other() -> None:
    old = Kernel(linux=True, landlock=5, filters=True, root=False)
    assert [rung.name for rung in ladder(old) if not rung.no_forks] == ["landlock", "process"]
    assert [rung.name for rung in ladder(replace(old, landlock=6)) if rung.no_forks] == []
    assert all(rung.no_forks for rung in ladder(replace(old, linux=False)))


TELLS = """
import os, random, threading
told = []
os.register_at_fork(after_in_child=lambda: told.append('mine'))
def main(args):
    ends, before = threading.Event(), random.getstate()
    thread = threading.Thread(target=ends.wait)
    thread.start()
    if not (child := os.fork()):
        alone = threading.enumerate() == [threading.main_thread()]
        os._exit(0 if alone and told == ['mine'] and random.getstate() != before else 1)
    ends.set()
    thread.join()
    own = threading.main_thread().native_id == threading.get_native_id()
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {'child': ended, 'same': random.getstate() == before, 'own': own}
"""


def test_the_forks_of_a_fork_are_told_of_as_any_are(forks: Bench) -> None:
    """Nobody knows which locks its threads hold then: the library's handlers run, as for instances they need not.

    In its zygote the library was imported.
    """
    forks.imports = lambda code, paths: ["threading", "logging", "concurrent.futures.thread", "random"]
    (outcome,) = forks.run(job(TELLS))
    assert (outcome.began, outcome.result) == ("forked", {"child": 0, "same": True, "own": True}), outcome.logs


TAKES = """
import resource
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def main(args):
    for _ in range(3):
        before = faults()
        arrays = [bytearray(2 << 20) for _ in range(8)]
        del arrays
    return {'pages': faults() - before}
"""


def test_what_is_freed_within_a_run_is_there_for_the_next_array(forks: Bench) -> None:
    """Else each of the arrays of a photo is new pages: 4096 of 16 MB."""
    (outcome,) = forks.run(job(TAKES))
    assert outcome.began == "forked"
    assert outcome.result["pages"] < 400, outcome.result


def test_an_instance_that_nobody_asks_rests_once_for_each_pause() -> None:
    ours, theirs = os.pipe()
    rested = []

    def rest() -> None:
        rested.append(len(rested))
        os.write(theirs, b"asked again\n")

    asked = child.lines(ours, rest, after=1)
    assert [next(asked), rested] == [b"asked again", [0]]
    os.write(theirs, b"at once\n")
    assert [next(asked), rested] == [b"at once", [0]]
    os.close(theirs)
    assert [*asked] == []
    os.close(ours)
