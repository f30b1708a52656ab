"""Picks the highest rung that works on this machine, by running an instance on each, highest first."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fnkit.core.errors import PlatformFault
from fnkit.local.sandbox.kernel import kernel
from fnkit.local.sandbox.place import Place
from fnkit.local.sandbox.rung import Rung, ladder
from fnkit.local.sandbox.start import ProcessStarter
from fnkit.local.sandbox.system import CHILD

PATIENCE = 10.0
"""Seconds that an instance has to start in a probe."""
PROBE_MEMORY = 256


@dataclass(frozen=True, slots=True)
class Choice:
    """The rung to use, and why those above it are not."""

    rung: Rung
    skipped: tuple[tuple[Rung, str], ...]


async def choose(folder: Path, rungs: Sequence[Rung] | None = None) -> Choice:
    """The first rung on which an instance starts, of the whole ladder by default; `folder` is used, and removed.

    Raises PlatformFault where an instance starts on none. Await it on the loop that will run the instances.
    """
    skipped: list[tuple[Rung, str]] = []
    for rung in ladder(kernel()) if rungs is None else rungs:
        trouble = await probe(rung, folder)
        if trouble is None:
            return Choice(rung, tuple(skipped))
        skipped.append((rung, trouble))
    raise PlatformFault("Starting an instance", "; ".join(f"{rung.name}: {trouble}" for rung, trouble in skipped))


async def probe(rung: Rung, folder: Path) -> str | None:
    """Start an instance on `rung` in `folder`; why that failed, or None."""
    place = Place(folder, (), PROBE_MEMORY, (str(CHILD),), network=False)
    try:
        place.make()
        instance = ProcessStarter(rung).launch(place, logs=1)
        started = await instance.ready(PATIENCE)
        said = instance.logs()
        await instance.kill()
    except OSError as error:
        return str(error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if started:
        return None
    return said[-1].split(": ", 1)[-1] if said else "it does not start"
