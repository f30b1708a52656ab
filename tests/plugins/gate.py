"""A gate that an action waits at until the test opens it: nobody sleeps, nobody guesses how long a step takes."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

PATIENCE = 60
"""Seconds after which a forgotten gate opens by itself."""
WAITS = (
    "import urllib.request\n\n\n"
    "def main(args):\n"
    "    urllib.request.urlopen(args['gate'], timeout=90).read()\n"
    "    return {**args, 'waited': True}\n"
)
"""The source of an action that waits at the gate in its argument `gate`."""


class Gate:
    """Closed until `open`; `reached` is set when somebody waits at it."""

    def __init__(self) -> None:
        self.opened, self.reached = threading.Event(), threading.Event()
        gate = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                gate.reached.set()
                gate.opened.wait(PATIENCE)
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *words: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def open(self) -> None:
        """Let everybody through, from now on."""
        self.opened.set()

    def close(self) -> None:
        """End it."""
        self.open()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def gate() -> Iterator[Gate]:
    """A gate of this test's own."""
    made = Gate()
    yield made
    made.close()
