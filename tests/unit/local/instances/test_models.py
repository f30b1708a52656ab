"""Models that a zygote has opened: a fork finds them ready, and its answers are those of any other instance."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fnkit.local.libraries import imports
from fnkit.local.scheduler import Scheduler
from fnkit.local.zygotes import Zygotes
from fnkit.models import download
from tests.archives import zipped
from tests.unit.local.instances.bench import LADDER, Bench, job

ROOT = Path(__file__).parents[4]
NEEDS = [{"kind": "libraries", "digest": "a" * 64}, {"kind": "model", "digest": "b" * 64}]
LOOKS = """
import numpy
import fnkit.models
from fnkit.models import litert
def main(args):
    ready = len(litert._ahead())
    one, other = fnkit.models.load("movenet-lightning"), fnkit.models.load("movenet-lightning")
    photo = numpy.random.default_rng(3).integers(0, 255, (1, 192, 192, 3), numpy.uint8)
    answers = [network(photo)[0].tobytes().hex() for network in (one, other)]
    apart = one._network is not other._network
    return {"ready": ready, "left": len(litert._ahead()), "apart": apart, "answers": answers}
"""


def ships() -> dict[str, str]:
    """What travels with an action that loads models."""
    listed = re.search(r"```ships\n(.*?)```", (ROOT / "ARCHITECTURE.md").read_text(), re.DOTALL)
    assert listed is not None
    wanted = re.compile(r"fnkit/(__init__|core/|models/)")
    return {name: (ROOT / name).read_text("utf-8") for name in listed[1].split() if wanted.match(name)}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """With a layer of the libraries that loading takes, and one with a model and something that is none."""
    import ai_edge_litert
    import numpy as np

    libraries, models = tmp_path / "libraries", tmp_path / "models"
    libraries.mkdir()
    models.mkdir()
    for package in (np, ai_edge_litert):
        assert package.__file__ is not None
        folder = Path(package.__file__).parent
        for beside in (folder, folder.with_name(f"{folder.name}.libs")):
            if beside.is_dir():
                (libraries / beside.name).symlink_to(beside)
    file = download.fetch("movenet-lightning")
    (models / file.sha256).symlink_to(file.path)
    (models / ("0" * 64)).write_bytes(b"\0\0\0\0TFL3 and no model")
    return Bench(tmp_path, LADDER[-1], {"a" * 64: libraries, "b" * 64: models}, forks=True, imports=imports)


def test_a_fork_finds_the_model_ready(bench: Bench) -> None:
    """The first start opens it itself; to later ones it is given once, and both networks answer the same."""
    manifest = json.dumps({"layers": NEEDS, "needs": [layer["digest"] for layer in NEEDS]})
    text = zipped({"__main__.py": LOOKS, "fnkit.json": manifest, **ships()})

    def call(number: int) -> Any:
        return job(text, of={"binary": True, "revision": f"{number}", "template": False})

    async def scene(scheduler: Scheduler, zygotes: Zygotes) -> list[Any]:
        first = await scheduler.run(call(0))
        await zygotes.settled()
        return [first, *[await scheduler.run(call(number)) for number in (1, 2)]]

    outcomes = bench.play_with_zygotes(scene)
    assert {outcome.began for outcome in outcomes} == {"forked"}, outcomes[0].logs
    assert [outcome.result["ready"] for outcome in outcomes] == [0, 1, 1]
    assert {(outcome.result["left"], outcome.result["apart"]) for outcome in outcomes} == {(0, True)}
    assert len({answer for outcome in outcomes for answer in outcome.result["answers"]}) == 1


KILLS = """
import os, signal
def open_ahead(path):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_model_that_ends_the_zygote_is_not_opened_again(bench: Bench) -> None:
    """Who comes meanwhile is served, and the zygote that is grown in its place stays."""
    manifest = json.dumps({"layers": NEEDS, "needs": [layer["digest"] for layer in NEEDS]})
    files = {"fnkit/__init__.py": "", "fnkit/models/__init__.py": "", "fnkit/models/litert.py": KILLS}
    code = "import fnkit.models.litert\ndef main(args):\n    return {'v': 1}\n"
    text = zipped({"__main__.py": code, "fnkit.json": manifest, **files})

    async def scene(scheduler: Scheduler, zygotes: Zygotes) -> list[Any]:
        outcomes = []
        for number in range(4):
            of = {"binary": True, "revision": f"{number}", "template": False}
            outcomes.append(await scheduler.run(job(text, of=of)))
            await zygotes.settled()
        assert not zygotes.zygotes.trouble
        return outcomes

    outcomes = bench.play_with_zygotes(scene)
    assert outcomes[-1].began == "forked"
    assert outcomes[-1].result == {"v": 1}


FINDS = """
import ctypes
from fnkit.local import pages
from fnkit.local.sandbox.confine import c_library

memory = bytearray(8 * pages.BLOCK)
first = ctypes.addressof((ctypes.c_char * len(memory)).from_buffer(memory))

def work():
    memory[: 4 * pages.BLOCK] = b"x" * (4 * pages.BLOCK)
    memory[6 * pages.BLOCK] = 1

found = [run for run in pages.written(work) if first <= run[0] < first + len(memory)]  # the fork wrote to more
assert [size // pages.BLOCK for _, size in found] in ([3], [4]), found  # as it is aligned
assert memory == bytes(8 * pages.BLOCK)
work()
before = bytes(memory)
pages.gather([*found, (1 << 40, pages.BLOCK)], c_library())  # where nothing lies, nothing happens
assert memory == before
"""


def test_the_memory_that_a_fork_writes_to_is_found() -> None:
    """Most of a piece has to be written to; what is in it stays. In a process as small as a zygote is."""
    done = subprocess.run([sys.executable, "-c", FINDS], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
