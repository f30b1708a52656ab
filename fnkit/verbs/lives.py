"""The verb of instances: what became of them."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from fnkit.context import Context
from fnkit.verbs.table import Argument, Option

if TYPE_CHECKING:
    from fnkit.delivery.lives import Lives


def instances(
    name: Annotated[str | None, Argument("only those of this action", "NAME")] = None,
    *,
    since: Annotated[
        float, Option("what was there after this moment: seconds since 1970, or -60 for a minute ago", "S")
    ] = -600.0,
    save: Annotated[Sequence[Path], Option("write the picture too: .svg or .png", "FILE")] = (),
    context: Context | None = None,
) -> "Lives":
    """Give the lives of your instances: when each was started, initialised, ran, was idle and went, and why."""
    from fnkit.delivery import lives

    context = context or Context()
    moment = since if since > 0 else time.time() + since
    found = lives.find(context.client, name, max(0, int(moment * 1000)))
    for path in save:
        context.face.notice(f"Wrote {found.timeline().save(path)}.")
    return found
