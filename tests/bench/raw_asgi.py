"""The floor of every call: uvicorn[standard] and an app that answers one body.

Usage: python -m tests.bench.raw_asgi PORT FILE
"""

import sys
from pathlib import Path
from typing import Any

import uvicorn


class Same:
    """Reads the request to its end and answers the same bytes every time."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": self._head})
        await send({"type": "http.response.body", "body": self._body})


if __name__ == "__main__":
    # access_log off as on the platform: neither side writes a line per call.
    app = Same(Path(sys.argv[2]).read_bytes())
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_keep_alive=600,
    )
