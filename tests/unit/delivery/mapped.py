"""An OpenWhisk whose one action answers in this process: what a platform does not do on demand."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from fnkit.core.errors import Missing, PlatformFault, Throttled
from fnkit.whisk.client import Client
from fnkit.whisk.messages import Request, Response
from fnkit.whisk.props import Props

PROPS = Props("https://ow.example.com", None, "_", "v1", True, {"apihost": "FNKIT_APIHOST"})
ACTION = {
    "name": "score",
    "namespace": "guest",
    "version": "0.0.1",
    "exec": {"kind": "python:3.11"},
    "limits": {"timeout": 1000, "memory": 256, "logs": 10, "concurrency": 1},
    "annotations": [
        {"key": "fnkit", "value": {"digest": "0", "entry": {"name": "main", "parameters": [{"name": "x"}]}}}
    ],
}


def refused(status: int) -> Throttled | PlatformFault:
    """The client's error for an answer of 429 or 503."""
    kind = Throttled if status == 429 else PlatformFault
    return kind("POST action score at ow.example.com", f"HTTP {status}.", status=status)


@dataclass
class Scorer:
    """Gives what `answer` gives for the arguments; notes how often each was sent, and how many at once."""

    answer: Callable[[dict], object] = lambda arguments: {"y": arguments["x"] * 2}
    sent: Counter = field(default_factory=Counter)
    at_once: int = 0
    most: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def client(self) -> Client:
        return Client(PROPS, self)

    def send(self, request: Request) -> Response:
        if request.path == "/fnkit/v1":
            raise Missing("GET", "HTTP 405", status=405)
        if request.method == "GET":
            return Response(200, {}, json.dumps(ACTION).encode())
        with self._lock:
            self.sent[json.dumps(request.body, sort_keys=True)] += 1
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        try:
            found = self.answer(request.body)
        finally:
            with self._lock:
                self.at_once -= 1
        status = "application error" if "error" in found else "success"
        record = {"activationId": _id(request.body["x"]), "name": "score", "namespace": "guest", "start": 1}
        record |= {"response": {"status": status, "result": found}}
        id = {"x-openwhisk-activation-id": record["activationId"]}
        return Response(200 if status == "success" else 502, id, json.dumps(record).encode())


def _id(x: object) -> str:
    return f"{x:032d}" if isinstance(x, int) else "f" * 32
