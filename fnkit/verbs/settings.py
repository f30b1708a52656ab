"""The verbs of what is set: hosts, keys, defaults."""

from typing import TYPE_CHECKING, Annotated, Any

from fnkit.verbs.table import Argument

if TYPE_CHECKING:
    from fnkit.context import Context


def login(
    host: Annotated[str, Argument("the address of an OpenWhisk: https://openwhisk.example.org", "HOST")],
    key: str | None = None,
) -> Any:
    """Choose a host and keep its key in the keyring, or in a file with mode 0600 where there is none.

    The key is asked for, or read from standard input; it is never typed on the line.
    """
    raise NotImplementedError


def config(*, context: "Context | None" = None) -> Any:
    """Give every setting with its value and the source that it came from."""
    raise NotImplementedError
