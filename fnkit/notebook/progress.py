"""Long work in a notebook: one line with a bar that moves, and a line of plain text when it is done."""

import threading
import time
from collections.abc import Callable
from html import escape
from typing import Any

from fnkit.delivery.progress import Step

PATIENCE = 0.5
"""Seconds before anything is shown, and between two looks at the clock: what is quick needs no bar."""

Bundle = dict[str, str]


class Bar:
    """Draws the steps of one piece of work in place. Use it as a context: one line of text stays in the notebook.

    `show` displays a mimebundle and gives something with `update(bundle, raw=True)`, as `IPython.display` does.
    """

    def __init__(self, show: Callable[[Bundle], Any]) -> None:
        self._show = show
        self._began = time.monotonic()
        self._handle: Any = None
        self._stages: dict[str, float] = {}
        self._step: Step | None = None
        self._over = threading.Event()
        self._drawing = threading.Lock()
        self._ticker = threading.Thread(target=self._tick, name="fnkit-progress", daemon=True)

    def __enter__(self) -> "Bar":
        self._ticker.start()
        return self

    def __call__(self, step: Step) -> None:
        """Take a step; it is drawn at the next look at the clock."""
        self._stages.setdefault(step.stage, time.monotonic())
        self._step = step

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._over.set()
        self._ticker.join()
        if self._handle is not None:
            self._draw(self._summary(stopped=kind is not None))

    def _tick(self) -> None:
        while not self._over.wait(PATIENCE):
            if self._step is not None:
                self._draw(moving(self._step, time.monotonic() - self._began))

    def _draw(self, bundle: Bundle) -> None:
        with self._drawing:
            if self._handle is None:
                self._handle = self._show(bundle)
            else:
                self._handle.update(bundle, raw=True)

    def _summary(self, stopped: bool) -> Bundle:
        return summary(self._stages, time.monotonic(), stopped)


def moving(step: Step, seconds: float) -> Bundle:
    """What is shown of work that goes on: a bar, what is being done, how far it is, for how long."""
    share = f" {100 * step.done // step.total} %" if step.total and step.done is not None else ""
    text = f"{step.text}{share} … {seconds:.0f} s"
    value = f' max="{step.total}" value="{step.done}"' if share else ""
    return {"text/plain": text, "text/html": f"<progress{value}></progress> <small>{escape(text)}</small>"}


def summary(began: dict[str, float], end: float, stopped: bool = False) -> Bundle:
    """What stays: `build 0.4 s · rehearse 1.2 s · upload 0.3 s`. `began` has each stage's start, in order."""
    ends = [*list(began.values())[1:], end]
    spent = [f"{stage} {over - start:.1f} s" for (stage, start), over in zip(began.items(), ends, strict=True)]
    text = " · ".join([*spent, "stopped"] if stopped else spent)
    return {"text/plain": text, "text/html": f'<small style="opacity:.7">{escape(text)}</small>'}
