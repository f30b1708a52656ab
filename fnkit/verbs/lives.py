"""The verb of instances: what became of them."""

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
    last: Annotated[float, Option("what was there in the last so many seconds", "S")] = 600.0,
    save: Annotated[Sequence[Path], Option("write the picture too: .svg or .png", "FILE")] = (),
    context: Context | None = None,
) -> "Lives":
    """Give the lives of your instances: when each was started, initialised, ran, was idle and went, and why."""
    from fnkit.delivery import lives

    context = context or Context()
    found = lives.find(context.client, name, last)
    for path in save:
        context.face.notice(f"Wrote {found.timeline().save(path)}.")
    return found
