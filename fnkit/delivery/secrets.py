"""Secrets by name: found in the environment or the keyring, sent as `init` parameters, never shown."""

import os
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fnkit.core.errors import BadArgument

SERVICE = "fnkit"
KEYRING_SECONDS = 2.0
"""A keyring may wait for a person to unlock it, or for a D-Bus that is not there."""
TELLING = re.compile(r"key|token|secret|passw|credential|auth", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Secret:
    """A named secret; its value is in no repr, log, file or zip."""

    name: str
    value: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.name}=•••"


def find(name: str, environment: Mapping[str, str] | None = None) -> Secret:
    """The secret of this name from the environment, else from the keyring (service `fnkit`).

    Raises BadArgument where neither has it.
    """
    environment = os.environ if environment is None else environment
    if value := environment.get(name):
        return Secret(name, value)
    found, why = _from_keyring(name)
    if found is not None:
        return Secret(name, found)
    raise BadArgument(
        f"Looking for the secret {name}",
        f"it is not in the environment, and {why}.",
        f"Set it before Jupyter or the shell starts (export {name}=…), or: keyring set {SERVICE} {name}",
    )


def shown(name: str, value: Any) -> str:
    """A parameter's value for a table: masked where its name says that it is a key."""
    return "•••" if TELLING.search(name) else repr(value)


def _from_keyring(name: str) -> tuple[str | None, str]:
    """The value, or why there is none. The thread that asks is left behind where there is no answer in time."""
    try:
        import keyring
    except ImportError:
        return None, "the package keyring is not installed"
    answers: list[tuple[str | None, str]] = []

    def ask() -> None:
        try:
            answers.append((keyring.get_password(SERVICE, name), "the keyring does not have it"))
        except Exception as error:  # noqa: BLE001 - every backend has errors of its own
            answers.append((None, f"the keyring cannot be read ({type(error).__name__})"))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(KEYRING_SECONDS)
    return answers[0] if answers else (None, f"the keyring did not answer within {KEYRING_SECONDS:g} s")
