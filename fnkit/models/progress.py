"""A bar of text while bytes arrive."""

import sys
from time import monotonic
from typing import TextIO

from fnkit.models.once import Progress, silent

PATIENCE = 0.5
"""Seconds: whatever is done sooner shows nothing."""
WIDTH = 30


class TextBar:
    """A Progress that draws `name ━━━━━━╌╌╌╌ 12.3 of 75.0 MB` on one line, from half a second on."""

    def __init__(self, name: str, out: TextIO, patience: float = PATIENCE) -> None:
        self._name = name
        self._out = out
        self._patience = patience
        self._begun = self._drawn = monotonic()
        self._shown = False

    def __call__(self, done: int, total: int | None) -> None:
        """Draw, unless it is too soon after the start or after the last time."""
        now = monotonic()
        finished = done == total
        if not self._shown and (finished or now - self._begun < self._patience):
            return
        if now - self._drawn < 0.1 and not finished and self._shown:
            return
        self._shown, self._drawn = True, now
        self._out.write(f"\r{self._name} {_bar(done, total)}" + ("\n" if finished else ""))
        self._out.flush()


def shown(name: str) -> Progress:
    """A bar where a person looks (a terminal, a notebook), else nothing."""
    watched = sys.stderr.isatty() or "ipykernel" in sys.modules
    return TextBar(name, sys.stderr) if watched else silent


def _bar(done: int, total: int | None) -> str:
    if not total:
        return f"{done / 1e6:.1f} MB"
    full = min(WIDTH, WIDTH * done // total)
    return f"{'━' * full}{'╌' * (WIDTH - full)} {done / 1e6:.1f} of {total / 1e6:.1f} MB"
