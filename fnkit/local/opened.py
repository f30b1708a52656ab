"""The composition root of the embedded platform: every part made once, from an open store."""

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fnkit.core.entities import MIB
from fnkit.events.allowed import Allowed
from fnkit.events.feeds import Feeds
from fnkit.local.activations import Activations
from fnkit.local.catalog.install import install
from fnkit.local.common import Common
from fnkit.local.controller import Controller
from fnkit.local.documents import bounds
from fnkit.local.entities import Entities
from fnkit.local.errands import Errands
from fnkit.local.express import Express
from fnkit.local.histogram import Fixed
from fnkit.local.hosting import Hosting
from fnkit.local.keys import Keys
from fnkit.local.kinds import Kinds, find
from fnkit.local.layers import Layers
from fnkit.local.limits import PRESETS
from fnkit.local.modules import Modules
from fnkit.local.objects import Objects
from fnkit.local.permitted import Permitted
from fnkit.local.platform import Platform
from fnkit.local.pool import Pool
from fnkit.local.positions import Positions
from fnkit.local.runtime import Layouts
from fnkit.local.sandbox.ladder import choose
from fnkit.local.sandbox.rung import Rung
from fnkit.local.sandbox.start import ProcessStarter
from fnkit.local.scheduler import Scheduler
from fnkit.local.settings import Settings
from fnkit.local.sources import Seed
from fnkit.local.stems import Stems
from fnkit.local.store import Store
from fnkit.local.throttles import Throttles
from fnkit.local.users import Users
from fnkit.local.zygotes import MEMORY, Zygotes

LEAST_MEMORY = 2048
"""MB of all instances together, on however small a machine."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A platform at work. Made and closed on the event loop that serves it."""

    platform: Platform
    scheduler: Scheduler
    errands: Errands

    @classmethod
    async def open(cls, keys: Keys, store: Store, cache: Path, settings: Settings) -> "Opened":
        """All parts over the data in the keys' folder; models and common packages are in `cache`.

        Raises PlatformFault.
        """
        folder, throttles, errands = keys.folder, Throttles(), Errands()
        entities, activations = Entities(store), _activations(store, settings)
        kinds = await asyncio.to_thread(find)
        await install(entities, kinds.names)
        layers = Layers(folder.root / "layers", cache)
        common, modules = Common(errands, cache), Modules(errands, cache)
        choice = await choose(folder.root / "probe")
        layouts = Layouts(folder.root / "code", layers.path, _folders(common, modules), kinds, errands)
        scheduler, starter = _scheduler(choice.rung, folder.root, layouts, settings)
        _install(errands, common, modules if _has_node(kinds) else None, starter)
        users, positions = Users(store, PRESETS[settings.limits]), Positions(store, activations)
        controller = Controller(entities, activations, positions, scheduler, throttles, keys.url)
        platform = Platform(
            url=keys.url,
            users=users,
            keys=keys,
            throttles=throttles,
            bounds=bounds(settings.max_concurrency),
            entities=entities,
            activations=activations,
            controller=controller,
            express=Express(entities, users, throttles, controller),
            layers=layers,
            objects=Objects(store, folder.root / "objects"),
            feeds=Feeds(store),
            allowed=Allowed(folder.root, settings.folder),
            permits=Permitted(store),
            kinds=kinds,
            sandbox=choice,
            packages=common.packages,
            common=_statuses(common, modules, kinds),
            snapshot=scheduler.snapshot,
            lives=scheduler.lives,
            sources=starter.views,
            troubles=starter.troubles,
        )
        _go_on(platform)
        return cls(platform, scheduler, errands)

    async def close(self, patience: float) -> None:
        """Let what runs end, for `patience` seconds, then end it."""
        self.platform.activations.retention.stop()
        await self.platform.feeds.close()
        await self.platform.controller.close(patience)
        await self.scheduler.close()
        await asyncio.to_thread(self.errands.close)


def _activations(store: Store, settings: Settings) -> Activations:
    """What ran, with all that a killed server left, kept for as long as is wanted."""
    activations = Activations(store, settings.keep)
    activations.recover()
    activations.retention.start()
    return activations


def _pool(settings: Settings) -> Pool:
    return Pool(settings.memory or memory(), Fixed(settings.keep_alive) if settings.keep_alive else None)


def _scheduler(rung: Rung, root: Path, layouts: Layouts, settings: Settings) -> tuple[Scheduler, Zygotes]:
    """What runs actions, and who starts instances for it."""
    pool = _pool(settings)
    starter = _starter(rung, root, settings.stems, pool.capacity)
    return Scheduler(starter, layouts, root / "instances", pool), starter


def _folders(common: Common, modules: Modules) -> Mapping[str, Callable[[], Path]]:
    return {"python": common.folder, "nodejs": modules.folder}


def _statuses(common: Common, modules: Modules, kinds: Kinds) -> Callable[[], Mapping[str, str]]:
    """What is there yet of what upstream's images bring, by family."""

    def look() -> dict[str, str]:
        found = {"python": common.status()}
        return {**found, "nodejs": modules.status()} if _has_node(kinds) else found

    return look


def _starter(rung: Rung, root: Path, stems: int, capacity: int) -> Zygotes:
    plain = Stems(ProcessStarter(rung), root / "stems", stems)
    return Zygotes(plain, root / "zygotes", megabytes=min(MEMORY, capacity // 4))


def _has_node(kinds: Kinds) -> bool:
    return "nodejs:default" in kinds.names


def _install(errands: Errands, common: Common, modules: Modules | None, zygotes: Zygotes) -> None:
    """Bring what upstream's images have (seconds, once); until then actions do without. Plant a zygote."""
    loop = asyncio.get_running_loop()

    def plant() -> None:
        zygotes.plant(Seed((common.folder(),), (common.folder(),), network=True, namespace=None))

    def install() -> None:
        if common.install():
            with suppress(RuntimeError):  # the platform was closed meanwhile
                loop.call_soon_threadsafe(plant)

    plant()
    errands.begin("common packages", install)
    if modules:
        errands.begin("common modules", modules.install)


def memory() -> int:
    """MB that all instances together may have: half of the machine's."""
    half = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    return max(LEAST_MEMORY, half // MIB)


def _go_on(platform: Platform) -> None:
    """What the end of the last server interrupted, and what fires triggers."""
    platform.controller.resume(platform.users)
    platform.feeds.start(Hosting(platform))
