"""Secrets by name: found in the environment or the keyring, sent as `init` parameters, never shown."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument
from fnkit.whisk import vault

TELLING = re.compile(
    r"token|secret|passw|credential|(api|access|private|account)[_-]?key|(?<![a-z])(key|auth|authorization)(?![a-z])",
    re.IGNORECASE,
)
"""Names of parameters that hold what should not be shown; `keypoints` and `author` do not."""

SIGNED = re.compile(r"([?&][\w-]*(?:token|sig|signature|credential)=)[^&\s\"'<>]+", re.IGNORECASE)
"""What opens an object in its address: ours, and those of buckets."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A named secret; its value is in no repr, log, file or zip."""

    name: str
    value: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.name}=•••"


def find(name: str, environment: Mapping[str, str] | None = None) -> Secret:
    """The secret of this name from the environment, else from the keyring (service `fnkit`, at most 2 s).

    Raises BadArgument where neither has it.
    """
    environment = os.environ if environment is None else environment
    if value := environment.get(name):
        return Secret(name, value)
    if value := vault.recall(name):
        return Secret(name, value)
    raise BadArgument(
        f"Looking for the secret {name}",
        "it is neither in the environment nor in a keyring that answers.",
        f"Set it before Jupyter or the shell starts (export {name}=…), or: keyring set {vault.SERVICE} {name}",
    )


def masked(value: Json, secrets: Iterable[Secret]) -> Json:
    """`value` for people: `•••` for a secret's value in any text in it, as it is or as `repr` or JSON spell it."""
    spelt = {
        form
        for secret in secrets
        if secret.value
        for form in (secret.value, repr(secret.value)[1:-1], json.dumps(secret.value)[1:-1])
    }
    return _without(value, sorted(spelt, key=len, reverse=True))  # one secret may be part of another


def masked_lines(lines: Iterable[str], secrets: Iterable[Secret]) -> tuple[str, ...]:
    """Lines of a log, masked: a secret may have several."""
    return tuple(str(masked("\n".join(lines), secrets)).splitlines())


def _without(value: Json, spelt: list[str]) -> Json:
    match value:
        case str():
            for form in spelt:
                value = value.replace(form, "•••")
            return value
        case list() | tuple():
            return [_without(item, spelt) for item in value]
        case dict():
            return {_without(key, spelt): _without(item, spelt) for key, item in value.items()}
    return value


def shown(name: str, value: Any) -> str:
    """A parameter's value for a table: masked where its name says that it is a key."""
    return "•••" if TELLING.search(name) else repr(value)


def concealed(value: Json) -> Json:
    """`value` for people: `•••` for what stands under a name that says that it is a key, also in an address."""
    match value:
        case str():
            return SIGNED.sub(r"\1•••", value)
        case dict():
            return {key: "•••" if TELLING.search(str(key)) else concealed(held) for key, held in value.items()}
        case list() | tuple():
            return [concealed(item) for item in value]
    return value
