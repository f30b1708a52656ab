"""Where errors become what a person reads: one short block in the cell, in papermill's message, in VS Code.

IPython shortens only its own `UsageError`, by exact type, and papermill shows none of its text. So a wrong line
ends in a `UsageError`, and everything else stays an exception of fnkit's public tree, drawn here without the
frames of fnkit itself. `%xmode Verbose` and `--debug` give the whole traceback.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.error import UsageError

from fnkit.core.errors import ActionFailed, BadArgument, FnkitError

RED, BOLD, PLAIN = "\x1b[31m", "\x1b[1m", "\x1b[0m"
LAST = 12
"""Log lines of a failed action that are shown."""


class Boundary:
    """The drawing of one shell's FnkitErrors. `debug`, while it is set, gives the whole traceback."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self.debug = False

    def watch(self) -> None:
        """From now on every FnkitError that reaches a cell is drawn as its block."""
        self._shell.set_custom_exc((FnkitError,), self._draw)

    def cease(self) -> None:
        """Draw them as any other exception again."""
        self._shell.set_custom_exc((), None)

    def _draw(
        self, shell: Any, kind: Any, error: FnkitError, trace: Any, tb_offset: int | None = None
    ) -> list[str]:
        """What IPython calls in place of its own traceback."""
        if self.debug or shell.InteractiveTB.mode == "Verbose":
            drawn = list(shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset))
        else:
            drawn = [block(error)]
        shell._showtraceback(kind, error, drawn)
        return drawn


def block(error: FnkitError) -> str:
    """The class and what was tried, what came back, what to do next; the last log lines of an action."""
    lines = [f"{RED}{type(error).__name__}{PLAIN}: {error.tried}:", *_indented(error.found)]
    if error.advice:
        lines += [f"{BOLD}{line}{PLAIN}" for line in _indented(error.advice)]
    if isinstance(error, ActionFailed) and error.logs:
        lines += ["", *_indented("\n".join(["The last lines of its log:", *error.logs[-LAST:]]))]
    return "\n".join(lines)


@contextmanager
def typed(usage: str) -> Iterator[None]:
    """In here a BadArgument was typed wrong: it ends in one line, with the usage."""
    try:
        yield
    except BadArgument as error:
        raise UsageError(f"{' '.join(str(error).split())} Usage: {usage}") from None


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]
