"""A few threads that work on tasks; what they make is got as it is done."""

import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Crew(Generic[T, R]):
    """Threads that call, at most `most`; begun when there is work for them."""

    def __init__(self, call: Callable[[T], R], most: int) -> None:
        self._call, self._most = call, most
        self._tasks: SimpleQueue[T | None] = SimpleQueue()
        self._done: SimpleQueue[R | BaseException] = SimpleQueue()
        self._threads = 0
        self.waiting = 0
        """Tasks that were put and not yet got."""

    def put(self, task: T) -> None:
        """Have it called."""
        self._tasks.put(task)
        self.waiting += 1
        if self._threads < min(self.waiting, self._most):
            self._threads += 1
            threading.Thread(target=self._work, name="fnkit map", daemon=True).start()

    def get(self) -> R | BaseException:
        """What came of the next one that is done."""
        done = self._done.get()
        self.waiting -= 1
        return done

    def withdraw(self) -> None:
        """Call nothing that has not begun."""
        with suppress(Empty):
            while True:
                self._tasks.get_nowait()
                self.waiting -= 1

    def close(self) -> None:
        """The threads end when their calls have; nobody waits for them."""
        self.withdraw()
        for _ in range(self._threads):
            self._tasks.put(None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                self._done.put(self._call(task))
            except BaseException as error:  # noqa: BLE001  (raised again where the results are read)
                self._done.put(error)
