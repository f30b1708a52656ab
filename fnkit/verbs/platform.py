"""The verbs of the embedded platform."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict, Unpack
from urllib.parse import urlsplit

from fnkit.context import Context, embedded_data
from fnkit.core import places
from fnkit.core.errors import BadArgument, Missing, PlatformFault, Unreachable
from fnkit.verbs.answers import Status, Stopped
from fnkit.verbs.table import Option

if TYPE_CHECKING:
    from fnkit.local.folder import Running
    from fnkit.local.settings import Settings

Data = Annotated[Path | None, Option("the folder that keeps everything", "DIR")]


class ServeOptions(TypedDict, total=False):
    """How the embedded platform is served; what is not given is as `fnkit.local.settings` says."""

    port: Annotated[int, Option("the port to listen on, 0 for a free one (3233)", "PORT")]
    data: Data
    guest: Annotated[bool, Option("use the well-known guest key of OpenWhisk standalone")]
    full_sync: Annotated[bool, Option("wait for the disk at each record and object: a power cut takes none")]
    limits: Annotated[
        str, Option("what users without limits of their own may: none, or openwhisk for its defaults", "SET")
    ]
    keep_days: Annotated[int, Option("keep the records of activations so long (30)", "DAYS")]
    max_concurrency: Annotated[
        int, Option("let a Node.js action's instance take so many runs at a time, if its limit says so (1)", "N")
    ]
    keep_mb: Annotated[int, Option("keep so much of them, the oldest go first (2048)", "MB")]
    keep_alive: Annotated[
        int, Option("keep every unused instance so long (0: what its action's idle times say)", "SECONDS")
    ]
    stems: Annotated[int, Option("of what is not forked, as Node.js, start so many instances ahead (1)", "COUNT")]
    memory: Annotated[int, Option("let all instances together have so much (0: half of the machine's)", "MB")]
    folder: Annotated[
        Sequence[Path], Option("let triggers of whoever has a key watch this folder and what is below it", "DIR")
    ]


def serve(
    *,
    host: Annotated[str, Option("the address to listen on", "ADDRESS")] = "127.0.0.1",
    context: Context | None = None,
    **options: Unpack[ServeOptions],
) -> None:
    """Run the embedded platform in the foreground until it is interrupted."""
    from fnkit.local import serve

    face = (context or Context()).face
    settings = replace(_settings(options), host=host)
    serve.serve(settings, lambda running: face.notice(f"{_line(running)} Ctrl-C stops it."))


def start(*, context: Context | None = None, **options: Unpack[ServeOptions]) -> "Running":
    """Start the embedded platform in the background and give where it listens; one that runs is left alone.

    Raises BadArgument where the one that runs is not as it is asked for here.
    """
    from fnkit.local import daemon

    settings = _settings(options)
    if running := daemon.status(settings.data):
        daemon.check_same(running)
        _check_wanted(running, options)
        return running
    return daemon.start(settings)


def stop(*, data: Data = None, context: Context | None = None) -> Stopped:
    """Stop the embedded platform that runs in the background; what was deployed stays."""
    from fnkit.local import daemon

    if stopped := daemon.stop(data):
        return Stopped(stopped.url, stopped.data)
    raise BadArgument(f"Stopping the platform of {data or places.data()}", "none runs there.")


def status(*, context: Context | None = None) -> Status:
    """Give which platform is used and why, whether it answers, and what its sandbox stops. Starts nothing."""
    from fnkit.local import daemon
    from fnkit.whisk.client import Client

    props = (context or Context()).props
    host, source = props.apihost, props.sources["apihost"]
    # Without this somebody else's server on the usual port would answer.
    if (data := embedded_data(props)) and daemon.status(data) is None:
        return Status(host, source, False, trouble="it does not run; what needs it starts it, or fnkit start.")
    try:
        client = Client(props)
        embedded = client.embedded
        pool = embedded.pool() if embedded else None
        if embedded is None:
            client.check()
    except (Unreachable, Missing, PlatformFault) as error:
        return Status(host, source, False, trouble=str(error))
    return Status(host, source, True, embedded.info if embedded else None, pool)


def props(*, context: Context | None = None) -> Path:
    """Give the path of the props file of the embedded platform, for `WSK_CONFIG_FILE`."""
    from fnkit.whisk.props import built_in_file

    return built_in_file()


def _settings(options: ServeOptions) -> "Settings":
    from fnkit.local.settings import Settings

    given: dict[str, Any] = {**options, "data": options.get("data") or places.data()}
    given["folder"] = tuple(one.absolute() for one in options.get("folder", ()))
    return Settings(**given)


def _check_wanted(running: "Running", options: ServeOptions) -> None:
    """Raises BadArgument where a server that runs cannot become what is asked for."""
    port = options.get("port")
    other = {
        f"--port {port}": bool(port) and urlsplit(running.url).port != port,
        "--guest": options.get("guest", False) and not running.guest,
        "--full-sync": options.get("full_sync", False) and not running.full_sync,
        **{f"--folder {one}": str(one.absolute()) not in running.folder for one in options.get("folder", ())},
    }
    if wanted := [option for option, differs in other.items() if differs]:
        raise BadArgument(
            f"Starting the platform with {' '.join(wanted)}",
            f"it runs already, without that, at {running.url}.",
            "Stop it first: fnkit stop. What was deployed stays.",
        )


def _line(running: "Running") -> str:
    return f"Serving OpenWhisk at {running.url} from {running.data} (sandbox: {running.sandbox})."
