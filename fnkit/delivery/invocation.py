"""One call of an action as a value: its id, state, answer, logs, and where its time went."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from fnkit.action.spec import Origin
from fnkit.action.trace import STAMP, told
from fnkit.core.entities import Activation, Json, Split
from fnkit.core.errors import ActionFailed

_ACTION_FILE = re.compile(r'File "(?P<folder>[^"]*[/\\])?(?:__main__|main__|exec__main)\.py"')
LONGEST = 500
"""Characters of an action's error in a message; the result has all of it."""
State = Literal["pending", "running", "pending or running", "done"]
"""A real OpenWhisk tells only whether it is done: until then it is "pending or running"."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call, as of now: `refresh` and `wait` give newer values."""

    action: str
    """`name` or `package/name`."""
    id: str
    """The activation id."""
    state: State
    split: Split = field(default_factory=Split)
    began: str | None = None
    """`cold`, `prewarmed`, `forked` or `warm`; None where it is not known."""
    activation: Activation | None = None
    """The record, None until it is done."""
    origins: tuple[Origin, ...] = field(default=(), repr=False)
    look: Callable[[float], "Invocation"] | None = field(default=None, repr=False, compare=False)
    """Asks the platform for this call again, for at most so many seconds until it is done."""

    @property
    def done(self) -> bool:
        """True where the answer is there."""
        return self.activation is not None

    @property
    def result(self) -> Json:
        """The answer; None until it is done."""
        return self.activation.result if self.activation else None

    @property
    def status(self) -> str:
        """The state until it is done, then OpenWhisk's word: `success`, `application error`, …"""
        return self.activation.status if self.activation else self.state

    @property
    def logs(self) -> tuple[str, ...]:
        """The log lines that are there so far, tracebacks in terms of the notebook."""
        return tuple(told(self.activation.logs, self.origins)) if self.activation else ()

    @property
    def failure(self) -> ActionFailed | None:
        """Why it failed, with the user's own traceback by notebook cell and line; None where it did not."""
        if self.activation is None or self.activation.success:
            return None
        # The platform's own failure may have a traceback too, of the platform.
        own = self.activation.status != "whisk internal error"
        trace = traceback(self.activation.logs, self.origins) if own else ""
        found = f"{self.activation.status}: {spelt(self.result)}"
        advice = f"In your code:\n{trace}" if trace else f"fnkit logs {self.id} shows what it printed."
        return ActionFailed(f"Running {self.action}", found, advice, self.id, self.logs)

    def refresh(self) -> "Invocation":
        """The same call as the platform has it now."""
        return self.wait(0)

    def wait(self, seconds: float = 300) -> "Invocation":
        """The same call when it is done, or as it is after `seconds`."""
        return self.look(seconds) if self.look else self

    def check(self) -> "Invocation":
        """Itself. Raises ActionFailed where it failed."""
        if failure := self.failure:
            raise failure
        return self

    def __str__(self) -> str:
        times = ((name, getattr(self.split, name)) for name in ("wait", "init", "run"))
        spent = ", ".join(f"{name} {ms} ms" for name, ms in times if ms is not None)
        began = f" {self.began}" if self.began else ""
        return f"{self.action} {self.id}: {self.status}{began}" + (f" ({spent})" if spent else "")


def spelt(result: Json) -> str:
    """The error in a failed action's result, short enough for a message."""
    error = result.get("error", result) if isinstance(result, dict) else result
    text = error if isinstance(error, str) else repr(error)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def traceback(logs: tuple[str, ...], origins: tuple[Origin, ...]) -> str:
    """The last traceback in the logs, in terms of the notebook; empty where there is none.

    It begins at the first line of the user's own: what fnkit and the launcher did before is left out.
    """
    lines = [STAMP.sub("", line) for line in logs]
    starts = [n for n, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")]
    if not starts:
        return ""
    head, *rest = lines[starts[-1] :]
    # The last line of a traceback is the first that is not indented.
    end = next((n + 1 for n, line in enumerate(rest) if line[:1] not in (" ", "")), len(rest))
    found = told(rest[:end], origins)
    own = next((n for n, line in enumerate(found) if line not in rest), 0)
    return _without_folder("\n".join([head, *found[own:]]), rest)


def _without_folder(text: str, trace: list[str]) -> str:
    """The files of the bundle by their names in it: the folder of an instance is nobody's business."""
    action_file = next((found for line in trace if (found := _ACTION_FILE.search(line))), None)
    return text.replace(f'"{action_file["folder"]}', '"') if action_file and action_file["folder"] else text
