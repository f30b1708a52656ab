"""The verbs that make an action of a function."""

from typing import TYPE_CHECKING, Annotated, Any, Unpack

from fnkit.context import Context
from fnkit.verbs.answers import ActionFile
from fnkit.verbs.options import BuildOptions, DeployOptions
from fnkit.verbs.table import Argument

if TYPE_CHECKING:
    from fnkit.action.rehearse import Rehearsal
    from fnkit.delivery.plan import Plan
    from fnkit.delivery.receipt import Receipt

Source = Annotated[Any, Argument("a script, a notebook, a folder or a zip", "FILE", place=1, typed=True)]
Name = Annotated[str | None, Argument("name or package/name of the action", "NAME", typed=True)]


def deploy(
    source: Source, name: Name = None, *, context: Context | None = None, **options: Unpack[DeployOptions]
) -> "Receipt | Plan | ActionFile":
    """Put a function on the platform and give its receipt: created, updated or unchanged.

    The function is cut out of its notebook or file with all that it needs, tried alone in a clean process on
    the test input, sent, and tried there again; where the answers differ nothing is sent, or the previous version
    comes back. In Python the source is a function, or the path of a file.
    """
    raise NotImplementedError


def test(
    source: Source, name: Name = None, *, context: Context | None = None, **options: Unpack[BuildOptions]
) -> "Rehearsal":
    """Try a function as an action in a clean process on this machine, and send nothing."""
    raise NotImplementedError
