"""Work beside other work: in a thread for which nobody has to wait, not even the end of the process."""

from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def begun(call: Callable[[], T], name: str) -> Future[T]:
    """What `call` gives, or raises, once it is asked for; it runs in the context of who began it."""
    given: Future[T] = Future()
    context = copy_context()

    def run() -> None:
        try:
            given.set_result(context.run(call))
        except BaseException as error:  # noqa: BLE001  (raised again where it is asked for)
            given.set_exception(error)

    Thread(target=run, name=f"fnkit {name}", daemon=True).start()
    return given
