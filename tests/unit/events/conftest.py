"""An address that hears what it is asked."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest


@pytest.fixture
def heard():
    """An endpoint that answers 404 to all, and the Authorization of each request."""
    authorizations = []

    class Hears(BaseHTTPRequestHandler):
        def do_GET(self):
            authorizations.append(self.headers["Authorization"])
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *words):
            """Nobody reads it."""

    server = HTTPServer(("127.0.0.1", 0), Hears)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", authorizations
    server.shutdown()
    server.server_close()
