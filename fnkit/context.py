"""What the verbs work with: settings, the client, the one who asked. Built once and handed down."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from fnkit.core import places
from fnkit.whisk import props as settings
from fnkit.whisk import vault
from fnkit.whisk.key import Key

if TYPE_CHECKING:
    from fnkit.delivery.progress import Step
    from fnkit.whisk.client import Client

LOG = logging.getLogger("fnkit")


class Face(Protocol):
    """Who asked: hears what happens and is asked before something is lost."""

    def notice(self, line: str) -> None:
        """One line that a person should see."""

    def tell(self, step: "Step") -> None:
        """How far the work is."""

    def confirm(self, question: str) -> bool:
        """Whether to go on; False where nobody can be asked."""

    def secret(self, what: str) -> str:
        """A key, typed unseen; empty where nobody can be asked."""


class Program:
    """A program that calls `fnkit.deploy(...)`: it reads the log, and means what it calls."""

    def notice(self, line: str) -> None:
        """Into the log `fnkit`."""
        LOG.warning(line)

    def tell(self, step: "Step") -> None:
        """Into the log `fnkit`, one level down."""
        LOG.info(step.text)

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

    @property
    def props(self) -> settings.Props:
        """Where requests go, and who said so. Reads files, contacts nobody."""
        found = settings.load(self._arguments)
        if found.key is None and not _embedded(found) and (key := vault.recall(found.apihost)):
            sources = {**found.sources, "auth": "the keyring"}
            found = replace(found, key=Key(key), sources=sources)
        return found

    @cached_property
    def client(self) -> "Client":
        """The platform's client. Starts the embedded platform where the props mean it and it does not run."""
        from fnkit.whisk.client import Client

        found = self.props
        if _embedded(found):
            self._start()
            found = self.props  # the first start writes the key
        self.face.notice(f"Using {found.apihost}, {_why(found)}.")
        return Client(found)

    def _start(self) -> None:
        from fnkit.local import daemon, serve
        from fnkit.local.folder import Folder

        if Folder(places.data()).running() is None:
            running = daemon.start(serve.Settings(places.data()))
            self.face.notice(f"Started the embedded platform (fnkit stop ends it); it keeps all in {running.data}.")


def _embedded(found: settings.Props) -> bool:
    """True where the props are those of this machine's embedded platform, or nobody chose a host."""
    return found.built_in or found.sources["apihost"] == str(settings.built_in_file())


def _why(found: settings.Props) -> str:
    if _embedded(found):
        return "the embedded platform of this machine"
    return f"as {found.sources['apihost']} says"
