"""Secrets by name: found in the environment or the keyring, sent as `init` parameters, never shown."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Secret:
    """A named secret; its value is in no repr, log, file or zip."""

    name: str
    value: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.name}=•••"


def find(name: str) -> Secret:
    """The secret of this name from the environment, else from the keyring (service `fnkit`, at most 2 s).

    Raises BadArgument where neither has it.
    """
    raise NotImplementedError
