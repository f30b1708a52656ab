"""The verbs of sessions: what ran as a whole, a flow, a sequence or a composition."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from fnkit.context import Context
from fnkit.core.errors import Missing
from fnkit.verbs.answers import Listing
from fnkit.verbs.table import Argument, Option

if TYPE_CHECKING:
    from fnkit.compose.session import Session


def sessions(
    name: Annotated[str | None, Argument("only those of this flow", "NAME")] = None,
    *,
    limit: Annotated[int, Option("at most so many", "N", short="-l")] = 30,
    context: Context | None = None,
) -> "Listing[Session]":
    """Give the sessions of your namespace, the newest first: runs of flows, sequences and compositions."""
    from fnkit.compose import overview

    found = overview.sessions((context or Context()).client, name, limit)
    return Listing.of("session", found, lambda one: one.id, lambda one: one.name, lambda one: one.state)


def session(
    id: Annotated[str | None, Argument("an activation id, the newest session where none is given", "ID")] = None,
    *,
    follow: Annotated[bool, Option("show it as it goes on, to its end", short="-f")] = False,
    save: Annotated[
        Sequence[Path], Option("write the picture too: .svg, .png or .mmd; the times where -time is in it", "FILE")
    ] = (),
    context: Context | None = None,
) -> "Session":
    """Give one session: the path that it took through its flow, and each step's time, answer and cost."""
    from fnkit.compose import overview
    from fnkit.compose import session as compose

    context = context or Context()
    if id is None:
        newest = overview.sessions(context.client, limit=1)
        if not newest:
            raise Missing("Looking for the newest session", "there is none yet.", "Run a flow: fnkit invoke NAME.")
        id = newest[0].id
    found = compose.find(context.client, id)
    if follow:
        for now in found.follow():
            context.face.watch(now)
            found = now
    for path in save:
        picture = found.timeline() if path.stem.endswith("-time") else found.flow()
        context.face.notice(f"Wrote {picture.save(path)}.")
    return found
