"""A live notebook kernel: cells run in it as JupyterLab runs them."""

from collections.abc import Iterator
from contextlib import contextmanager

from jupyter_client.manager import start_new_kernel

LONGEST = 120
"""Seconds that a cell may take."""


class Kernel:
    """One kernel; `run` is one cell."""

    def __init__(self, client) -> None:
        self._client = client

    def run(self, cell: str) -> str:
        """What the cell showed, as text. Raises where it failed."""
        said: list[str] = []

        def hear(message: dict) -> None:
            content = message["content"]
            said.append(content.get("text") or content.get("data", {}).get("text/plain", ""))
            said.extend(content.get("traceback", ()))

        reply = self._client.execute_interactive(cell, timeout=LONGEST, output_hook=hear)
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join(said))
        return "\n".join(said)


@contextmanager
def kernel(environment: dict[str, str]) -> Iterator[Kernel]:
    """A kernel on this interpreter, ready for its first cell."""
    manager, client = start_new_kernel(env=environment)
    try:
        yield Kernel(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
