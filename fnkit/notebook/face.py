"""The one who asked, when that is a notebook: hears notices, sees the bar, is asked only where it can answer."""

from getpass import getpass
from typing import Any

from fnkit.delivery.progress import Step
from fnkit.notebook.progress import Bar, Bundle


class Notebook:
    """The face of a notebook. As a context it shows the work of one cell, and leaves one line when it is over."""

    def __init__(self) -> None:
        self._bar = Bar(_show)

    def __enter__(self) -> "Notebook":
        self._bar = Bar(_show)
        self._bar.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._bar.__exit__(*raised)

    def notice(self, line: str) -> None:
        """A line under the cell, at once."""
        print(line, flush=True)  # noqa: T201  a notebook's standard output is the page

    def tell(self, step: Step) -> None:
        """How far the work is."""
        self._bar(step)

    def confirm(self, question: str) -> bool:
        """Whether to go on. False where nobody can be asked (papermill): then it takes `--yes`."""
        return _ask(input, f"{question} [y/N] ").strip().lower() in ("y", "yes")

    def secret(self, what: str) -> str:
        """A key, typed unseen: it is in no cell and no history. Empty where nobody can be asked."""
        return _ask(getpass, f"{what}: ")


def _ask(ask: Any, prompt: str) -> str:
    from IPython.core.error import StdinNotImplementedError

    try:
        return str(ask(prompt))
    except (StdinNotImplementedError, EOFError):
        return ""


def _show(bundle: Bundle) -> Any:
    from IPython.display import display

    return display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]
