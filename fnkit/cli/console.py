"""The shell's side of a context: results on stdout, everything else on stderr, questions only to a person."""

import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

import typer

from fnkit.core.errors import ActionFailed, FnkitError

if TYPE_CHECKING:
    from fnkit.delivery.progress import Step

SOON = 0.5
"""Seconds before a bar is worth drawing."""


class Console:
    """What is said while a verb works: a bar where a person watches, lines where a pipe does."""

    def __init__(self, stdin: TextIO) -> None:
        self._stdin = stdin
        watched = sys.stdout.isatty() and sys.stderr.isatty()
        self._progress: Bar | Lines = Bar(sys.stderr) if watched else Lines()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.close()

    def notice(self, line: str) -> None:
        """One line about what happens."""
        typer.secho(line, err=True, dim=True)

    def tell(self, step: "Step") -> None:
        """How far the work is."""
        self._progress.tell(step)

    def watch(self, value: object) -> None:
        """A result as it is by now: drawn in place for a person, what is new of it for a pipe."""
        from fnkit.cli.views import lines, news

        watched = isinstance(self._progress, Bar)
        self._progress.watch([*(lines if watched else news)(value)])

    def confirm(self, question: str) -> bool:
        """Ask before something is lost; nobody to ask is no."""
        return self._stdin.isatty() and typer.confirm(question, err=True)

    def secret(self, what: str) -> str:
        """A key that a person types unseen, or that is piped in."""
        if self._stdin.isatty():
            return str(typer.prompt(what, hide_input=True, err=True)).strip()
        return self._stdin.readline().strip()

    def error(self, error: FnkitError) -> None:
        """An error in its three parts, without a traceback of ours."""
        self._progress.close()
        typer.secho(f"{error.tried}:", err=True, bold=True)
        typer.secho(_indented(error.found), err=True, fg="red")
        if error.advice:
            typer.echo(_indented(error.advice), err=True)
        if isinstance(error, ActionFailed) and error.logs and error.activation_id not in error.advice:
            typer.echo(_indented(f"fnkit logs {error.activation_id} shows what it printed."), err=True)


def _indented(text: str) -> str:
    return "  " + text.strip("\n").replace("\n", "\n  ")


class Lines:
    """Progress for a pipe: each text once."""

    def __init__(self) -> None:
        self._last = ""
        self._seen: set[str] = set()

    def tell(self, step: "Step") -> None:
        """The text, where it is a new one."""
        if step.text != self._last:
            typer.echo(step.text, err=True)
        self._last = step.text

    def watch(self, lines: list[str]) -> None:
        """The lines that were not there before."""
        for line in lines:
            if line not in self._seen:
                typer.echo(line, err=True)
        self._seen |= set(lines)

    def close(self) -> None:
        """Nothing is left open."""


class Bar:
    """Progress for a person: a bar that appears when the work takes longer than half a second."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._live: Any = None
        self._watched: Any = None
        self._step: Step | None = None

    def tell(self, step: "Step") -> None:
        """Draw the newest step, now or soon."""
        with self._lock:
            self._step = step
            if self._timer is None:
                self._timer = threading.Timer(SOON, self._open)
                self._timer.daemon = True
                self._timer.start()
        self._draw()

    def watch(self, lines: list[str]) -> None:
        """Draw lines in the place of those before."""
        from rich.console import Console as Rich
        from rich.live import Live
        from rich.text import Text

        with self._lock:
            if self._watched is None:
                self._watched = Live(console=Rich(file=self._stream), transient=True, auto_refresh=False)
                self._watched.start()
            self._watched.update(Text("\n".join(lines), overflow="ellipsis", no_wrap=True), refresh=True)

    def close(self) -> None:
        """Take the bar away."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._live is not None:
                self._live.stop()
            if self._watched is not None:
                self._watched.stop()
            self._timer = self._live = self._watched = None

    def _open(self) -> None:
        from rich.console import Console as Rich
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._timer is None:
                return
            columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
            self._live = Progress(*columns, console=Rich(file=self._stream), transient=True)
            self._live.add_task("", total=None)
            self._live.start()
        self._draw()

    def _draw(self) -> None:
        with self._lock:
            if self._live is not None and self._step is not None:
                step, task = self._step, self._live.task_ids[0]
                self._live.update(task, description=step.text, completed=step.done or 0, total=step.total)
