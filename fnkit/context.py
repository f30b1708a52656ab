"""What the verbs work with: settings, the client, the one who asked. Built once and handed down."""

import logging
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from fnkit.whisk import props as settings

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

    @cached_property
    def props(self) -> settings.Props:
        """Where requests go, and who said so. Reads files, contacts nobody."""
        return settings.load(self._arguments)

    @cached_property
    def client(self) -> "Client":
        """The platform's client. Starts the embedded platform where that is what the props mean and none runs."""
        raise NotImplementedError
