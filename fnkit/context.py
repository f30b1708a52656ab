"""What the verbs work with: settings, the client, the one who asked. Built once and handed down."""

import logging
import socket
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fnkit.core import places
from fnkit.core.errors import BadArgument
from fnkit.whisk import props as settings
from fnkit.whisk import vault
from fnkit.whisk.key import Key
from fnkit.whisk.props import keyless

if TYPE_CHECKING:
    from fnkit.delivery.progress import Step
    from fnkit.whisk.client import Client

PORT = 3233
"""Of the embedded platform, where it is free."""
LOG = logging.getLogger("fnkit")
WATCHED = LOG.getChild("watched")
"""Results that are not over, as they are by now: a notebook draws them."""


class Face(Protocol):
    """Who asked: hears what happens and is asked before something is lost."""

    def notice(self, line: str) -> None:
        """One line that a person should see."""

    def tell(self, step: "Step") -> None:
        """How far the work is."""

    def watch(self, value: object) -> None:
        """A result as it is by now, in the place of what was shown of it before."""

    def confirm(self, question: str) -> bool:
        """Whether to go on; False where nobody can be asked."""

    def secret(self, what: str) -> str:
        """A key, typed unseen; empty where nobody can be asked."""


@cache
def _said(line: str) -> None:
    """Into the log `fnkit`, which goes to stderr where nobody asked for more; a line is said once."""
    LOG.warning(line)


class Program:
    """A program that calls `fnkit.deploy(...)`: it reads the log, and means what it calls."""

    def notice(self, line: str) -> None:
        """Once in a process: each call has a context of its own."""
        _said(line)

    def tell(self, step: "Step") -> None:
        """Into the log `fnkit`, one level down."""
        LOG.info(step.text)

    def watch(self, value: object) -> None:
        """The same."""
        WATCHED.info(value)

    def confirm(self, question: str) -> bool:
        """A call is its own confirmation."""
        return True

    def secret(self, what: str) -> str:
        """Nobody types."""
        return ""


class Context:
    """Settings and client for one session of one face; the first use of the platform says which and why."""

    def __init__(self, face: Face | None = None, arguments: Mapping[str, str] | None = None) -> None:
        self.face = face or Program()
        self._arguments = arguments or {}
        self._client: Client | None = None

    @property
    def props(self) -> settings.Props:
        """Where requests go, and who said so. Reads files, contacts nobody."""
        found = settings.load(self._arguments)
        if found.key is None and not embedded_data(found) and (key := vault.recall(found.apihost)):
            sources = {**found.sources, "auth": "the keyring"}
            found = replace(found, key=Key(key), sources=sources)
        return found

    @property
    def client(self) -> "Client":
        """The platform's client. Starts the embedded platform where the props mean it and it does not run.

        The props are read anew: a login, or a platform that was stopped and started, is noticed and told.
        """
        from fnkit.whisk.client import Client

        found = self.props
        if data := embedded_data(found):
            self.ensure(data)
            found = self.props  # the first start writes the key
        if found.key is None and found.withheld:
            raise BadArgument(
                f"Choosing the key for {found.apihost}, the host in {found.sources['apihost']}",
                f"the one in {found.withheld} was not given for it, and a key is not sent to another host.",
                keyless(found.apihost),
            )
        if self._client is None or self._client.props != found:
            self._client = Client(found)
            why = "the embedded platform of this machine" if data else f"as {found.sources['apihost']} says"
            self.face.notice(f"Using {found.apihost}, {why}.")
        return self._client

    def ensure(self, data: Path) -> None:
        """Start the embedded platform of `data` where it does not run, and say so."""
        from fnkit.local import daemon

        # Whatever port it gets is in its props; only `fnkit start --port` insists on one.
        running, started = daemon.ensure(data, PORT if _free(PORT) else 0)
        if started:
            self.face.notice(
                f"Started the embedded platform; it keeps everything in {running.data}, fnkit stop ends it."
            )


def embedded_data(found: settings.Props) -> Path | None:
    """The data folder of the embedded platform that the props mean, None where they mean another OpenWhisk."""
    if found.built_in:
        return places.data()
    file = Path(found.sources["apihost"])
    if file == settings.built_in_file() or (file.name == ".wskprops" and file.with_name("whisk.db").is_file()):
        return file.parent
    return None


def _free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
