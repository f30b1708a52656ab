"""The verbs of the embedded platform."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fnkit.verbs.table import Option

if TYPE_CHECKING:
    from fnkit.context import Context

Host = Annotated[str, Option("the address to listen on", "ADDRESS")]
Port = Annotated[int, Option("the port to listen on", "PORT")]
Data = Annotated[Path | None, Option("the folder that keeps everything", "DIR")]
Guest = Annotated[bool, Option("use the well-known guest key of OpenWhisk standalone")]


def serve(host: Host = "127.0.0.1", port: Port = 3233, data: Data = None, guest: Guest = False) -> None:
    """Run the embedded platform in the foreground until it is interrupted."""
    raise NotImplementedError


def start(port: Port = 3233, data: Data = None, guest: Guest = False) -> Any:
    """Start the embedded platform in the background and give where it listens; one that runs is left alone."""
    raise NotImplementedError


def stop(data: Data = None) -> Any:
    """Stop the embedded platform that runs in the background."""
    raise NotImplementedError


def status(*, context: "Context | None" = None) -> Any:
    """Give which platform is used and why, whether it answers, and what its sandbox stops."""
    raise NotImplementedError


def props(*, context: "Context | None" = None) -> Any:
    """Give the path of the props file of the embedded platform, for `WSK_CONFIG_FILE`."""
    raise NotImplementedError
