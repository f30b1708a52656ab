"""The verbs of what starts actions by itself: `fnkit events`, `fnkit feeds run`."""

import asyncio
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from fnkit.context import Context
from fnkit.core import places
from fnkit.core.canonical import sha256
from fnkit.core.errors import BadArgument, Refused
from fnkit.verbs.table import Argument, Option

if TYPE_CHECKING:
    from fnkit.delivery.wired import Wires
    from fnkit.events.allowed import Allowed
    from fnkit.local.store import Store

LOOK = 30.0
"""Seconds after which `feeds run` looks for other triggers."""
TIDY = 120
"""Looks after which it takes away what it put for events long ago: an hour."""


def events(
    trigger: Annotated[str | None, Argument("only what this trigger starts", "TRIGGER")] = None,
    *,
    wait: Annotated[
        int | None, Option("wait until so many of its events were fired and what they began has ended", "N")
    ] = None,
    timeout: Annotated[float, Option("how long to wait, in seconds", "S", short="-t")] = 3600.0,
    save: Annotated[Sequence[Path], Option("write the picture too: .svg, .png or .mmd", "FILE")] = (),
    context: Context | None = None,
) -> "Wires":
    """Give what is wired: sources, triggers, rules, actions, destinations, what was fired last and what failed."""
    from fnkit.delivery import drawn, wired

    context = context or Context()
    if wait is not None:
        if trigger is None:
            raise BadArgument("Waiting for events", "no trigger is named.", "fnkit events TRIGGER --wait N")
        if wait < 0:
            raise BadArgument(f"Waiting for events of {trigger}", f"{wait} are none.", "Give 0 or more.")
        if not wired.wait(context.client, trigger, wait, timeout, context.face.tell):
            context.face.notice(f"{trigger} is not done after {timeout:g} s.")
    found = wired.wires(context.client)
    if trigger is not None:
        found = found.only(trigger)
    for path in save:
        context.face.notice(f"Wrote {drawn.picture(found).save(path)}.")
    return found


def feeds_run(
    *,
    folder: Annotated[
        Sequence[Path], Option("a folder that may be watched, with what is below it; once for each", "DIR")
    ] = (),
    data: Annotated[Path | None, Option("where to remember what was seen and fired", "DIR")] = None,
    context: Context | None = None,
) -> None:
    """Watch folders, buckets and clocks, and fire their triggers on any OpenWhisk, until it is interrupted.

    It watches for each trigger that was wired (`fnkit.on(…).run(…)`) and that the platform does not watch itself.
    Of the folders of this machine, those that are named: whoever may make a trigger may not read all that you may.
    """
    from fnkit.events.allowed import Allowed
    from fnkit.local.folder import Folder
    from fnkit.local.migrations import FEEDS
    from fnkit.local.store import Store

    context = context or Context()
    if _looping():
        raise BadArgument("Watching for events", "a notebook has other things to do.", "Run it in a shell.")
    client = context.client
    whose = f"{client.props.apihost} {client.namespaces.own()}"
    root = data or places.data() / "feeds" / sha256(whose.encode())[:16]
    kept = Folder(root.absolute())
    allowed = Allowed(kept.root, tuple(_there(one) for one in folder))
    kept.make()
    lock = kept.lock()
    if lock is None:
        raise BadArgument(f"Watching for {client.props.host}", f"another process has {kept.root} open.")
    store = Store(kept.database, migrations=FEEDS)
    try:
        asyncio.run(_watch(context, allowed, store))
    finally:
        store.close()
        lock.close()


def _looping() -> bool:
    """Whether this thread runs an event loop already, as a notebook's does."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _there(folder: Path) -> Path:
    if not folder.is_dir():
        raise BadArgument(f"Watching {folder}", "there is no such folder.", "Make it, or name another.")
    return folder.absolute()


async def _watch(context: Context, allowed: "Allowed", store: "Store") -> None:
    """Keep the feeds in step with the triggers, until a signal."""
    from fnkit.delivery.watching import Remote, follow, tidy
    from fnkit.events.feeds import Feeds

    client, feeds, stop, said = context.client, Feeds(store), asyncio.Event(), set[str]()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    feeds.start(Remote(client, allowed))
    watched: set[str] | None = None
    looks = count()
    while not stop.is_set():
        try:
            troubles = await follow(client, feeds, allowed)
            if next(looks) % TIDY == 0:
                await asyncio.to_thread(tidy, client, time.time())
            now = {feed.name for feed in feeds.all(await asyncio.to_thread(client.namespaces.own))}
            if now != watched:
                context.face.notice(f"Watching for {', '.join(sorted(now)) or 'no trigger yet'}; Ctrl-C stops it.")
                watched = now
        except Refused as error:
            troubles = [str(error)]
        for trouble in set(troubles) - said:
            context.face.notice(trouble)
        said = set(troubles)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK)
    await feeds.close()
