"""The office of notebook 05, on this machine only: an address for messages (a webhook) and a mailbox (SMTP)."""

import asyncio
import json
import queue
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope


class Office:
    """`hook` and `mail` are its addresses; `message()` and `letter()` give what came, or wait for it."""

    def __init__(self) -> None:
        self._messages: queue.Queue[Any] = queue.Queue()
        self._letters: queue.Queue[EmailMessage] = queue.Queue()
        self._desk = ThreadingHTTPServer(("127.0.0.1", 0), _desk(self._messages))
        threading.Thread(target=self._desk.serve_forever, daemon=True).start()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._post = asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)
        self.hook = f"http://127.0.0.1:{self._desk.server_port}"
        self.mail = f"127.0.0.1:{self._post.sockets[0].getsockname()[1]}"

    def message(self, patience: float = 120) -> Any:
        """The next message, as JSON. Raises queue.Empty when none came for so many seconds."""
        return self._messages.get(timeout=patience)

    def letter(self, patience: float = 120) -> EmailMessage:
        """The next letter. Raises queue.Empty."""
        return self._letters.get(timeout=patience)

    def close(self) -> None:
        """Nobody is there any more."""
        self._desk.shutdown()
        self._desk.server_close()
        self._loop.call_soon_threadsafe(self._post.close)
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _open(self) -> asyncio.Server:
        box = _Box(self._letters)
        return await self._loop.create_server(lambda: SMTP(box, loop=self._loop), "127.0.0.1", 0)


class _Box:
    """Where letters fall into."""

    def __init__(self, letters: "queue.Queue[EmailMessage]") -> None:
        self._letters = letters

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        """Called by aiosmtpd for each letter."""
        content = envelope.content
        self._letters.put(
            message_from_bytes(content if isinstance(content, bytes) else b"", policy=policy.default)
        )
        return "250 OK"


def _desk(messages: "queue.Queue[Any]") -> type[BaseHTTPRequestHandler]:
    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            messages.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    return Desk
