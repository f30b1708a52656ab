"""Starts instances as forks, where there is something to fork: of a template, of a zygote, else as processes.

A zygote serves all that read the same libraries, models and shared code; where any of that came from a user, it
serves callers of one namespace only. A template has run the init code of one version of one action for one
namespace, never an activation. The first start of something new takes the plain way, a process of its own, and so
does everything for which nothing can be forked: another language, a rung on which nothing is, code that brings a
module which a zygote has imported already.
"""

import asyncio
import itertools
import logging
import shutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from fnkit.core.errors import FnkitError
from fnkit.local.control import Ungrown
from fnkit.local.instance import Instance
from fnkit.local.libraries import imports
from fnkit.local.messages import action_identity
from fnkit.local.nursery import Nursery
from fnkit.local.runtime import Layout, mirror
from fnkit.local.sandbox.place import Place
from fnkit.local.sandbox.system import FORK
from fnkit.local.sources import Seed, Sort, SourceView, TroubleView, clash, seed_of, sort_of, trouble, view
from fnkit.local.starter import Wanted
from fnkit.local.stems import Stems
from fnkit.local.zygote import Template, Zygote, grow

Imports = Callable[[Path | None, Sequence[Path]], Sequence[str]]
MOST_ZYGOTES, MOST_TEMPLATES = 8, 8
MEMORY = 1024
"""MB that all zygotes together may take, and all templates, at most."""
FORKS_IN = 10.0
"""Seconds that a fork may take; it takes a few milliseconds."""
COMES_IN = 5.0
"""Seconds that a start waits for a zygote that is on its way."""
OPENS_IN = 60.0
"""Seconds that opening models may take."""
SETTLES = 2.0
"""Seconds after a start until its template is begun: the first run has the processors to itself."""
REMEMBERED = 1000
"""Starts that are remembered, to know the second one."""


