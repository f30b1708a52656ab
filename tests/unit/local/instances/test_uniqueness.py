"""Random values in forks: no two draw the same, whatever drew before them."""

import asyncio
import json
from pathlib import Path
from typing import Any

from fnkit.local.libraries import imports
from fnkit.local.scheduler import Scheduler
from fnkit.local.zygotes import Zygotes
from tests.archives import zipped
from tests.unit.local.instances.bench import LADDER, Bench, fresh

DRAWS = 64
"""Forks of the drill on random values; each draws nine. With 10,000 it takes minutes."""


AT_ONCE = 8


RANDOM = """
import os, random, secrets, ssl, tempfile, time, uuid
def main(args):
    names = [os.path.basename(tempfile.mktemp()) for _ in range(3)]
    bits = [str(random.getrandbits(64)), secrets.token_hex(8), str(uuid.uuid4()), str(uuid.uuid1()), *names]
    return {"drawn": [*bits, ssl.RAND_bytes(8).hex(), str(random.Random().getrandbits(64))]}
"""


def test_no_two_forks_draw_the_same(forks: Bench) -> None:
    """Numbers, tokens, identifiers and file names: none comes twice."""
    count = DRAWS if forks.rung is LADDER[0] else DRAWS // 8

    async def scene(scheduler: Scheduler, _: Zygotes) -> list[Any]:
        outcomes = []
        for first in range(0, count, AT_ONCE):
            calls = [fresh(RANDOM, n) for n in range(first, first + AT_ONCE)]
            outcomes += await asyncio.gather(*map(scheduler.run, calls))
            scheduler.discard("guest", "hello")
        return outcomes

    outcomes = forks.play_with_zygotes(scene)
    assert {outcome.began for outcome in outcomes} == {"forked"}, outcomes[0].logs
    drawn = [value for outcome in outcomes for value in outcome.result["drawn"]]
    assert len(drawn) == len(outcomes) * 9
    assert len(set(drawn)) == len(drawn)


NUMPY = """
import sys
ready = 'numpy' in sys.modules
import numpy, draws
def main(args):
    more = [numpy.random.randint(2**62), numpy.random.default_rng().integers(2**62), *draws.some()]
    return {'drawn': [*numpy.random.random(4).tolist(), *map(float, more)], 'ready': ready}
"""


LIBRARY = """
import random, numpy
PLAIN, NEW, OLD = random.Random(), numpy.random.default_rng(), numpy.random.RandomState()
PHILOX = numpy.random.Philox()
PLAIN.gauss(0, 1), OLD.normal()
def some():
    old, new = OLD.normal(), NEW.normal()
    return [PLAIN.gauss(0, 1), PLAIN.random(), old, OLD.random(), new, numpy.random.Generator(PHILOX).random()]
"""


def test_numpy_is_imported_once_and_seeded_anew(tmp_path: Path) -> None:
    """A layer's library is there when the fork begins, and its numbers are its own, also from what it made."""
    import numpy as np

    folder = Path(np.__file__).parents[1]
    layer = tmp_path / "layer"
    layer.mkdir()
    for name in ("numpy", "numpy.libs"):
        if (folder / name).is_dir():
            (layer / name).symlink_to(folder / name)
    (layer / "draws.py").write_text(LIBRARY)
    bench = Bench(tmp_path, LADDER[-1], {"a" * 64: layer}, forks=True, imports=imports)
    manifest = {"layers": [{"kind": "libraries", "digest": "a" * 64}], "needs": ["a" * 64]}
    text = zipped({"__main__.py": NUMPY, "fnkit.json": json.dumps(manifest)})

    async def scene(scheduler: Scheduler, zygotes: Zygotes) -> list[Any]:
        first = await scheduler.run(fresh(text, 0, of={"binary": True}))
        await zygotes.zygotes.settled()
        assert not zygotes.zygotes.trouble
        return [first, *[await scheduler.run(fresh(text, n, of={"binary": True})) for n in range(1, DRAWS // 8)]]

    outcomes = bench.play_with_zygotes(scene)
    assert {(o.began, o.result["ready"]) for o in outcomes} == {("forked", True)}
    drawn = [number for o in outcomes for number in o.result["drawn"]]
    assert len(set(drawn)) == len(drawn) == len(outcomes) * 12
