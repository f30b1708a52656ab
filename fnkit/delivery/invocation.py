"""One call of an action as a value: its id, state, answer, logs, and where its time went."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from fnkit.action.spec import Origin
from fnkit.core.entities import Activation, Json
from fnkit.core.errors import ActionFailed
from fnkit.core.names import ActionName
from fnkit.whisk.client import Client

State = Literal["pending", "running", "pending or running", "done"]


@dataclass(frozen=True, slots=True)
class Split:
    """Where the time of a call went, in ms; None where it is not known (yet)."""

    wait: int | None = None
    init: int | None = None
    """None on a warm call."""
    run: int | None = None


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call. `state` is as of now: `refresh` and `wait` give newer values."""

    action: ActionName
    id: str
    state: State
    split: Split
    began: str | None = None
    """`cold`, `prewarmed`, `forked` or `warm`; None where the platform does not tell."""
    activation: Activation | None = None
    """The record, None until it is done."""
    origins: tuple[Origin, ...] = ()

    @property
    def result(self) -> Json:
        """The answer, None until it is done."""

    @property
    def status(self) -> str:
        """The state until it is done, then OpenWhisk's word: `success`, `application error`, …"""

    @property
    def logs(self) -> tuple[str, ...]:
        """The log lines that are there so far."""

    @property
    def failure(self) -> ActionFailed | None:
        """Why it failed, with the traceback in terms of the notebook; None where it did not."""

    def refresh(self) -> "Invocation":
        """The same call as the platform has it now: one or two GETs."""
        raise NotImplementedError

    def wait(self, seconds: float = 300) -> "Invocation":
        """The same call when it is done, or as it is after `seconds`."""
        raise NotImplementedError

    def check(self) -> "Invocation":
        """Itself; raises ActionFailed where it failed."""
        raise NotImplementedError


def invoke(client: Client, name: ActionName, arguments: Mapping[str, Json], blocking: bool = True) -> Invocation:
    """Call an action. Checks names against its entry, makes `data:` URLs of Paths, carries what is too large.

    Raises BadArgument (a misspelt name), TooLarge, Refused; a failing action does not raise, see `check`.
    """
    raise NotImplementedError


def look(client: Client, activation_id: str) -> Invocation:
    """The call with this activation id, as it is now. Raises Missing."""
    raise NotImplementedError