class Zygotes:
    """A `Starter`. Used on one event loop."""

    def __init__(
        self,
        plain: Stems,
        folder: Path,
        imports: Imports = imports,
        settles: float = SETTLES,
        megabytes: int = MEMORY,
    ) -> None:
        """`folder` holds the rooms; what a killed server left there is removed.

        `imports`: the folder of an action's code, and where it may import from → the modules to import;
        `settles`: seconds until a template is begun; `megabytes`: of all zygotes, and of all templates.
        """
        self._settles = settles
        self.zygotes: Nursery[Seed] = Nursery(MOST_ZYGOTES, megabytes)
        self.templates: Nursery[Sort] = Nursery(MOST_TEMPLATES, megabytes)
        self._plain = plain
        self._folder = folder
        self._imports = imports
        self._numbers = itertools.count(1)
        self._started: dict[Sort, None] = {}
        self._vain: dict[tuple[Path, ...], None] = {}
        """Models that could not be opened ahead."""
        self._opening: set[asyncio.Task[None]] = set()
        shutil.rmtree(folder, ignore_errors=True)

    async def start(self, wanted: Wanted) -> Instance:
        """A fork where there is something to fork, else a process of its own. Raises OSError."""
        self.prepare(wanted)
        source = await self._source(wanted)
        self._consider(wanted)
        if source is not None:
            try:
                instance = await source.fork(wanted, FORKS_IN)
            except (FnkitError, OSError) as error:
                _log.warning("%s A process of its own is started instead.", error)
                for folder in (wanted.folder, source.room.folder / wanted.folder.name):
                    shutil.rmtree(folder, ignore_errors=True)
            else:
                self._furnish(source, wanted.layout.models)
                return instance
        return await self._plain.start(wanted)

    def prepare(self, wanted: Wanted) -> None:
        """Begin to grow a zygote for it; comes back at once."""
        self._plain.prepare(wanted)
        if wanted.layout.kind.family == "python":
            self.plant(seed_of(wanted.layout, wanted.executable.network, wanted.namespace), wanted.layout.code)

    def plant(self, seed: Seed, code: Path | None = None) -> None:
        """Begin to grow a zygote unless that was done; one for a single caller with the libraries of `code`."""
        if not self._plain.rung.no_forks:
            self.zygotes.begin(seed, lambda: self._zygote(seed, code))

    def discard(self, namespace: str, name: str) -> None:
        """Templates of an action that was changed or deleted are not used again."""
        self.templates.drop(lambda sort: sort.action == (namespace, name))
        self._started = {sort: None for sort in self._started if sort.action != (namespace, name)}

    def views(self) -> list[SourceView]:
        """What there is to fork now."""
        zygotes = [view("zygote", seed.namespace, None, one) for seed, one in self.zygotes.items()]
        return [*zygotes, *(view("template", s.namespace, s.path, one) for s, one in self.templates.items())]

    def troubles(self) -> list[TroubleView]:
        """What there is not, and why."""
        now = asyncio.get_running_loop().time()
        zygotes = [trouble("zygote", s.namespace, None, one, now) for s, one in self.zygotes.trouble.items()]
        templates = self.templates.trouble.items()
        return [*zygotes, *(trouble("template", s.namespace, s.path, one, now) for s, one in templates)]

    async def close(self) -> None:
        """End everything that is kept ready, and await that."""
        await self.templates.close()
        await self.zygotes.close()
        await self._plain.close()
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def _source(self, wanted: Wanted) -> Zygote | None:
        """What to fork: in a fork, every import gives what it would give in a process of its own.

        Where a zygote is importing already what a process of its own would import, it is waited for: both at once
        would take longer.
        """
        if wanted.layout.kind.family != "python":
            return None
        template = self.templates.get(sort_of(wanted))
        if template is not None:
            return template
        seed = seed_of(wanted.layout, wanted.executable.network, wanted.namespace)
        zygote = await self.zygotes.coming(seed, COMES_IN if seed.namespace else 0)
        if zygote is None:
            return None
        return None if clash(zygote, wanted.layout) else zygote

    def _furnish(self, source: Zygote, models: tuple[Path, ...]) -> None:
        """Have a zygote open the models of its layers, when the run that it was started for has had its time."""

        def begin() -> None:
            if source.alive:
                task = asyncio.ensure_future(work())
                self._opening.add(task)
                task.add_done_callback(self._opening.discard)

        async def work() -> None:
            with suppress(FnkitError, OSError):  # it has ended, and is grown again
                await self._open(source, models)
                self.zygotes.weigh(source)

        if models and not source.furnished and models not in self._vain:
            source.furnished = True
            asyncio.get_running_loop().call_later(self._settles, begin)

    async def _open(self, source: Zygote, models: tuple[Path, ...]) -> None:
        """Have it open models, unless somebody ended by that. Raises Ungrown."""
        if models and models not in self._vain:
            try:
                await source.open(models, OPENS_IN)
            except (FnkitError, OSError) as error:
                self._vain[models] = None
                while len(self._vain) > REMEMBERED:
                    del self._vain[next(iter(self._vain))]
                _log.warning("%s Its models are opened by each instance.", error)
                raise

    async def settled(self) -> None:
        """Await that nothing is being grown or opened."""
        while self._opening:
            await asyncio.wait(self._opening)
        await self.zygotes.settled()
        await self.templates.settled()

    def _consider(self, wanted: Wanted) -> None:
        """Begin a template where it will be of use: with what was brought, or the second time."""
        rung = self._plain.rung
        able = wanted.executable.template and rung.own_view and not rung.no_forks
        if wanted.layout.kind.family != "python" or not able:
            return
        sort = sort_of(wanted)
        if wanted.layout.libraries or wanted.layout.models or sort in self._started:
            asyncio.get_running_loop().call_later(self._settles, self._begin, sort, wanted)
        self._started[sort] = None
        while len(self._started) > REMEMBERED:
            del self._started[next(iter(self._started))]

    def _begin(self, sort: Sort, wanted: Wanted) -> None:
        if sort in self._started:  # else the action was changed meanwhile
            self.templates.begin(sort, lambda: self._template(wanted))

    async def _zygote(self, seed: Seed, code: Path | None) -> Zygote:
        room = Place(self._room(), seed.read, 0, (str(FORK),), seed.network, forks=True)
        modules = self._modules(code if seed.namespace else None, seed.paths)
        with _removed_if_vain(room.folder):
            room.make()
            return await grow(Zygote, self._plain.rung, room, seed.paths, modules)

    def _modules(self, code: Path | None, paths: Sequence[Path]) -> Awaitable[Sequence[str]]:
        """To be imported: looked for in a thread from now on."""
        return asyncio.ensure_future(asyncio.to_thread(self._imports, code, paths))

    async def _template(self, wanted: Wanted) -> Template:
        executable, layout = wanted.executable, wanted.layout
        room = replace(wanted.at(self._room()).place, command=(str(FORK),), forks=True)

        def furnish() -> None:
            room.make()
            mirror(layout, room.work)

        with _removed_if_vain(room.folder):
            await asyncio.to_thread(furnish)
            modules = self._modules(layout.code, layout.paths)
            template = await grow(Template, self._plain.rung, room, layout.paths, modules)
            known = action_identity(executable, wanted.namespace)
            try:
                _check(template, layout)
                await self._open(template, layout.models)
                await template.load(wanted.init(room.work), known, executable.limits.timeout / 1000)
            except BaseException:
                await template.kill()
                raise
        return template

    def _room(self) -> Path:
        return self._folder / str(next(self._numbers))


def _check(zygote: Zygote, layout: Layout) -> None:
    if clash(zygote, layout):
        raise Ungrown("its code brings a module that a zygote has already.")


@contextmanager
def _removed_if_vain(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


_log = logging.getLogger(__name__)
