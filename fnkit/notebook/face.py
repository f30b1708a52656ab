"""The one who asked, when that is a notebook: hears notices, sees the bar, is asked only where it can answer."""

import logging
from collections.abc import Callable
from getpass import getpass
from typing import Any

from fnkit.delivery.progress import Step
from fnkit.notebook import show
from fnkit.notebook.progress import Bar, Bundle


class Notebook:
    """The face of a notebook. As a context it shows the work of one cell, and leaves one line when it is over."""

    def __init__(self, page: Callable[[Bundle], Any] | None = None) -> None:
        """`page` displays a mimebundle and gives what updates it: IPython's `display`, unless told otherwise."""
        self._page = page or _show
        self._bar = Bar(self._page)
        self._said: set[str] = set()
        self._ear = _Ear(self)
        self._watched: Any = None

    def __enter__(self) -> "Notebook":
        self._bar = Bar(self._page)
        self._bar.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._bar.__exit__(*raised)
        if self._watched is not None:
            # What was watched is the cell's result now: it stands below.
            self._watched.update({"text/plain": "", "text/html": ""}, raw=True)
            self._watched = None

    def listen(self) -> None:
        """Take what `fnkit.invoke(…)` and its like say, which go past the magics and speak to the log."""
        logging.getLogger("fnkit").addHandler(self._ear)

    def cease(self) -> None:
        """Leave it to the log again."""
        logging.getLogger("fnkit").removeHandler(self._ear)

    def notice(self, line: str) -> None:
        """A line under the cell, at once."""
        self._said.add(line)
        print(line, flush=True)  # noqa: T201  a notebook's standard output is the page

    def notice_once(self, line: str) -> None:
        """The same, unless it was said before: each plain call begins a session, the notebook is one."""
        if line not in self._said:
            self.notice(line)

    def tell(self, step: Step) -> None:
        """How far the work is."""
        self._bar(step)

    def watch(self, value: object) -> None:
        """The view of a result that is not over, drawn in place."""
        found = show.view(value)
        if found is None:
            return
        if self._watched is None:
            self._watched = self._page(found.bundle())
        else:
            self._watched.update(found.bundle(), raw=True)

    def confirm(self, question: str) -> bool:
        """Whether to go on. False where nobody can be asked (papermill): then it takes `--yes`."""
        return _ask(input, f"{question} [y/N] ").strip().lower() in ("y", "yes")

    def secret(self, what: str) -> str:
        """A key, typed unseen: it is in no cell and no history. Empty where nobody can be asked."""
        return _ask(getpass, f"{what}: ")


class _Ear(logging.Handler):
    """Hears the log `fnkit` for a face."""

    def __init__(self, face: Notebook) -> None:
        super().__init__(logging.WARNING)
        self._face = face

    def emit(self, record: logging.LogRecord) -> None:
        """Say it."""
        self._face.notice_once(record.getMessage())


def _ask(ask: Any, prompt: str) -> str:
    from IPython.core.error import StdinNotImplementedError

    try:
        return str(ask(prompt))
    except (StdinNotImplementedError, EOFError, OSError):
        return ""


def _show(bundle: Bundle) -> Any:
    from IPython.display import display

    return display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]
