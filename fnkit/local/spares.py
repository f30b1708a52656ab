"""A folder that is laid out ahead, for the next fork of a zygote: to make one takes as long as to fork.

Somebody's start takes it and gives it a name; the next one is laid out once that start has had the processors.
"""

import asyncio
import itertools
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

RESTS = 0.02
"""Seconds after a folder was taken until the next one is laid out."""


class Spares:
    """One folder at a time. Used on one event loop."""

    def __init__(self, folder: Path, lay_out: Callable[[Path], None]) -> None:
        """`folder`: where they lie, on the disk of whoever takes one; `lay_out`: makes one, or raises OSError."""
        self._folder = folder
        self._lay_out = lay_out
        self._numbers = itertools.count(1)
        self._spare: Path | None = None
        self._making: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    async def take(self) -> Path:
        """A folder that is its taker's to move and to remove. Raises OSError."""
        spare, self._spare = self._spare, None
        if spare is None:
            spare = self._next()
            await asyncio.to_thread(self._whole, spare)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(RESTS, self.begin)
        return spare

    def begin(self) -> None:
        """Lay one out in the background, unless there is one."""
        if not (self._closed or self._spare or self._making):
            self._making = asyncio.ensure_future(self._make(self._next()))

    async def close(self) -> None:
        """There are none any more."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._making is not None:
            await asyncio.wait((self._making,))
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    def _next(self) -> Path:
        return self._folder / str(next(self._numbers))

    async def _make(self, folder: Path) -> None:
        try:
            with suppress(OSError):  # whoever takes one makes it then, and is told
                await asyncio.to_thread(self._whole, folder)
                self._spare = folder
        finally:
            self._making = None

    def _whole(self, folder: Path) -> None:
        """All of one, or nothing: on a full disk parts would keep it full."""
        try:
            self._lay_out(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
