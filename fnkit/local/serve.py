"""Serve a platform in this process until it is told to stop: `python -m fnkit.local.serve --data DIR`."""

import argparse
import asyncio
import contextlib
import gc
import json
import os
import platform as machine
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from typing import IO, cast

import uvicorn

from fnkit import __version__
from fnkit.core import places
from fnkit.core.errors import BadArgument, FnkitError
from fnkit.local.app import make_app
from fnkit.local.folder import Folder, Running
from fnkit.local.keys import Keys
from fnkit.local.migrations import NewerData
from fnkit.local.opened import Opened
from fnkit.local.repeats import Repeats
from fnkit.local.settings import Settings, add_options
from fnkit.local.store import Store
from fnkit.local.users import GUEST, ensure_user
from fnkit.local.wire import Http

COLLECT = 10_000, 20, 20
"""Objects more than before, and turns of the younger ones, at which cycles are looked for: calls leave none."""
GRACE = 5
"""Seconds that requests and activations in flight get when the server stops."""

Announce = Callable[[Running], None]


def serve(settings: Settings, announce: Announce) -> None:
    """Serve until SIGINT or SIGTERM; `announce` is called once it answers. Raises FnkitError where it cannot."""
    settings.check()
    os.umask(0o077)  # code, objects and records are their owner's alone, also in a folder that others may enter
    folder = Folder(settings.data.absolute())
    folder.make()
    with (
        _hold(folder),
        _listen(settings.host, settings.port) as listener,
        _store(folder, settings.full_sync) as store,
    ):
        # uvicorn raises the signal again when it has stopped; then there is still something to close.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(settings, folder, listener, store, announce))


async def _serve(
    settings: Settings, folder: Folder, listener: socket.socket, store: Store, announce: Announce
) -> None:
    owner = ensure_user(store, settings.guest)
    url = _url(settings.host, listener.getsockname()[1])
    keys = Keys(folder, url)
    opened = await Opened.open(keys, store, places.cache(), settings)
    running = Running(
        pid=os.getpid(),
        url=url,
        version=__version__,
        python=machine.python_version(),
        executable=sys.executable,
        data=str(folder.root),
        sandbox=opened.platform.sandbox.rung.name,
        guest=owner.auth == GUEST,
        full_sync=settings.full_sync,
        folder=[str(one) for one in settings.folder],
    )

    def ready() -> None:
        for identity in opened.platform.users.all():
            keys.write(identity)
        keys.write_operator(opened.platform.operator)
        folder.announce(running)
        _settle()
        announce(running)

    server = _Server(_config(make_app(opened.platform)), ready)
    try:
        await server.serve(sockets=[listener])
    finally:
        folder.withdraw()
        await opened.close(GRACE)


def _settle() -> None:
    """What is there now stays: the collector of cycles need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)


class _Server(uvicorn.Server):
    """Tells when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def _config(app: Callable[..., object]) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=cast(type[asyncio.Protocol], partial(Http, repeats=Repeats())),
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=GRACE,
    )


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # not made for Windows
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except (OSError, OverflowError) as error:
        raise BadArgument(
            f"Starting the platform on {host}:{port}",
            f"the port cannot be used ({error.strerror if isinstance(error, OSError) else error}).",
            "Stop what listens there, or choose another port with --port (0 takes a free one).",
        ) from error
    listener.listen(2048)
    return listener


@contextlib.contextmanager
def _store(folder: Folder, full: bool) -> Iterator[Store]:
    try:
        store = Store(folder.database, full)
    except NewerData as error:
        raise BadArgument(
            f"Opening the data folder {folder.root}",
            f"it was written by a later fnkit (format {error.found}; {__version__} knows {error.known}).",
            "Install that version again, or choose another folder with --data.",
        ) from error
    except sqlite3.DatabaseError as error:
        raise BadArgument(
            f"Opening the database {folder.database}",
            f"{error}.",
            "Choose another folder with --data, or move that file away: then the platform begins anew.",
        ) from error
    try:
        yield store
    finally:
        store.close()


def _hold(folder: Folder) -> IO[str]:
    """The folder's lock. Raises BadArgument where a server has it."""
    deadline = time.monotonic() + 1
    while (lock := folder.lock()) is None:
        other = folder.running()
        if other or time.monotonic() > deadline:
            who = f"the server at {other.url} (process {other.pid})" if other else "another process"
            raise BadArgument(
                f"Opening the data folder {folder.root}",
                f"{who} has it open.",
                "Use that one, stop it with `fnkit stop`, or choose another folder with --data.",
            )
        time.sleep(0.02)  # somebody who only looks has it for a moment
    folder.withdraw()
    return lock


def _url(host: str, port: int) -> str:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{reachable}:{port}"


def main() -> None:
    """Serve as the command line says; to `--ready-fd` goes one line of JSON: who serves, or why not."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    parser.add_argument("--ready-fd", type=int, default=1)
    given = vars(parser.parse_args())
    ready_fd: int = given.pop("ready_fd")

    def tell(line: dict[str, object]) -> None:
        with os.fdopen(ready_fd, "w", closefd=ready_fd > 2) as pipe:
            pipe.write(json.dumps(line) + "\n")

    settings = Settings(**{**given, "data": given["data"] or places.data(), "folder": tuple(given["folder"])})
    try:
        serve(settings, lambda running: tell({"running": asdict(running)}))
    except FnkitError as error:
        tell({"tried": error.tried, "found": error.found, "advice": error.advice})
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
