"""The one who asked, when that is a notebook: hears notices, sees the bar, is asked only where it can answer."""

import logging
from collections.abc import Callable
from getpass import getpass
from typing import Any

from fnkit.context import LOG, WATCHED
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
        self._ear, self._eye = _Ear(self), _Eye(self)
        self._watched: object = None
        self._drawn: Any = None

    def __enter__(self) -> "Notebook":
        self._bar = Bar(self._page)
        self._bar.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._bar.__exit__(*raised)

    def listen(self) -> None:
        """Take what `fnkit.invoke(…)` and its like say, which go past the magics and speak to the log."""
        LOG.addHandler(self._ear)
        WATCHED.addHandler(self._eye)
        WATCHED.setLevel(logging.INFO)
        WATCHED.propagate = False

    def cease(self) -> None:
        """Leave it to the log again."""
        LOG.removeHandler(self._ear)
        WATCHED.removeHandler(self._eye)
        WATCHED.setLevel(logging.NOTSET)
        WATCHED.propagate = True

    def ended(self, result: object) -> None:
        """A cell gave `result`: where that is what was watched, it stands below, and once is enough."""
        if self._drawn is not None and result is self._watched:
            self._drawn.update({"text/plain": "", "text/html": ""}, raw=True)
        self._watched = self._drawn = None

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
        if self._drawn is None or getattr(value, "id", None) != getattr(self._watched, "id", None):
            self._drawn = self._page(found.bundle())
        else:
            self._drawn.update(found.bundle(), raw=True)
        self._watched = value

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


class _Eye(logging.Handler):
    """Sees what is watched by `fnkit.session(…, follow=True)` and its like."""

    def __init__(self, face: Notebook) -> None:
        super().__init__(logging.INFO)
        self._face = face

    def emit(self, record: logging.LogRecord) -> None:
        """Draw it."""
        self._face.watch(record.msg)


def _ask(ask: Any, prompt: str) -> str:
    from IPython.core.error import StdinNotImplementedError

    try:
        return str(ask(prompt))
    except (StdinNotImplementedError, EOFError, OSError):
        return ""


def _show(bundle: Bundle) -> Any:
    from IPython.display import display

    return display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]
